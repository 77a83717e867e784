/** A map that forgets its oldest entries when it holds more than `limit`. Setting a key makes it the youngest. */
export class BoundedMap<V> {
  private readonly entries = new Map<string, V>();

  public constructor(private readonly limit: number) {}

  public get(key: string): V | undefined {
    return this.entries.get(key);
  }

  public has(key: string): boolean {
    return this.entries.has(key);
  }

  public set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.limit) break;
      this.entries.delete(oldest);
    }
  }

  /** What it holds, the oldest first. */
  public all(): Iterable<readonly [string, V]> {
    return this.entries;
  }

  public delete(key: string): void {
    this.entries.delete(key);
  }
}
