interface Place {
  /** The offset of the next message whose delivery begins. */
  next: bigint;
  /** Begun and not taken yet, in their order. */
  readonly outstanding: Set<bigint>;
  committed: bigint | undefined;
}

/** An offset of a partition. */
export interface PartitionOffset {
  readonly partition: number;
  readonly offset: bigint;
}

/**
 * Where a reader is in each partition of a topic: what comes next, and what may be committed, which is the lowest offset whose message
 * has not been taken yet. Deliveries begin in the order of the offsets and may end in any.
 */
export class Positions {
  private readonly places = new Map<number, Place>();

  /** The partitions that have a place. */
  public get partitions(): readonly number[] {
    return [...this.places.keys()];
  }

  /** The offset of the next message whose delivery begins; undefined for a partition that is not known. */
  public next(partition: number): bigint | undefined {
    return this.places.get(partition)?.next;
  }

  /** Goes on at that offset, unless it is further already: what lies before it is not there any more, or is no message. */
  public advance(partition: number, next: bigint): void {
    const place = this.places.get(partition);
    if (place === undefined) this.places.set(partition, { next, outstanding: new Set(), committed: undefined });
    else if (place.next < next) place.next = next;
  }

  /** The delivery of a message begins. @returns false if it has begun before: the message came twice */
  public begin({ partition, offset }: PartitionOffset): boolean {
    const next = this.next(partition);
    if (next !== undefined && offset < next) return false;
    this.advance(partition, offset + 1n);
    this.places.get(partition)?.outstanding.add(offset);
    return true;
  }

  /** A message was taken, or is of no use. */
  public end({ partition, offset }: PartitionOffset): void {
    this.places.get(partition)?.outstanding.delete(offset);
  }

  /** What may be committed and is not yet. */
  public uncommitted(): readonly PartitionOffset[] {
    const offsets: PartitionOffset[] = [];
    for (const [partition, place] of this.places) {
      const offset = safeOffset(place);
      if (offset !== place.committed) offsets.push({ partition, offset });
    }
    return offsets;
  }

  /**
   * Nothing counts as committed: all is to be committed once more. For a new session: what the last one sent in the end may not have come
   * to the brokers, whatever the client library says of it.
   */
  public commitAnew(): void {
    for (const place of this.places.values()) place.committed = undefined;
  }

  /** These were committed. */
  public committed(offsets: readonly PartitionOffset[]): void {
    for (const { partition, offset } of offsets) {
      const place = this.places.get(partition);
      if (place !== undefined) place.committed = offset;
    }
  }
}

function safeOffset(place: Place): bigint {
  // The first that was added is the lowest.
  for (const offset of place.outstanding) return offset;
  return place.next;
}
