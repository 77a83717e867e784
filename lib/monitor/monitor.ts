import type { SourceStatus } from '../change-stream/source.js';
import type { SharesStatus } from '../ownership/index.js';

/** Something that is not in order, shown until it is. */
export interface Problem {
  /**
   * | type | what it is | `uuid` |
   * |---|---|---|
   * | `object` | an object that cannot be parsed | the object |
   * | `oversized` | an object of which only a part counts, or a VIP that too many ports carry | the object, or none |
   * | `message` | a notification that cannot be | the object that it names |
   * | `refused-port` | a port that looks like an amphora and is not trusted | the port |
   * | `refused-vip-port` | a port that looks like a VIP port and belongs to no project: nothing is kept for it | the port |
   * | `left-behind` | an amphora port whose VIP is gone, while an instance, a router or the like has the address | the amphora port |
   * | `unlisted-project` | amphorae in use are of this project, and would be refused if their network were shared | the project |
   * | `refused-association` | a record that is not trusted | the floating ip |
   * | `vip` | a VIP whose reconcile fails | none |
   * | `name-taken` | a virtual-ip of somebody else has the name of ours | none |
   * | `unrecorded` | the config API refuses our virtual-ip, or its record | none |
   * | `contended` | for a VIP the same is written again and again | none |
   */
  readonly type:
    | 'object'
    | 'oversized'
    | 'message'
    | 'refused-port'
    | 'refused-vip-port'
    | 'left-behind'
    | 'unlisted-project'
    | 'refused-association'
    | 'vip'
    | 'name-taken'
    | 'unrecorded'
    | 'contended';
  /** Kind of the object concerned, where there is one. */
  readonly kind?: string;
  readonly uuid?: string;
  /** The VIP concerned, as `<network uuid>/<address>`. */
  readonly vip?: string;
  readonly message: string;
  /** Wall-clock time at which it was first seen, milliseconds since 1970. */
  readonly since: number;
}

/** What the monitor is doing. */
export interface MonitorStatus {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping';
  /** Everything has been read once and workers run. */
  readonly ready: boolean;
  readonly source: SourceStatus;
  readonly resync: {
    readonly running: boolean;
    /** Wall-clock time of the end of the last one that succeeded, milliseconds since 1970. */
    readonly lastFinishedAt?: number;
    readonly lastError?: string;
  };
  readonly queue: { readonly length: number };
  readonly cache: Readonly<Record<string, number>>;
  /** Where several monitors share the VIPs: the shares of this one. */
  readonly shares?: SharesStatus;
  readonly vips: number;
  readonly associations: number;
  /** Every plan of a dry run that would write, as text, by VIP. */
  readonly dryRunPlans?: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** The whole: change stream, cache, queue, workers. */
export interface Monitor {
  /** Starts all; resolves when the first full read is done and workers run. Rejects with `not-synced`, `aborted` or `already-started`. */
  start(signal: AbortSignal): Promise<void>;
  /** Stops in reverse order: takes no more changes, lets workers finish, at most `drainTimeoutMs`. May be called twice. */
  stop(): Promise<void>;
  status(): MonitorStatus;
}
