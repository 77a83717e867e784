/** How a monitor fares in sharing the keys with others. */
export interface OwnershipStatus {
  /** The consumer group of those that share. */
  readonly group: string;
  /** Whether the group has given this monitor its shares, and still counts on it. Without that it acts for none. */
  readonly joined: boolean;
  /** The shares it acts for. */
  readonly owned: readonly number[];
  /** How many there are. */
  readonly of: number;
  /** Why it has not joined, or the last failure. */
  readonly lastError?: string;
}

/** Which keys this monitor acts for. All monitors know all keys; each acts only for those that it owns. */
export interface Ownership {
  /** Whether this monitor may act at all now: false as long as it cannot be sure of its shares. */
  mayAct(): boolean;
  /** Whether this monitor is to act for the key now. */
  owns(key: string): boolean;
  /** Has the listener called after each change of what is owned: gained, lost, or both. Returns how to end that. */
  onChanged(listener: () => void): () => void;
  /** Begins to take part; returns at once. Failures are tried again for ever. `already-started` on a second call. */
  start(): void;
  /** Gives the shares up, so that others take them at once. May be called twice. */
  stop(): Promise<void>;
  /** Undefined for a monitor that shares with nobody. */
  status(): OwnershipStatus | undefined;
}

/** A monitor on its own owns everything. */
export const everything: Ownership = {
  mayAct: () => true,
  owns: () => true,
  onChanged: () => () => undefined,
  start: () => undefined,
  stop: () => Promise.resolve(),
  status: () => undefined,
};
