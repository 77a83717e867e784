import { Positions, type PartitionOffset } from './positions.js';

/** What the brokers hold of a partition: messages from `low` on; the next one will be `high`. */
export interface LogRange {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** Where to begin reading, and whether something before that place may have been missed. */
export interface StartingPlace {
  readonly positions: Positions;
  readonly missed: boolean;
}

/** Whether the log still holds everything from these positions on. Partitions that were added since are read from their beginning. */
export function isWhole(positions: Positions, log: readonly LogRange[]): boolean {
  const ranges = new Map(log.map((range) => [range.partition, range]));
  return positions.partitions.every((partition) => {
    const range = ranges.get(partition);
    const next = positions.next(partition);
    // Beyond the end: the topic was made anew, or its end was lost with a broker.
    return range !== undefined && next !== undefined && range.low <= next && next <= range.high;
  });
}

/** The place of a reader that goes on where it was. */
export function resumedPlace(positions: Positions, log: readonly LogRange[]): StartingPlace {
  if (!isWhole(positions, log)) return { positions: atTheEnd(log), missed: true };
  for (const { partition, low } of log) {
    if (positions.next(partition) === undefined) positions.advance(partition, low);
  }
  return { positions, missed: false };
}

/**
 * The place of a process that has just started, which reads everything anew in any case: at the end, or where its predecessor was, if
 * no more than `maxBacklog` messages have come since. Those tell, by their request-ids, what happened meanwhile.
 */
export function firstPlace(
  committed: readonly PartitionOffset[],
  log: readonly LogRange[],
  maxBacklog: number,
): StartingPlace {
  const left = new Positions();
  for (const { partition, offset } of committed) left.advance(partition, offset);
  const isComplete = log.every(({ partition }) => left.next(partition) !== undefined);
  const usable = isComplete && isWhole(left, log) && backlog(left, log) <= BigInt(maxBacklog);
  return { positions: usable ? left : atTheEnd(log), missed: true };
}

/** How many messages lie between the positions and the end. */
export function backlog(positions: Positions, log: readonly LogRange[]): bigint {
  let messages = 0n;
  for (const { partition, high } of log) {
    const next = positions.next(partition);
    if (next !== undefined && next < high) messages += high - next;
  }
  return messages;
}

function atTheEnd(log: readonly LogRange[]): Positions {
  const positions = new Positions();
  for (const { partition, high } of log) positions.advance(partition, high);
  return positions;
}

/** The offsets that a group has committed, as the client library lists them. */
export function committedOffsets(
  found: readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[],
): readonly PartitionOffset[] {
  return found.flatMap(({ partitions }) =>
    partitions
      .map(({ partition, offset }) => ({ partition, offset: BigInt(offset) }))
      // What was never committed comes as -1.
      .filter(({ offset }) => offset >= 0n),
  );
}
