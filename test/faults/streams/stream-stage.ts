import type { Context } from 'mocha';
import type { ChangeSource, Clock, Logger, Metrics } from '../../../lib/index.js';

/** How to make a source on a stage. */
export interface StageSourceOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Deliveries at once. Defaults to 64. */
  readonly concurrency?: number;
}

/** A broker with one stream, and everything that can happen between it and the sources that follow it. A new one for each test. */
export interface StreamStage {
  /** A source that tries again after at most a second, by its clock. */
  source(options?: StageSourceOptions): ChangeSource;
  /** Publishes a message, past all faults: a notification, or text or bytes that are none. */
  publish(message: object | string | Buffer): void;
  /** Resolves when the broker has all that was published. */
  flush(): Promise<void>;
  /** Ends the connections of all sources and lets none come up, as a broker that is down. */
  down(): Promise<void>;
  /** Lets connections come up again. What was published meanwhile may be lost. */
  up(): Promise<void>;
  /** While on, nothing gets through to the sources or from them, and nobody is told. */
  blackHole(on: boolean): void;
  /** Within this time a source notices the black hole: twice its heartbeat. Milliseconds. */
  readonly detectionMs: number;
  /** How many messages lie at the broker and were not handed to a source. */
  backlog(): Promise<number>;
  /** Ends it; sources are stopped before. */
  close(): Promise<void>;
}

/** Where a set of scenarios is played. */
export interface StageKind {
  /** Whether a source that comes back finds what was published while it was away. Else it reads everything anew. */
  readonly keepsMessages: boolean;
  /** Whether bytes that are no text can be published. */
  readonly carriesBytes: boolean;
  /** Finds the broker. Makes the tests pending where there is none. */
  prepare(context: Context): Promise<void> | void;
  /** Opens a new stage. */
  open(): Promise<StreamStage>;
}
