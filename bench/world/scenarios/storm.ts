import type { SeededLoadBalancer } from '../cloud.js';
import type { NotificationFeed } from '../feed.js';
import type { Journal, JournalRequest } from '../journal.js';
import { deleteOldPorts, prepare, referencesToChange, untilChanged } from './replacements.js';
import { changeAtPace } from './spaced-changes.js';

/** What a storm came to. Times are milliseconds from the moment at which all notifications were sent. */
export interface StormAccount {
  /** The last reference was written. */
  readonly doneMs: number;
  /** The last new port was wired, the last old one let go. */
  readonly wiredMs: number;
  readonly letGoMs: number;
  readonly notifications: number;
  /** Of the storm alone, deletes of the old ports included; live changes meanwhile are not counted. */
  readonly reads: number;
  readonly writes: number;
  /** Reaction times of live changes that began during the storm. */
  readonly live: readonly number[];
  /** Requests until the last reference was written, in the order of their ends. */
  readonly requests: readonly JournalRequest[];
  /** Processor time that the process with the config API took until then, live changes included. Milliseconds. */
  readonly serverCpuMs: number;
}

const liveEveryMs = 20;
const giveUpMs = 120_000;

/**
 * Replaces one amphora of each target at the same time, as when an availability zone dies: new ports made and bound, old ones unbound.
 * The cloud does its part first, with the notifications held back, so that only the measured process is timed.
 *
 * @param live load balancers apart from the targets: a failover begins on the next of them every 20 ms, as long as the storm lasts
 */
export async function storm(
  targets: readonly SeededLoadBalancer[],
  live: readonly SeededLoadBalancer[],
  { feed, journal }: { readonly feed: NotificationFeed; readonly journal: Journal },
): Promise<StormAccount> {
  feed.hold();
  const prepared = await prepare(targets);
  const messages = feed.takeHeld();
  const pending = referencesToChange(prepared);
  journal.clear();
  const cpu = process.cpuUsage();
  const watched = untilChanged(pending, journal);
  const startedAt = performance.now();
  feed.send(messages);
  const changing = changeAtPace(
    live,
    { everyMs: liveEveryMs, timeoutMs: giveUpMs, isOver: () => pending.size === 0 },
    journal,
  );
  const { wiredAt, letGoAt } = await watched;
  const { user, system } = process.cpuUsage(cpu);
  const requests = journal.requests.slice();
  const { wired, letGo } = await changing;
  await journal.quiet(200);
  await deleteOldPorts(prepared.map(({ operation }) => operation));
  await journal.quiet(200);
  const liveIds = new Set(live.flatMap(idsOf));
  const ofStorm = (request: JournalRequest): boolean => !namesAny(request, liveIds);
  const all = journal.requests.filter(ofStorm);
  return {
    doneMs: Math.max(wiredAt, letGoAt) - startedAt,
    wiredMs: wiredAt - startedAt,
    letGoMs: letGoAt - startedAt,
    notifications: messages.length,
    reads: all.filter(({ access }) => access === 'read').length,
    writes: all.filter(({ access }) => access === 'write').length,
    live: [...wired, ...letGo],
    requests: requests.filter(ofStorm),
    serverCpuMs: (user + system) / 1000,
  };
}

function idsOf({ loadBalancer, floatingIp, virtualIpId }: SeededLoadBalancer): readonly string[] {
  return [floatingIp.id, virtualIpId, ...loadBalancer.amphorae.map(({ portId }) => portId)];
}

function namesAny({ path, body }: JournalRequest, ids: ReadonlySet<string>): boolean {
  const inPath = path.split('?')[0]?.split('/').at(-1) ?? '';
  const inBody = (body as Readonly<Record<string, unknown>> | undefined)?.['uuid'];
  return ids.has(inPath) || (typeof inBody === 'string' && ids.has(inBody));
}
