/**
 * Several values per key. A key without values takes no room, and one with a single value, as most have, hardly any: a set for each of
 * 200,000 keys would be most of the cache.
 */
export class MultiMap {
  private readonly entries = new Map<string, string | Set<string>>();

  public get(key: string): Iterable<string> {
    const values = this.entries.get(key);
    if (values === undefined) return [];
    return typeof values === 'string' ? [values] : values;
  }

  /** Whether the key has any value. */
  public has(key: string): boolean {
    return this.entries.has(key);
  }

  public keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  public add(key: string, value: string): void {
    const values = this.entries.get(key);
    if (values === undefined) this.entries.set(key, value);
    else if (typeof values !== 'string') values.add(value);
    else if (values !== value) this.entries.set(key, new Set([values, value]));
  }

  public delete(key: string, value: string): void {
    const values = this.entries.get(key);
    if (values === undefined || values === value) this.entries.delete(key);
    else if (typeof values !== 'string') {
      values.delete(value);
      const [last, another] = values;
      if (last !== undefined && another === undefined) this.entries.set(key, last);
    }
  }
}
