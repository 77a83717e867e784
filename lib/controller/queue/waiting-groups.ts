import { LinkedList, type ListNode } from '../../base/collections/linked-list.js';

/** What waits in groups: an entry with its places, one in each group that it was added for. */
export interface Grouped {
  /** Its places, by group. The groups' own. */
  readonly places: Map<string, ListNode<Grouped>>;
}

interface Group<T> {
  readonly name: string;
  readonly entries: LinkedList<Grouped & T>;
  /** Its turn in the order of all groups: the lowest has waited longest. */
  turn: number;
  place: ListNode<Group<T>> | undefined;
  /** None of its entries was taken since it has had any. */
  isFresh: boolean;
}

/**
 * When more entries wait than this, three of four that are taken are those that were added last. In a storm of failovers a change that
 * comes in the middle is served soon, and the oldest go on at a quarter of the pace: none starves.
 */
const longQueue = 64;
const newestInARow = 3;

// Who adds for more groups than this at a time waits with the first of them.
const groupsPerEntry = 8;

/**
 * Entries that wait in groups, and are taken from each group in turn: a group that adds thousands of entries delays another's by one.
 *
 * Within a group they are taken in the order of adding; in a long queue mostly the latest, and the latest of the groups that have just come.
 */
export class WaitingGroups<T extends Grouped> {
  // An entry stands in each of its groups; who is taken or removed leaves all of them. A group without entries is forgotten.
  private readonly groups = new Map<string, Group<T>>();
  private readonly fresh = new LinkedList<Group<T>>();
  private readonly served = new LinkedList<Group<T>>();
  private count = 0;
  private turns = 0;
  private newestTakenInARow = 0;

  /** How many entries wait, each counted once. */
  public get length(): number {
    return this.count;
  }

  /** Lets the entry wait in a group, besides those in which it waits already. */
  public add(entry: T, name: string): void {
    const { places } = entry;
    if (places.has(name) || places.size >= groupsPerEntry) return;
    if (places.size === 0) this.count += 1;
    const group = this.groups.get(name) ?? this.newGroup(name);
    places.set(name, group.entries.push(entry));
  }

  /** Takes out the entry whose turn it is; undefined if none waits. */
  public take(): T | undefined {
    const isNewestsTurn = this.count > longQueue && this.newestTakenInARow < newestInARow;
    const group = (isNewestsTurn ? this.fresh.last : undefined) ?? this.longestWaiting();
    if (group === undefined) return undefined;
    this.newestTakenInARow = isNewestsTurn ? this.newestTakenInARow + 1 : 0;
    const entry = isNewestsTurn && group.entries.length > longQueue ? group.entries.last : group.entries.first;
    if (entry === undefined) return undefined;
    this.remove(entry);
    if (this.groups.get(group.name) === group) this.enqueue(group, false);
    return entry;
  }

  /** Takes out the entry, wherever it stands. */
  public remove(entry: T): void {
    const { places } = entry;
    if (places.size === 0) return;
    for (const [name, place] of places) {
      const group = this.groups.get(name);
      if (group === undefined) continue;
      group.entries.remove(place as ListNode<Grouped & T>);
      if (group.entries.length > 0) continue;
      this.dequeue(group);
      this.groups.delete(name);
    }
    places.clear();
    this.count -= 1;
  }

  private newGroup(name: string): Group<T> {
    const group: Group<T> = { name, entries: new LinkedList(), turn: 0, place: undefined, isFresh: true };
    this.groups.set(name, group);
    this.enqueue(group, true);
    return group;
  }

  private longestWaiting(): Group<T> | undefined {
    const [fresh, served] = [this.fresh.first, this.served.first];
    if (fresh === undefined || served === undefined) return fresh ?? served;
    return fresh.turn < served.turn ? fresh : served;
  }

  private enqueue(group: Group<T>, isFresh: boolean): void {
    this.dequeue(group);
    group.isFresh = isFresh;
    group.turn = this.turns++;
    group.place = (isFresh ? this.fresh : this.served).push(group);
  }

  private dequeue(group: Group<T>): void {
    if (group.place === undefined) return;
    (group.isFresh ? this.fresh : this.served).remove(group.place);
    group.place = undefined;
  }
}
