import type { Clock } from '../../base/clock/index.js';
import type { ConfigApiOptions } from '../../config-api/index.js';
import { SvcMonitorError } from '../../base/errors/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { Outages } from '../../base/problems/index.js';
import { isKind, toUnderscored, type Kind } from '../../model/index.js';

/** Kinds of objects to watch, each with the fields to be sent of it besides its identity. */
export type WatchedFields = Readonly<Partial<Record<Kind, readonly string[]>>>;

/** What a `WatchSource` is made of. Only `configApi` and `kinds` have to be there. */
export interface WatchSourceOptions {
  /** Servers, credentials and TLS, as for the client of the config API. Timeouts, attempts and concurrency are the client's alone. */
  readonly configApi: ConfigApiOptions;
  /**
   * What to watch; `watchedFields` has all that a monitor needs. The server answers in this order, and sends its headers with the first
   * kind: one with few objects is best.
   */
  readonly kinds: WatchedFields;
  /** Stands in the status and in metrics. Defaults to `watch`. */
  readonly name?: string;
  /**
   * How often the server gives a sign of life, `watch_keepalive_interval` in its configuration. A stream that is silent for 2.5 times as
   * long is given up. Milliseconds; defaults to the server's own default, 60000.
   */
  readonly keepaliveIntervalMs?: number;
  /** Deliveries at once. Nothing more is read from the stream meanwhile. Defaults to 1024. */
  readonly concurrency?: number;
  /**
   * A stream that could not be read for so long, because deliveries do not end, is given up: what waits for us takes the memory of the
   * config API. Milliseconds; defaults to 60000.
   */
  readonly pauseTimeoutMs?: number;
  /** The longest event. Those of the first read hold all objects of a kind. Characters; defaults to 268435456 (256 Mi). */
  readonly maxEventLength?: number;
  /** Time from connecting to the headers of the answer. Milliseconds; defaults to 10000. */
  readonly connectTimeoutMs?: number;
  /** Wait after each server was tried once in vain; doubles with each round. Milliseconds; defaults to 100. */
  readonly retryLowMs?: number;
  /** The longest wait between two rounds. Milliseconds; defaults to 1000. */
  readonly retryHighMs?: number;
  /** Time that stopping waits for deliveries under way. Milliseconds; defaults to 5000. */
  readonly stopTimeoutMs?: number;
  /** How the source calls itself in the API server's logs. Defaults to `opensdn-svc-monitor`. */
  readonly userAgent?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** Told when the stream is lost, and when it is followed again. Defaults to nobody. */
  readonly outages?: Outages;
}

// Not a field that has to be named, but one that is needed of all: a list of fields leaves out what it does not name.
const alwaysSent = ['id_perms', 'perms2'];

/**
 * Path and query of the stream. Fields are always named: without them an update of a network carries its back references, thousands.
 *
 * @throws SvcMonitorError `invalid-configuration` if there is nothing to watch
 */
export function watchPath(kinds: WatchedFields): string {
  const watched = watchedKinds(kinds).map((kind) => {
    const name = toUnderscored(kind);
    return { name, fields: `${name}_fields=${[...alwaysSent, ...(kinds[kind] ?? [])].join(',')}` };
  });
  if (watched.length === 0) {
    const problem = 'kinds: at least one is needed';
    throw new SvcMonitorError('invalid-configuration', problem, { details: { problems: [problem] } });
  }
  return `/watch?resource_type=${watched.map(({ name }) => name).join(',')}&${watched.map(({ fields }) => fields).join('&')}`;
}

/** The kinds that are watched, in their order. */
export function watchedKinds(kinds: WatchedFields): readonly Kind[] {
  return Object.keys(kinds).filter(isKind);
}
