/** Headers as Node.js has them raw: names and values in turn, in the order, case and number in which they came. */
export type RawHeaders = readonly string[];

/** What an answer has to be fitted to. */
export interface AnswerFit {
  /** Whether the client understands chunks: not in HTTP/1.0. */
  readonly chunks: boolean;
  /** Whether its connection is closed after the answer. */
  readonly closes: boolean;
}

// Of one connection, and not of the message (RFC 9110, 7.6.1). Trailers are not passed on, so that nobody is told of them either.
const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'proxy-connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
]);

// Whoever names one of these in `Connection` would have the two servers disagree on where a message ends, or whom it is for.
const neverOfConnection: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding']);

/**
 * The headers with which a request goes on: all that are not of the client's connection, as they came. `Connection` stays where it is and says how
 * the next connection is used.
 *
 * @param keepsAlive whether that connection is kept for the next request
 * @param more headers at the end, such as a length
 */
export function requestHeaders(raw: RawHeaders, keepsAlive: boolean, more: RawHeaders = []): string[] {
  return [...withConnection(raw, keepsAlive ? 'keep-alive' : 'close'), ...more];
}

/**
 * The headers with which an answer goes back: all that are not of the server's connection, as they came. `Connection` stands there only where the
 * client's is closed: HTTP/1.1 keeps it otherwise.
 */
export function answerHeaders(raw: RawHeaders, { chunks, closes }: AnswerFit): string[] {
  const kept = closes ? withConnection(raw, 'close') : endToEnd(raw);
  return chunks ? kept : without(kept, new Set(['transfer-encoding']));
}

/** The headers but for those names, which are in lower case. */
export function without(raw: RawHeaders, names: ReadonlySet<string>): string[] {
  return pairs(raw).flatMap(([name, value]) => (names.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Whether there is such a header; its name is in lower case. */
export function hasHeader(raw: RawHeaders, name: string): boolean {
  return pairs(raw).some(([given]) => given.toLowerCase() === name);
}

function endToEnd(raw: RawHeaders): string[] {
  return without(raw, namesOfConnection(raw));
}

function withConnection(raw: RawHeaders, connection: 'close' | 'keep-alive'): string[] {
  const dropped = namesOfConnection(raw);
  const kept: string[] = [];
  let isSaid = false;
  for (const [name, value] of pairs(raw)) {
    const lower = name.toLowerCase();
    if (lower === 'connection' && !isSaid) {
      kept.push(name, connection);
      isSaid = true;
    } else if (!dropped.has(lower)) kept.push(name, value);
  }
  if (!isSaid) kept.push('Connection', connection);
  return kept;
}

function namesOfConnection(raw: RawHeaders): ReadonlySet<string> {
  const named = pairs(raw)
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase()))
    .filter((option) => !neverOfConnection.has(option));
  return named.length === 0 ? ofConnection : new Set([...ofConnection, ...named]);
}

function pairs(raw: RawHeaders): readonly (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) found.push([raw[index] ?? '', raw[index + 1] ?? '']);
  return found;
}
