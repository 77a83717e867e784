import { z } from 'zod';
import { decodeNotification, maxNotificationBytes, type RejectedMessage } from '../change-stream/index.js';
import { problemsOf, uuidSchema } from '../model/index.js';

/** A config change as it stands in Kafka: the body as OpenSDN published it, the object's uuid as the key. */
export interface RelayRecord {
  /** The uuid, in lower case: the changes of one object stay in one partition, and so in their order. */
  readonly key: string;
  readonly value: Uint8Array | string;
  /** `operation`, `type` (underscored, as in the body) and, where there is one, `request-id`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Length of the body. */
  readonly bytes: number;
}

/** A message of the bus as a record, or what is wrong with it. */
export type RelayMessage =
  | { readonly outcome: 'record'; readonly record: RelayRecord }
  | { readonly outcome: 'rejected'; readonly rejected: RejectedMessage };

// As little as the key and the headers need: whatever else there is, the consumers judge. All kinds of objects are carried.
const envelopeSchema = z.object({
  uuid: uuidSchema,
  oper: z.string().min(1),
  type: z.string().min(1),
  'request-id': z.string().min(1).optional().catch(undefined),
});

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Makes a record of a notification of OpenSDN's message bus (docs/opensdn.md, 3): never throws.
 *
 * @param body UTF-8 text of one JSON object. Longer than {@link maxNotificationBytes}: rejected, as no consumer would parse it
 */
export function toRecord(body: Uint8Array | string): RelayMessage {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const value = bytes > maxNotificationBytes ? undefined : parseJson(body);
  const parsed = envelopeSchema.safeParse(value);
  if (!parsed.success) return { outcome: 'rejected', rejected: rejectionOf(body, bytes, problemsOf(parsed.error)) };
  const { uuid, oper, type, 'request-id': requestId } = parsed.data;
  const headers = { operation: oper, type, ...(requestId === undefined ? {} : { 'request-id': requestId }) };
  return { outcome: 'record', record: { key: uuid, value: body, headers, bytes } };
}

function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : utf8.decode(body));
  } catch {
    // What the runtime says of it quotes the text. `rejectionOf` says what is wrong.
    return undefined;
  }
}

/** What the change sources say of such a message; of a kind that they do not look into, what is wrong with the envelope. */
function rejectionOf(body: Uint8Array | string, bytes: number, problems: readonly string[]): RejectedMessage {
  const decoded = decodeNotification(body);
  return decoded.outcome === 'rejected' ? decoded.rejected : { reason: 'bad-shape', problems, bytes };
}
