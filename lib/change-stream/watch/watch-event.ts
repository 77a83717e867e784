import { z } from 'zod';
import { isKind, problemsOf, toDashed, uuidSchema } from '../../model/index.js';
import type { Change, DecodedMessage, RejectedMessage } from '../change.js';
import { maxNotificationBytes } from '../notification.js';

/** An event of the stream, as the parser hands it out. */
export interface ServerSentEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

const operations: ReadonlyMap<string | undefined, Change['operation']> = new Map([
  ['create', 'CREATE'],
  ['update', 'UPDATE'],
  ['delete', 'DELETE'],
]);

const longestName = 100;
const identity = z.looseObject({ uuid: uuidSchema });

/**
 * Decodes a change (docs/opensdn.md, 3; recording 15): never throws. The object is whole in a `create` and an `update`, as a
 * read shows it at that moment; of one that was deleted there is the uuid alone. There is no request-id.
 */
export function decodeWatchedChange({ event, data }: ServerSentEvent): DecodedMessage {
  const operation = operations.get(event);
  if (operation === undefined) return { outcome: 'ignored', reason: 'operation' };
  const bytes = Buffer.byteLength(data);
  if (bytes > maxNotificationBytes) {
    return reject('too-large', [`(top): longer than ${maxNotificationBytes} bytes`], { bytes, ...readable(data) });
  }
  const unwrapped = unwrap(data);
  if (typeof unwrapped === 'string') return reject(unwrapped, problems[unwrapped], { bytes, ...readable(data) });
  const { name, value } = unwrapped;
  const kind = toDashed(name);
  if (!isKind(kind)) return { outcome: 'ignored', reason: 'kind' };
  const parsed = identity.safeParse(value);
  if (!parsed.success) return reject('bad-shape', problemsOf(parsed.error), { bytes, ...readable(data) });
  const { uuid } = parsed.data;
  const change = { operation, kind, uuid };
  return { outcome: 'change', change: operation === 'DELETE' ? change : { ...change, object: value } };
}

const problems = {
  // What the runtime says of it quotes the text, which is not for logs.
  'not-json': ['(top): not JSON'],
  'bad-shape': ['(top): not an object with one key'],
} as const;

/** `{"<name>": value}` taken apart, or why it cannot be. */
function unwrap(data: string): { readonly name: string; readonly value: unknown } | keyof typeof problems {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return 'not-json';
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return 'bad-shape';
  const [entry, ...others] = Object.entries(json);
  return entry === undefined || others.length > 0 ? 'bad-shape' : { name: entry[0], value: entry[1] };
}

function reject(
  reason: RejectedMessage['reason'],
  found: readonly string[],
  about: Pick<RejectedMessage, 'bytes' | 'type' | 'uuid'>,
): { readonly outcome: 'rejected'; readonly rejected: RejectedMessage } {
  return { outcome: 'rejected', rejected: { reason, problems: found, ...about } };
}

/** Type and uuid of a text, if it begins with them as the server writes them. */
function readable(data: string): Pick<RejectedMessage, 'type' | 'uuid'> {
  const head = data.slice(0, 1024);
  const type = /^\{\s*"([\w-]+)"/.exec(head)?.[1];
  const uuid = /"uuid":\s*"([\da-fA-F-]+)"/.exec(head)?.[1];
  return {
    ...(type === undefined ? {} : { type: type.slice(0, longestName) }),
    ...(uuid === undefined ? {} : { uuid: uuid.slice(0, longestName) }),
  };
}
