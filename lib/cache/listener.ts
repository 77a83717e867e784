import type { RejectedMessage } from '../change-stream/change.js';
import type { SvcMonitorError } from '../base/errors/index.js';
import type { Transition } from './cache-reader.js';

/** Who is told of what has changed in the cache, of what could not be read or understood, and of full reads. */
export interface CacheListener {
  /**
   * An object was created, changed or deleted, or somebody awaits it (`CacheObserver.awaits`). `by`: the controller whose write it was, and
   * which knows of it.
   */
  changed(transition: Transition, cause: 'live' | 'resync', by?: string): void;
  /** An object does not have the shape of its kind. The cache keeps what it held of it. */
  rejected(error: SvcMonitorError): void;
  /** The object is fine, or gone: if it was rejected before, that is over. */
  accepted(uuid: string): void;
  /** A message could not be understood. */
  messageRejected(message: RejectedMessage): void;
  /** A full read has ended well: everything may be looked at again. */
  synced(): void;
}
