import type { OwnAnswer, OwnWrite } from './own-writes.js';
import type { Id, Kind, Notification, Objects } from './store.js';

/** What is read at once: one object, or all of a kind. */
export type Read =
  { readonly one: Kind; readonly id: Id; readonly all?: never } | { readonly all: Kind; readonly one?: never };

/** What a read shows: the objects that there are, by uuid. A GET of an object that is not there shows none. */
export type Snapshot = Readonly<Record<Id, Objects[Kind]>>;

/** Something that a monitor can do now. */
export type MonitorStep<S> =
  | {
      /** What it does in its own process: plans, gives up, takes up the next key. */
      readonly do: 'think';
      readonly says: string;
      readonly next: S;
    }
  | { readonly do: 'read'; readonly read: Read; readonly next: (shown: Snapshot) => S }
  | {
      readonly do: 'write';
      readonly write: OwnWrite;
      /** Names the request: what is published of the write bears it. */
      readonly requestId: string;
      readonly next: (answer: OwnAnswer) => S;
      /** No answer, or one that says nothing: the write may have been carried out. */
      readonly failed: () => S;
    }
  | {
      /** Time passes: all that has been published has been heard of, and no request is under way. */
      readonly do: 'wait';
      readonly says: string;
      readonly next: S;
    };

/**
 * A monitor as the search sees it: a plain value, and what can become of it. Methods are pure, their answers are kept and used again for
 * equal states.
 */
export interface MonitorModel<S> {
  /** A process that has just begun to listen, and has read nothing yet. */
  start(): S;
  /** Whether such a notification can mean anything to it at all. */
  listensTo(notification: Notification): boolean;
  /** Whether it takes the next notification now. */
  mayHear(state: S): boolean;
  /** The next notification has come. */
  hear(state: S, notification: Notification): S;
  /** All that it can do now; none: it rests. */
  steps(state: S): readonly MonitorStep<S>[];
}
