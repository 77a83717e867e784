/** The header that sets a message of this project's own apart from a config change; its value says what it is. */
export const markHeader = 'opensdn-svc-monitor';

/**
 * Why changes may have been missed: `start`, the relay was started; `queue-lost`, its queue was gone; `overflow`, its queue was too long
 * and was thrown away; `topic`, the topic was made, or its partitions are others; `refused`, Kafka refused a change.
 */
export type GapReason = 'start' | 'queue-lost' | 'overflow' | 'topic' | 'refused';

/** A message that stands in every partition of the topic, before the first change after a gap: consumers read everything anew. */
export interface GapMark {
  /** The same for all, so that a compacted topic keeps one. It has nothing to do with the partition. */
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The mark of a gap. */
export function gapMark(reason: GapReason): GapMark {
  return {
    key: 'opensdn-svc-monitor.gap',
    value: JSON.stringify({ mark: 'gap', reason }),
    headers: { [markHeader]: 'gap' },
  };
}

/** Whether a message with these headers, as kafkajs gives them, is the mark of a gap. */
export function isGapMark(headers: Readonly<Record<string, unknown>> | undefined): boolean {
  const value = headers?.[markHeader];
  return (Buffer.isBuffer(value) ? value.toString() : value) === 'gap';
}
