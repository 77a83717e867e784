import type { SeededLoadBalancer } from '../cloud.js';
import type { NotificationFeed } from '../feed.js';
import type { Journal, JournalRequest } from '../journal.js';
import { deleteOldPorts, prepare, referencesToChange, untilChanged } from './replacements.js';

/** What came of an outage of the change stream. Times are milliseconds from the moment at which it takes connections again. */
export interface OutageAccount {
  /** The measured process has connected, as far as can be seen from outside: it has sent its first request. */
  readonly connectedMs: number;
  /** The last reference was written that changed meanwhile. */
  readonly doneMs: number;
  /** Requests until then, in the order of their ends. */
  readonly requests: readonly JournalRequest[];
}

/** Replaces one amphora of each target while the change stream is down: nobody tells the measured process of it. */
export async function outage(
  targets: readonly SeededLoadBalancer[],
  { feed, journal }: { readonly feed: NotificationFeed; readonly journal: Journal },
): Promise<OutageAccount> {
  await feed.goDown();
  const prepared = await prepare(targets);
  const pending = referencesToChange(prepared);
  journal.clear();
  const watched = untilChanged(pending, journal);
  await feed.comeBack();
  const startedAt = performance.now();
  const { wiredAt, letGoAt } = await watched;
  const requests = journal.requests.slice();
  await journal.quiet(200);
  await deleteOldPorts(prepared.map(({ operation }) => operation));
  await journal.quiet(200);
  return {
    connectedMs: Math.min(...requests.map((request) => request.startedAt)) - startedAt,
    doneMs: Math.max(wiredAt, letGoAt) - startedAt,
    requests,
  };
}
