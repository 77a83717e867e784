import { sleep, type Clock } from '../clock/index.js';
import { toSvcMonitorError, type SvcMonitorError } from '../errors/index.js';
import { Rounds } from './rounds.js';

/** One connection to one server, from its beginning to its end. */
export interface Attempt<Server> {
  /** The server whose turn it is. */
  readonly server: Server;
  /** Fires when the loop is stopped. */
  readonly signal: AbortSignal;
  /** To be called as soon as it stands: the outage is over. Does nothing the second time. */
  readonly connected: () => void;
}

/** How a connection ended, or why it never stood. */
export interface Loss {
  readonly error: SvcMonitorError;
  /** Whether somebody else is about to take its place, who is not to be hurried: also the next server is asked after `retryLowMs` only. */
  readonly unhurried?: boolean;
}

/** What {@link keepConnected} goes by. Times are milliseconds. */
export interface ReconnectOptions<Server> {
  readonly clock: Clock;
  /** Asked in turn, the next one after each loss. At least one. */
  readonly servers: readonly Server[];
  /** The wait after the first round of the servers in vain; it doubles with each further one. */
  readonly retryLowMs: number;
  /** The longest wait. A connection that stood for longer was a good one: after it all begins anew. */
  readonly retryHighMs: number;
  /** Connects, keeps the connection until it is lost, and cleans up. What it rejects with is a loss, too. */
  readonly attempt: (attempt: Attempt<Server>) => Promise<Loss>;
  /**
   * The connection was lost, or there was none.
   *
   * @param isNews whether this outage has not had that reason before: worth a line in the log
   */
  readonly onLost: (error: SvcMonitorError, isNews: boolean) => void;
}

const mostReasons = 100;

/**
 * Keeps one connection after the other until the signal fires; a loss after that is not reported. Whatever ends a connection takes this one
 * way, for ever: reported, a wait if it is time for one, the next server. Never rejects, unless `onLost` throws.
 */
export async function keepConnected<Server>(options: ReconnectOptions<Server>, signal: AbortSignal): Promise<void> {
  const { clock, servers, retryLowMs, retryHighMs } = options;
  const rounds = new Rounds({ servers: servers.length, retryLowMs, retryHighMs });
  // The reasons of this outage. Several servers have several, in turn.
  const reasons = new Set<string>();
  for (let turn = 0; ; turn++) {
    const server = servers[turn % servers.length];
    if (server === undefined) return;
    let connectedAt: number | undefined;
    const connected = (): void => {
      connectedAt ??= clock.monotonic();
      reasons.clear();
    };
    const { error, unhurried = false } = await lossOf(() => options.attempt({ server, signal, connected }));
    if (signal.aborted) return;
    const connectedMs = connectedAt === undefined ? undefined : clock.monotonic() - connectedAt;
    const isNews = !reasons.has(error.message);
    // Texts with a number in them that changes must not pile up.
    if (reasons.size >= mostReasons) reasons.clear();
    reasons.add(error.message);
    options.onLost(error, isNews);
    const delayMs = Math.max(rounds.delayAfter(connectedMs), unhurried ? retryLowMs : 0);
    if (delayMs === 0) continue;
    try {
      await sleep(clock, delayMs, signal);
    } catch {
      // Stopped meanwhile: nothing else ends a sleep.
      return;
    }
  }
}

async function lossOf(attempt: () => Promise<Loss>): Promise<Loss> {
  try {
    return await attempt();
  } catch (error) {
    return { error: toSvcMonitorError(error) };
  }
}
