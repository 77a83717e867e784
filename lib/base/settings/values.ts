import { z } from 'zod';

/** How the value of a key is written, for the documentation and for masking. */
export type ValueForm = 'text' | 'secret' | 'number' | 'boolean' | 'duration' | 'list';

/** A form of value: how it is parsed, and in words what is allowed. Text is accepted for each, as the environment has nothing else. */
export interface ValueType<T extends z.ZodType> {
  readonly form: ValueForm;
  readonly allowed: string;
  readonly schema: T;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: minuteMs, h: hourMs };

/** A duration in milliseconds as people write it: `500ms`, `2s`, `10m`. */
export function formatDuration(ms: number): string {
  const fitting = Object.entries(unitMs)
    .reverse()
    .find(([, factor]) => ms >= factor && ms % factor === 0);
  return fitting === undefined ? `${ms}ms` : `${ms / fitting[1]}${fitting[0]}`;
}

/** Milliseconds of `500ms`, `2s`, `1.5m`, `1h` or a number of seconds; anything else is handed back as it is. */
export function parseDuration(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value * 1000);
  if (typeof value !== 'string') return value;
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(value.trim());
  return match === null ? value : Math.round(Number(match[1]) * (unitMs[match[2] ?? 's'] ?? 1000));
}

function parseNumber(value: unknown): unknown {
  return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value;
}

function parseBoolean(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const words: Readonly<Record<string, boolean>> = { true: true, false: false };
  return words[value.trim().toLowerCase()] ?? value;
}

function parseList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** One line of text that is not empty. */
export function text(allowed = 'a text') {
  const schema = z
    .string()
    .min(1)
    .regex(/^[^\r\n\0]*$/);
  return { form: 'text', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** A text that never shows up in a log, an error or a listing. */
export function secret(allowed = 'a text') {
  const schema = z.string().min(1);
  return { form: 'secret', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** The path of a file. */
export function path() {
  return text('the path of a readable file');
}

// What ZooKeeper allows as the name of a node: no control characters, and nothing that UTF-16 has no character of its own for.
const zookeeperName = '(?!\\.{1,2}(?:/|$))[^/\\0-\\x1f\\x7f-\\x9f\\ud800-\\uf8ff\\ufff0-\\uffff]+';
const zookeeperNames = new RegExp(`^(?!/zookeeper(?:/|$))(?:/${zookeeperName})+$`);

/** The path of a node in ZooKeeper. */
export function zookeeperPath() {
  const schema = z.string().regex(zookeeperNames);
  return {
    form: 'text',
    allowed: 'a path of ZooKeeper, such as `/svc-monitor`, outside of its own `/zookeeper`',
    schema,
  } as const satisfies ValueType<typeof schema>;
}

/** A whole number. */
export function number(minimum: number, maximum: number) {
  const schema = z.preprocess(parseNumber, z.int().min(minimum).max(maximum));
  return {
    form: 'number',
    allowed: `a whole number from ${minimum} to ${maximum}`,
    schema,
  } as const satisfies ValueType<typeof schema>;
}

/** `true` or `false`. */
export function boolean() {
  const schema = z.preprocess(parseBoolean, z.boolean());
  return { form: 'boolean', allowed: '`true` or `false`', schema } as const satisfies ValueType<typeof schema>;
}

/** `auto`, or what it would choose. */
export function autoOrBoolean() {
  const schema = z.preprocess(parseBoolean, z.union([z.literal('auto'), z.boolean()]));
  return { form: 'boolean', allowed: '`auto`, `true` or `false`', schema } as const satisfies ValueType<typeof schema>;
}

/** A duration, in milliseconds once parsed. The bounds are milliseconds. */
export function duration(minimumMs: number, maximumMs: number) {
  const schema = z.preprocess(parseDuration, z.int().min(minimumMs).max(maximumMs));
  const allowed = `a duration from ${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}`;
  return { form: 'duration', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** A duration of whole seconds, in milliseconds once parsed. */
export function wholeSeconds(minimumMs: number, maximumMs: number) {
  const schema = z.preprocess(parseDuration, z.int().min(minimumMs).max(maximumMs).multipleOf(1000));
  const allowed = `a duration of whole seconds from ${formatDuration(minimumMs)} to ${formatDuration(maximumMs)}`;
  return { form: 'duration', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** One of a few words. */
export function choice<const T extends readonly [string, ...string[]]>(...words: T) {
  const schema = z.enum(words);
  return { form: 'text', allowed: words.map((word) => `\`${word}\``).join(', '), schema } as const satisfies ValueType<
    typeof schema
  >;
}

/** A list of texts; as one text, separated by commas. */
export function list<T extends z.ZodType<string, string>>(entry: ValueType<T>, minimum: 0 | 1) {
  const schema = z.preprocess(parseList, z.array(entry.schema).min(minimum).max(100));
  const allowed = `a list of ${minimum === 1 ? 'at least one: ' : ''}${entry.allowed}`;
  return { form: 'list', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** An http or https URL. Credentials have keys of their own, and are refused here. */
export function httpUrl(allowed = 'an http or https URL without credentials') {
  const schema = z.string().refine((value) => {
    if (!URL.canParse(value)) return false;
    const url = new URL(value);
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  });
  return { form: 'text', allowed, schema } as const satisfies ValueType<typeof schema>;
}

const namedHost = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::(?<port>\d{1,5}))?$/i;
const bareIpv6 = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*$/i;

/** The name or address of a host, with or without a port: `rabbit-1`, `10.0.0.1:5673`, `[fd00::1]:5672`, `fd00::1`. */
export function hostAndPort() {
  const schema = z.string().refine((value) => {
    const match = namedHost.exec(value);
    if (match === null) return bareIpv6.test(value);
    const port = Number(match.groups?.['port'] ?? 1);
    return port >= 1 && port <= 65535;
  });
  return { form: 'text', allowed: '`host` or `host:port`', schema } as const satisfies ValueType<typeof schema>;
}

/** Where something listens: an address or name of this host, and a port, which may be 0. */
export function listenAddress() {
  const schema = z.string().refine((value) => {
    const port = Number(namedHost.exec(value)?.groups?.['port'] ?? -1);
    return port >= 0 && port <= 65535;
  });
  const allowed = '`address:port`, an IPv6 address in brackets';
  return { form: 'text', allowed, schema } as const satisfies ValueType<typeof schema>;
}

/** The parts of what {@link listenAddress} lets pass; an IPv6 address without its brackets. */
export function hostAndPortOf(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}

/** A host of {@link hostAndPort} with a port in any case, an IPv6 address in brackets. */
export function withPort(host: string, defaultPort: number): string {
  const match = namedHost.exec(host);
  if (match === null) return `[${host}]:${defaultPort}`;
  return match.groups?.['port'] === undefined ? `${host}:${defaultPort}` : host;
}
