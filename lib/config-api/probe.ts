import { withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import { peers } from '../base/peer/index.js';
import { explained } from './connection-errors.js';
import { isDown } from './http-sender.js';
import type { HttpTransport } from './http-transport.js';

/** What probes are sent with. */
export interface ProbeOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  /** Time for one. Milliseconds. */
  readonly timeoutMs: number;
  readonly headers: () => Readonly<Record<string, string>>;
}

/**
 * Asks an API server for its home page, on a connection of its own and without a token: whatever it answers, a 401 too, it is up, unless it or a
 * proxy before it answers 502 to 504. Rejects with `unavailable`, `timeout`, `bad-answer`, `closed` or `aborted`.
 */
export function probeOf(options: ProbeOptions): (url: string, signal: AbortSignal) => Promise<void> {
  const { transport, clock, timeoutMs, headers } = options;
  return async (url, signal) => {
    const request = { method: 'GET', url: `${url}/`, headers: headers(), connection: 'fresh' } as const;
    try {
      const { status } = await withTimeout(clock, timeoutMs, signal, (until) => transport.send(request, until));
      if (isDown(status)) throw new SvcMonitorError('unavailable', `its home page was answered ${status}`);
    } catch (error) {
      if (hasCode(error, 'unavailable', 'timeout', 'bad-answer')) throw explained(error, peers.configApi);
      throw error;
    }
  };
}
