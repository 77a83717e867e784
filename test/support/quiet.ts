import type { EmbeddedOpenSdn, RequestFilter } from '../../fixtures/index.js';
import type { MonitorStatus } from '../../lib/index.js';
import { eventually } from './eventually.js';
import { after } from './real-time.js';

/** Longer than a session of a group of these tests, than any pause of a monitor between two writes, and than any repeat of one. */
const quietMs = 3_000;

/** A cloud whose monitors are processes of their own. */
export interface Seen {
  readonly server: EmbeddedOpenSdn;
  /** Where the status of each monitor is. */
  readonly monitors: readonly { readonly url: string }[];
  /** What is not as it should be. */
  readonly remaining: () => readonly string[];
}

const byMonitors: RequestFilter = { userAgent: 'opensdn-svc-monitor', access: 'write' };

/** What monitors have written, a line a request. */
export function writesOfMonitors(server: EmbeddedOpenSdn): readonly string[] {
  return server.requests
    .find(byMonitors)
    .map(({ method, path, body, status }) => `${method} ${path} ${JSON.stringify(body)} -> ${status}`);
}

/**
 * Resolves as soon as all is right, all monitors know all objects and have nothing to do, and nobody has written anything for a while: bookkeeping
 * follows what can be seen. A fight never gets there.
 */
export async function atRest({ server, monitors, remaining }: Seen): Promise<void> {
  let last = server.requests.count(byMonitors);
  let isOver = after(quietMs);
  const isIdle = async (): Promise<boolean> => {
    const all = await Promise.all(monitors.map(({ url }) => statusAt(url)));
    return all.every((status) => hasHeardAll(status, server) && hasNothingToDo(status));
  };
  const isQuiet = async (): Promise<boolean> => {
    const writes = server.requests.count(byMonitors);
    if (writes === last && remaining().length === 0 && (await isIdle())) return isOver();
    last = writes;
    isOver = after(quietMs);
    return false;
  };
  try {
    await eventually('all is right, and nothing is written any more', isQuiet);
  } catch (error) {
    const shown = await Promise.all(monitors.map(async ({ url }) => JSON.stringify(await statusAt(url))));
    throw new Error(['not at rest', ...remaining().slice(0, 20), ...shown].join('\n'), { cause: error });
  }
}

async function statusAt(url: string): Promise<MonitorStatus> {
  return (await (await fetch(`${url}/status`)).json()) as MonitorStatus;
}

// What was made and deleted has been heard of: what else there was to hear of came before.
function hasHeardAll({ cache }: MonitorStatus, server: EmbeddedOpenSdn): boolean {
  return Object.entries(cache).every(([kind, count]) => server.count(kind) === count);
}

function hasNothingToDo({ source, resync, controllers }: MonitorStatus): boolean {
  return source.connected && !resync.running && Object.values(controllers).every(({ queue }) => queue.length === 0);
}
