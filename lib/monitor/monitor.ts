import type { Problem } from '../base/problems/index.js';
import type { EchoStatus } from '../cache/index.js';
import type { SourceStatus } from '../change-stream/source.js';
import type { ConfigApiStatus } from '../config-api/index.js';
import type { ControllerStatus, KeyViews } from '../controller/index.js';
import type { OwnershipStatus } from '../ownership/index.js';
import type { HealthStatus } from './health.js';

/** What the monitor is doing. */
export interface MonitorStatus {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping';
  /** Whether work can be expected of it now: as {@link MonitorStatus.health} says. */
  readonly ready: boolean;
  readonly health: HealthStatus;
  readonly source: SourceStatus;
  /** Where the change stream is tested: when something was heard last, and how long the last write of ours took to come back. */
  readonly selfTest?: EchoStatus;
  /** The config API servers. */
  readonly configApi: ConfigApiStatus;
  readonly resync: {
    readonly running: boolean;
    /** Wall-clock time of the end of the last one that succeeded, milliseconds since 1970. */
    readonly lastFinishedAt?: number;
    readonly lastError?: string;
  };
  /** How many objects there are of each kind. */
  readonly cache: Readonly<Record<string, number>>;
  /** Whether it acts, or stands by until it does: then its cache is kept up all the same. */
  readonly role: 'leader' | 'standby';
  /** Where several monitors share the keys, or one leads and the others stand by: how this one fares. */
  readonly ownership?: OwnershipStatus;
  /** By name: how many keys wait, and what else the controller says of itself. */
  readonly controllers: Readonly<Record<string, ControllerStatus>>;
  readonly problems: readonly Problem[];
}

/** The whole: change stream, cache, controllers. */
export interface Monitor {
  /** Starts all; resolves when the first full read is done and workers run. Rejects with `not-synced`, `aborted` or `already-started`. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops in reverse order: takes no more changes, lets workers finish, at most `drainTimeoutMs`. May be called twice. */
  stop(): Promise<void>;
  status(): MonitorStatus;
  /** What is shown of the keys of each controller, one by one: that is too much for the status. */
  views(): readonly KeyViews[];
}
