import type { Clock, ConfigApiOptions, ConnectionUse, MonitorStatus } from '../../lib/index.js';

/** See {@link connectionUse}. */
export interface ConnectionUseOptions {
  /** As of `config_api.keep_alive`. */
  readonly setting: ConfigApiOptions['keepAlive'];
  readonly clock: Clock;
  /** What the monitor beside the gateway has measured. */
  readonly monitorStatus: () => Pick<MonitorStatus, 'configApi'>;
}

/** What was measured is asked for at most so often. Milliseconds. */
const askEveryMs = 1_000;

/**
 * How connections to each server are used, as the monitor's own client uses them: by the setting, and with `auto` by what that has measured. Requests of
 * users are never used to measure.
 */
export function connectionUse({
  setting,
  clock,
  monitorStatus,
}: ConnectionUseOptions): (server: string) => ConnectionUse {
  if (setting === true) return () => 'reused';
  if (setting === false) return () => 'fresh';
  let askedAt = -Infinity;
  let reused: ReadonlySet<string> = new Set();
  return (server) => {
    const now = clock.monotonic();
    if (now - askedAt >= askEveryMs) {
      askedAt = now;
      const { servers } = monitorStatus().configApi;
      reused = new Set(servers.filter(({ keepAlive }) => keepAlive.reused).map(({ url }) => url));
    }
    return reused.has(server) ? 'reused' : 'fresh';
  };
}
