/** A key and the time at which it falls due. */
export interface Delayed<K extends string> {
  readonly key: K;
  readonly dueAt: number;
}

interface Entry<K extends string> {
  readonly key: K;
  dueAt: number;
  /** Breaks ties: of keys due at the same time the first added comes first. */
  readonly order: number;
  index: number;
}

/** Keys by the time at which they fall due, the earliest on top: a binary heap that knows where each key stands. */
export class DelayHeap<K extends string> {
  // heap[i] is not later than heap[2i + 1] and heap[2i + 2]; entries.get(k) is heap[entries.get(k).index].
  private readonly heap: Entry<K>[] = [];
  private readonly entries = new Map<K, Entry<K>>();
  private added = 0;

  /** How many keys wait for their time. */
  public get size(): number {
    return this.heap.length;
  }

  /** The earliest; undefined if there is none. */
  public peek(): Delayed<K> | undefined {
    return this.heap[0];
  }

  /** Puts the key in; if it is in already, the earlier time counts. */
  public put(key: K, dueAt: number): void {
    const present = this.entries.get(key);
    if (present !== undefined) {
      if (dueAt >= present.dueAt) return;
      present.dueAt = dueAt;
      this.up(present);
      return;
    }
    const entry: Entry<K> = { key, dueAt, order: this.added++, index: this.heap.length };
    this.entries.set(key, entry);
    this.heap.push(entry);
    this.up(entry);
  }

  /** Takes out the earliest key that is due at `now`; undefined if none is. */
  public takeDue(now: number): K | undefined {
    const top = this.heap[0];
    if (top === undefined || top.dueAt > now) return undefined;
    const last = this.heap.pop();
    this.entries.delete(top.key);
    if (last !== undefined && last !== top) {
      this.place(last, 0);
      this.down(last);
    }
    return top.key;
  }

  /** Takes out all. */
  public clear(): void {
    this.heap.length = 0;
    this.entries.clear();
  }

  private up(entry: Entry<K>): void {
    for (;;) {
      const parent = this.heap[(entry.index - 1) >> 1];
      if (entry.index === 0 || parent === undefined || !isEarlier(entry, parent)) return;
      this.swap(entry, parent);
    }
  }

  private down(entry: Entry<K>): void {
    for (;;) {
      const child = this.earlierChild(entry.index);
      if (child === undefined || !isEarlier(child, entry)) return;
      this.swap(entry, child);
    }
  }

  private earlierChild(index: number): Entry<K> | undefined {
    const left = this.heap[2 * index + 1];
    const right = this.heap[2 * index + 2];
    return left !== undefined && right !== undefined && isEarlier(right, left) ? right : left;
  }

  private swap(a: Entry<K>, b: Entry<K>): void {
    const index = a.index;
    this.place(a, b.index);
    this.place(b, index);
  }

  private place(entry: Entry<K>, index: number): void {
    this.heap[index] = entry;
    entry.index = index;
  }
}

function isEarlier(a: Entry<string>, b: Entry<string>): boolean {
  return a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.order < b.order);
}
