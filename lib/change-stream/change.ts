import type { Kind } from '../model/index.js';

/** What a notification says has happened to an object. It carries little: read the object. */
export interface Change {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly kind: Kind;
  readonly uuid: string;
  /** Of the request that caused it; several changes, of several objects, can share one. Absent on sources that have none. */
  readonly requestId?: string;
  /** The object as it was created, or as it was before its delete, unparsed. An UPDATE has none on the message bus. */
  readonly object?: unknown;
}

/** A message that is fine and does not concern us, or one that cannot be understood. */
export type DecodedMessage =
  | { readonly outcome: 'change'; readonly change: Change }
  | { readonly outcome: 'ignored'; readonly reason: 'kind' | 'operation' }
  | { readonly outcome: 'rejected'; readonly rejected: RejectedMessage };

/** A message that cannot be understood, as far as it could be read. */
export interface RejectedMessage {
  readonly reason: 'not-json' | 'too-large' | 'bad-shape';
  /** What is wrong, without the values. */
  readonly problems: readonly string[];
  readonly type?: string;
  readonly uuid?: string;
  readonly bytes: number;
}
