import { Writable } from 'node:stream';
import { createLogger, format, type Logger as Winston } from 'winston';
import type { LogFields, Logger } from '../../lib/index.js';
import type { LogLevel } from '../config/index.js';
import { plainFields } from './plain.js';

/** How log lines are written. */
export interface LoggerOptions {
  readonly level: LogLevel;
  /** `json`: one object per line with `timestamp`, `level`, `message` and the fields; `text`: for people. */
  readonly format: 'json' | 'text' | 'contrail';
  /** Defaults to the standard output. */
  readonly stream?: NodeJS.WritableStream;
}

/** Winston behind the library's {@link Logger}. Fields that are named like secrets are masked: the second line of defence. */
export class WinstonLogger implements Logger {
  private readonly winston: Winston;
  private readonly fields: LogFields;

  public constructor(options: LoggerOptions | { readonly winston: Winston; readonly fields: LogFields }) {
    this.winston = 'winston' in options ? options.winston : createWinston(options);
    this.fields = 'winston' in options ? options.fields : {};
  }

  public debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  public info(message: string, fields?: LogFields): void {
    this.write('info', message, fields);
  }

  public warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  public error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  public child(fields: LogFields): Logger {
    return new WinstonLogger({ winston: this.winston, fields: { ...this.fields, ...fields } });
  }

  public isDebugEnabled(): boolean {
    return this.winston.isLevelEnabled('debug');
  }

  private write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    // A line that is not kept would still cost winston several microseconds.
    if (!this.winston.isLevelEnabled(level)) return;
    // All fields go in one of their own: winston would add a field called `message` to the message.
    this.winston.log({ level, message, fields: plainFields({ ...this.fields, ...fields }) });
  }
}

function createWinston(options: LoggerOptions): Winston {
  const winston = createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    level: options.level,
    format: format.combine(format.timestamp(), format.printf(options.format === 'json' ? jsonLine : textLine)),
  });
  winston.pipe(lineWriter(options.stream ?? process.stdout));
  return winston;
}

// Winston hands on each line as an object that carries its finished text under this symbol.
const finishedText = Symbol.for('message');

function lineWriter(stream: NodeJS.WritableStream): Writable {
  return new Writable({
    objectMode: true,
    write(line: Readonly<Record<symbol, unknown>>, _encoding, done): void {
      stream.write(`${String(line[finishedText])}\n`);
      done();
    },
  });
}

type Line = Parameters<Parameters<typeof format.printf>[0]>[0];

function fieldsOf(line: Line): readonly (readonly [string, unknown])[] {
  return Object.entries(typeof line['fields'] === 'object' && line['fields'] !== null ? line['fields'] : {});
}

const lineNames = new Set(['timestamp', 'level', 'message']);

function jsonLine(line: Line): string {
  const fields = fieldsOf(line).map(([name, value]) => [lineNames.has(name) ? `field_${name}` : name, value] as const);
  return JSON.stringify({
    timestamp: line['timestamp'],
    level: line.level,
    message: line.message,
    ...Object.fromEntries(fields),
  });
}

function textLine(line: Line): string {
  const fields = fieldsOf(line).map(([name, value]) => ` ${name}=${textValue(value)}`);
  return `${String(line['timestamp'])} ${line.level.padEnd(5)} ${oneLine(String(line.message))}${fields.join('')}`;
}

// Quoted unless it is one plain word, so that no value can look like a line or a field of its own.
function textValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return value === undefined ? '-' : JSON.stringify(value);
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, ' ');
}
