import { z } from 'zod';
import { isKind, problemsOf, toDashed, uuidSchema } from '../model/index.js';
import type { DecodedMessage, RejectedMessage } from './change.js';

/** Bodies longer than this are not parsed. Bytes. The longest that a config API sends are some hundred kB (an access list). */
export const maxNotificationBytes = 4 * 1024 * 1024;

// In front of `obj_dict`, as the server writes them: as much of a long body as is looked at.
const headBytes = 1024;
const longestName = 100;

const operations = { CREATE: 'CREATE', UPDATE: 'UPDATE', DELETE: 'DELETE' } as const;
const knownOperations: ReadonlyMap<string, keyof typeof operations> = new Map(
  Object.values(operations).map((operation) => [operation, operation]),
);

const notificationSchema = z.object({
  oper: z.string().min(1),
  uuid: uuidSchema,
  // What it is good for is lost without it, but the change itself is not.
  'request-id': z.string().min(1).optional().catch(undefined),
  obj_dict: z.unknown().optional(),
});

/**
 * Decodes a notification of OpenSDN's message bus (docs/opensdn.md, 3): never throws.
 *
 * Most messages are about kinds of objects that do not concern us. They cost one `JSON.parse`.
 *
 * @param body UTF-8 text of one JSON object. Longer than {@link maxNotificationBytes}: rejected unparsed as `too-large`
 */
export function decodeNotification(body: Uint8Array | string): DecodedMessage {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  if (bytes > maxNotificationBytes) {
    return reject('too-large', [`(top): longer than ${maxNotificationBytes} bytes`], { bytes, ...peek(body) });
  }
  let value: unknown;
  try {
    const text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    // What the runtime says of it quotes the text, which is not for logs.
    return reject('not-json', ['(top): not JSON in UTF-8'], { bytes, ...peek(body) });
  }
  return decodeNotificationValue(value, bytes);
}

/**
 * Decodes a notification that is parsed JSON already: never throws.
 *
 * @param bytes length of the message, as far as it is known: stands in the rejection
 */
export function decodeNotificationValue(value: unknown, bytes = 0): DecodedMessage {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return reject('bad-shape', ['(top): not an object'], { bytes });
  }
  const type = 'type' in value ? value.type : undefined;
  const readable = {
    bytes,
    ...nameField('type', type),
    ...nameField('uuid', 'uuid' in value ? value.uuid : undefined),
  };
  if (typeof type !== 'string' || type === '') return reject('bad-shape', ['type: not a name'], readable);
  const kind = toDashed(type);
  if (!isKind(kind)) return { outcome: 'ignored', reason: 'kind' };

  const parsed = notificationSchema.safeParse(value);
  if (!parsed.success) return reject('bad-shape', problemsOf(parsed.error), readable);
  const { oper, uuid, 'request-id': requestId, obj_dict: object } = parsed.data;
  const operation = knownOperations.get(oper);
  if (operation === undefined) return { outcome: 'ignored', reason: 'operation' };
  return {
    outcome: 'change',
    change: {
      operation,
      kind,
      uuid,
      ...(requestId === undefined ? {} : { requestId }),
      ...(object === undefined || object === null ? {} : { object }),
    },
  };
}

function reject(
  reason: RejectedMessage['reason'],
  problems: readonly string[],
  readable: Pick<RejectedMessage, 'bytes' | 'type' | 'uuid'>,
): DecodedMessage {
  return { outcome: 'rejected', rejected: { reason, problems, ...readable } };
}

function nameField(name: 'type' | 'uuid', value: unknown): { readonly type?: string; readonly uuid?: string } {
  return typeof value === 'string' && value !== '' ? { [name]: value.slice(0, longestName) } : {};
}

/** Type and uuid of a body that is not parsed, if they stand where the server writes them: near the beginning. */
function peek(body: Uint8Array | string): { readonly type?: string; readonly uuid?: string } {
  const head =
    typeof body === 'string' ? body.slice(0, headBytes) : Buffer.from(body.subarray(0, headBytes)).toString('latin1');
  return {
    ...nameField('type', /"type":\s*"([\w-]+)"/.exec(head)?.[1]),
    ...nameField('uuid', /"uuid":\s*"([\da-fA-F-]+)"/.exec(head)?.[1]),
  };
}
