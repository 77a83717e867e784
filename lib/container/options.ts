import type { Tracer } from '@opentelemetry/api';
import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import type { ChangeSource } from '../change-stream/index.js';
import type { ConfigApiOptions, RequestRecord } from '../config-api/index.js';
import type { AnyManager, ManagerSettings } from '../managers/index.js';
import type { HealthKeeper } from '../monitor/index.js';
import type { Ownership } from '../ownership/index.js';

/** What a monitor is made of. Only `configApi` and `source` have to be there. */
export interface MonitorOptions {
  readonly configApi: ConfigApiOptions;
  readonly source: ChangeSource;
  /** Who acts. Defaults to `defaultManagers`: what stands in the original's place has to be asked for. */
  readonly managers?: readonly AnyManager[];
  /** Settings of the managers. Those that are left out take their defaults. */
  readonly settings?: Partial<ManagerSettings> & Readonly<Record<string, unknown>>;
  /** Plan and report, and write nothing. Defaults to false. */
  readonly dryRun?: boolean;
  /** Keys reconciled at once, by each controller. Defaults to 8. */
  readonly workers?: number;
  /** Time between full reads. Milliseconds; defaults to 300000. */
  readonly resyncIntervalMs?: number;
  /** How long a changed object waits for more changes before it is read. Milliseconds; defaults to 2. */
  readonly readDelayMs?: number;
  /** Time for the first full read. Milliseconds; defaults to 300000. */
  readonly syncTimeoutMs?: number;
  /** Time that stopping may take. Milliseconds; defaults to 5000. */
  readonly drainTimeoutMs?: number;
  /**
   * Silence on the change stream after which something of our own is written anew, and has to come back; so have writes that are made
   * anyway. Milliseconds; 0, the default, tests nothing.
   */
  readonly selfTestIntervalMs?: number;
  /** Which keys the monitor acts for. Started and stopped with it. Defaults to `everything`. */
  readonly ownership?: Ownership;
  /**
   * Tells whether the monitor is ready, and what does not work. The same one for several monitors that follow each other remembers since when;
   * a source that is given its `outages` tells it of the stream. Defaults to one of its own.
   */
  readonly health?: HealthKeeper;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Told of each request to the config API when it has ended, repeats one by one. Defaults to nobody. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Where each change is a trace. Defaults to nowhere: nothing is traced. */
  readonly tracer?: Tracer;
  readonly clock?: Clock;
  /** Numbers from 0 up to, not including, 1, for the jitter of repeats. Defaults to random ones. */
  readonly random?: () => number;
}
