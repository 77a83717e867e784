/** How a monitor fares in sharing the keys with others of a Kafka consumer group. */
export interface KafkaOwnershipStatus {
  readonly mode: 'kafka';
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

/** How a monitor fares in an election by ZooKeeper. */
export interface ZookeeperOwnershipStatus {
  readonly mode: 'zookeeper';
  readonly role: 'leader' | 'standby';
  /** Wall-clock time since which it has that role, milliseconds since 1970. */
  readonly since: number;
  /** The node below which the contenders meet. */
  readonly path: string;
  /** What this one calls itself. */
  readonly name: string;
  /** What the one that leads calls itself: the original svc-monitor says its process id. Undefined if nobody leads, or it is not known who. */
  readonly leaderName?: string;
  /** Whether a connection to ZooKeeper stands. */
  readonly connected: boolean;
  /** What is wrong with ZooKeeper, until it answers again; since when (wall clock, milliseconds since 1970); the setting to look at. */
  readonly lastError?: string;
  readonly lastErrorSince?: number;
  readonly setting?: string;
}

/** How a monitor fares in sharing the keys with others, or in standing by for another one. */
export type OwnershipStatus = KafkaOwnershipStatus | ZookeeperOwnershipStatus;

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
  /** Undefined for a monitor that is alone. */
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

/** A monitor that stands by for ever: it knows all keys, so that what asks it gets answers, and acts for none. */
export const nothing: Ownership = {
  mayAct: () => false,
  owns: () => false,
  onChanged: () => () => undefined,
  start: () => undefined,
  stop: () => Promise.resolve(),
  status: () => undefined,
};
