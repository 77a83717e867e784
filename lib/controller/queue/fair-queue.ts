import { onAbort, type Clock } from '../../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../../base/errors/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import { LinkedList, type ListNode } from '../../base/collections/linked-list.js';
import { WaitingGroups, type Grouped } from './waiting-groups.js';
import type { Priority, WorkItem } from './work-queue.js';

/** Of keys that were added for nobody in particular. */
export const noGroup = '';

/** After so many live keys in a row, taken while a resync key waited, one resync key is taken: none starves. */
const liveKeysInARow = 16;

/** A key that has been added and not yet been taken. */
interface Dirty<K extends string> extends Grouped {
  readonly key: K;
  readonly queuedAt: number;
  priority: Priority;
  /** For whom it was added, each once. */
  readonly groups: Set<string>;
  /** Its place among the resync keys, if it waits there. */
  place: ListNode<Dirty<K>> | undefined;
}

interface Getter<K extends string> {
  readonly resolve: (item: WorkItem<K> | undefined) => void;
}

/** The innermost layer of the queue: order, de-duplication, one worker per key. The contract is that of `WorkQueue`. */
export class FairQueue<K extends string> {
  // A key is in one of four states, by the first two fields:
  //   in neither                 idle
  //   in dirty                   waits, in exactly one of the lists
  //   in processing              with exactly one worker
  //   in dirty and processing    with a worker, and added again meanwhile: in no list until `done` puts it there
  // Getters wait only while both lists are empty, and only until the queue is shut down.
  private readonly dirty = new Map<K, Dirty<K>>();
  private readonly processing = new Set<K>();
  private readonly live = new WaitingGroups<Dirty<K>>();
  private readonly resync = new LinkedList<Dirty<K>>();
  private readonly getters = new LinkedList<Getter<K>>();
  private readonly drained = new Set<() => void>();
  private liveTakenInARow = 0;
  private closed = false;

  public constructor(
    private readonly options: { readonly name: string; readonly clock: Clock; readonly metrics: Metrics },
  ) {}

  /** How many keys could be taken now. */
  public get length(): number {
    return this.live.length + this.resync.length;
  }

  public add(key: K, priority: Priority, group: string): void {
    if (this.closed) return;
    const waiting = this.dirty.get(key);
    if (waiting !== undefined) {
      if (priority === 'live') this.addLive(waiting, group);
      return;
    }
    const queuedAt = this.options.clock.monotonic();
    const added: Dirty<K> = { key, queuedAt, priority, groups: new Set([group]), place: undefined, places: new Map() };
    this.dirty.set(key, added);
    this.options.metrics.increment('queue_adds_total', { controller: this.options.name, priority });
    if (!this.processing.has(key)) this.enlist(added);
  }

  public get(signal: AbortSignal): Promise<WorkItem<K> | undefined> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const item = this.take();
      if (item !== undefined || this.closed) {
        resolve(item);
        return;
      }
      const place = this.getters.push({
        resolve: (next) => {
          release();
          resolve(next);
        },
      });
      const release = onAbort(signal, () => {
        this.getters.remove(place);
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
    });
  }

  public done(key: K): void {
    if (!this.processing.delete(key)) return;
    const again = this.dirty.get(key);
    if (again !== undefined) this.enlist(again);
    this.settleDrains();
  }

  public shutDown(): void {
    this.closed = true;
    for (let getter = this.getters.shift(); getter !== undefined; getter = this.getters.shift())
      getter.resolve(undefined);
  }

  /** Resolves when no key waits and no worker has one. */
  public async drain(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const settle = (): void => {
        release();
        resolve();
      };
      this.drained.add(settle);
      const release = onAbort(signal, () => {
        this.drained.delete(settle);
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
      this.settleDrains();
    });
  }

  // As live, and for one more: it is taken as soon as it is the turn of any for whom it waits.
  private addLive(waiting: Dirty<K>, group: string): void {
    if (waiting.priority === 'resync') waiting.groups.clear();
    waiting.priority = 'live';
    waiting.groups.add(group);
    if (waiting.place !== undefined) {
      this.resync.remove(waiting.place);
      this.enlist(waiting);
    } else if (waiting.places.size > 0) this.live.add(waiting, group);
  }

  private enlist(entry: Dirty<K>): void {
    entry.place = undefined;
    if (entry.priority === 'resync') entry.place = this.resync.push(entry);
    else for (const group of entry.groups) this.live.add(entry, group);
    this.options.metrics.set('queue_depth', { controller: this.options.name }, this.length);
    const getter = this.getters.shift();
    if (getter !== undefined) getter.resolve(this.take());
  }

  private take(): WorkItem<K> | undefined {
    const entry = this.next();
    if (entry === undefined) return undefined;
    this.dirty.delete(entry.key);
    this.processing.add(entry.key);
    this.options.metrics.set('queue_depth', { controller: this.options.name }, this.length);
    this.options.metrics.observe(
      'queue_wait_seconds',
      { controller: this.options.name },
      (this.options.clock.monotonic() - entry.queuedAt) / 1000,
    );
    const [group = noGroup] = entry.groups;
    return { key: entry.key, queuedAt: entry.queuedAt, ...(group === noGroup ? {} : { group }) };
  }

  private next(): Dirty<K> | undefined {
    const { live, resync } = this;
    const resyncWaits = resync.length > 0;
    if (live.length === 0 || (resyncWaits && this.liveTakenInARow >= liveKeysInARow)) {
      this.liveTakenInARow = 0;
      return resync.shift();
    }
    this.liveTakenInARow = resyncWaits ? this.liveTakenInARow + 1 : 0;
    return live.take();
  }

  private settleDrains(): void {
    if (this.dirty.size > 0 || this.processing.size > 0) return;
    for (const settle of this.drained) settle();
    this.drained.clear();
  }
}
