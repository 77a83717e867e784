import type { GapMark } from '../kafka/index.js';
import type { RelayRecord } from './record.js';

/**
 * One producer, from opening to its first failure. After a failure it must not be used again: what it has numbered and what the broker
 * has counted may differ then, and the broker would take new records for old ones, and drop them.
 */
export interface RecordWriter {
  /** Partitions of the topic. */
  readonly partitions: number;
  /** Whether the topic was not there, so that it holds nothing of what was written before. */
  readonly topicWasMissing: boolean;
  /** Writes the mark to every partition. Resolves when all replicas have it; rejects with a `SvcMonitorError`, in bounded time. */
  writeMark(mark: GapMark, signal: AbortSignal): Promise<void>;
  /** Writes the records, those of one key in their order. As {@link writeMark}. */
  write(records: readonly RelayRecord[], signal: AbortSignal): Promise<void>;
  /** Closes the connections in good order. */
  close(signal: AbortSignal): Promise<void>;
  /** Closes the connections at once, those that hang included. May be called twice. */
  destroy(): void;
}

/** Opens a writer; rejects with a `SvcMonitorError`, in bounded time. */
export type OpenWriter = (signal: AbortSignal) => Promise<RecordWriter>;
