const none: ReadonlySet<string> = new Set();

/** Several values per key. A key without values takes no room. */
export class MultiMap {
  private readonly entries = new Map<string, Set<string>>();

  public get(key: string): ReadonlySet<string> {
    return this.entries.get(key) ?? none;
  }

  public keys(): IterableIterator<string> {
    return this.entries.keys();
  }

  public add(key: string, value: string): void {
    const values = this.entries.get(key);
    if (values === undefined) this.entries.set(key, new Set([value]));
    else values.add(value);
  }

  public delete(key: string, value: string): void {
    const values = this.entries.get(key);
    if (values === undefined) return;
    values.delete(value);
    if (values.size === 0) this.entries.delete(key);
  }
}
