import type { LogLevel } from '../config/index.js';

/** One line, before it becomes text. */
export interface LogLine {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly level: LogLevel;
  readonly message: string;
  /** As `plainFields` makes them: bounded, without secrets. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The forms of a line. */
export type LogFormat = 'json' | 'text' | 'contrail';

/** A line in a form, without its end. Whatever is in it, it is one line. */
export function formatLine(format: LogFormat, line: LogLine): string {
  switch (format) {
    case 'json':
      return jsonLine(line);
    case 'text':
      return textLine(line);
    case 'contrail':
      return contrailLine(line);
  }
}

const lineNames = new Set(['timestamp', 'level', 'message']);

function jsonLine({ at, level, message, fields }: LogLine): string {
  const named = Object.entries(fields).map(
    ([name, value]) => [lineNames.has(name) ? `field_${name}` : name, value] as const,
  );
  return JSON.stringify({ timestamp: new Date(at).toISOString(), level, message, ...Object.fromEntries(named) });
}

function textLine({ at, level, message, fields }: LogLine): string {
  return `${new Date(at).toISOString()} ${level.padEnd(5)} ${oneLine(message)}${textFields(fields)}`;
}

// Of Sandesh, and what Python's logging makes of them.
const contrailLevels: Readonly<Record<LogLevel, readonly [sandesh: string, python: string]>> = {
  error: ['SYS_ERR', 'ERROR'],
  warn: ['SYS_WARN', 'WARNING'],
  info: ['SYS_INFO', 'INFO'],
  debug: ['SYS_DEBUG', 'DEBUG'],
};

// As the original's SandeshLogger writes: local time, a thread in hexadecimal (here the process), the module, the level, and the message of a
// Sandesh log with its category, level and name.
function contrailLine({ at, level, message, fields }: LogLine): string {
  const [sandesh, python] = contrailLevels[level];
  const thread = process.pid.toString(16);
  const text = `${oneLine(message)}${textFields(fields)}`;
  return `${contrailTime(at)} ${thread} [contrail-svc-monitor] [${python}]: __default__ [${sandesh}]: SvcMonitorLog: ${text}`;
}

function contrailTime(at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(time.getMonth() + 1)}/${two(time.getDate())}/${time.getFullYear()}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function textFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([name, value]) => ` ${textName(name)}=${textValue(value)}`)
    .join('');
}

// A name comes from an object of somebody else only where a map is logged; it must not look like another field, either.
function textName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : withoutControls(JSON.stringify(name));
}

// Quoted unless it is one plain word, so that no value can look like a line or a field of its own.
function textValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return value === undefined ? '-' : withoutControls(JSON.stringify(value));
}

function oneLine(text: string): string {
  return withoutControls(text.replace(/[\r\n]+/g, ' '));
}

// JSON escapes the controls of ASCII. Terminals obey others, and some readers take these for ends of lines.
function withoutControls(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
