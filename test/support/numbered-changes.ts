import { anyNotification, uuidOf } from './change-messages.js';
import type { ReadRecord } from './topic-reader.js';

/** The number-th of a row of notifications about so many objects in turn: its number stands in its request-id. */
export function numberedChange(number: number, objects: number): Record<string, unknown> {
  return anyNotification({ 'request-id': `req-${number}`, uuid: uuidOf(number % objects) });
}

/** The number of a record of a {@link numberedChange}. */
export function numberOf(record: ReadRecord): number {
  return Number(/^req-(\d+)$/.exec(record.headers['request-id'] ?? '')?.[1]);
}

/**
 * What is wrong with the records of changes that were published as numbers 0 to `published` - 1 about `objects` objects; empty if
 * nothing is: of each object the first arrivals are in order, and where a change is missing, a mark stands before the next one.
 */
export function faultsOf(
  records: readonly ReadRecord[],
  { published, objects }: { readonly published: number; readonly objects: number },
): readonly string[] {
  const faults: string[] = [];
  const partitionOf = new Map<string, number>();
  const next = new Map<string, number>();
  // Of each object, whether a mark has come since its last change.
  const marked = new Set<string>();
  for (const record of records) {
    const { key, partition, isMark } = record;
    if (isMark) {
      for (const [object, place] of partitionOf) if (place === partition) marked.add(object);
      continue;
    }
    const number = numberOf(record);
    if ((partitionOf.get(key) ?? partition) !== partition) faults.push(`${key} is in two partitions`);
    partitionOf.set(key, partition);
    const expected = next.get(key) ?? number % objects;
    if (number < expected) continue;
    if (number > expected && !marked.has(key) && next.has(key))
      faults.push(`${expected} of ${key} is missing, unmarked`);
    next.set(key, number + objects);
    marked.delete(key);
  }
  for (let object = 0; object < Math.min(objects, published); object += 1) {
    const key = uuidOf(object);
    const expected = next.get(key) ?? object;
    if (expected < published && !marked.has(key)) faults.push(`${expected} of ${key} is missing at the end`);
  }
  return faults;
}
