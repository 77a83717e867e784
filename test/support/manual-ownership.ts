import type { Ownership } from '../../lib/index.js';

/** Ownership of everything or nothing, as the test says. */
export class ManualOwnership implements Ownership {
  private readonly listeners = new Set<() => void>();

  /** @param acts whether it owns everything to begin with */
  public constructor(private acts = false) {}

  public mayAct(): boolean {
    return this.acts;
  }

  public owns(): boolean {
    return this.acts;
  }

  public onChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  public start(): void {
    // It says when.
  }

  public stop(): Promise<void> {
    return Promise.resolve();
  }

  public status(): undefined {
    return undefined;
  }

  /** Gives it everything, or takes it away. */
  public give(acts: boolean): void {
    if (this.acts === acts) return;
    this.acts = acts;
    for (const listener of this.listeners) listener();
  }
}
