import { setTimeout as wait } from 'node:timers/promises';
import type { Journal, JournalRequest } from '../journal.js';
import { publishedAt } from '../references.js';
import type { WriteWatch } from './write-watch.js';

/** What a deed of a tenant caused. Times are milliseconds from the first notification of what it is about. */
export interface ReactionAccount {
  /** The first write and the last one were answered. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly reads: number;
  readonly writes: number;
  /** Writes after which the object that they are about was as before. */
  readonly useless: number;
  /** Requests of the measured process, in the order of their ends. */
  readonly requests: readonly JournalRequest[];
}

/** A deed, and when the answer to it is whole. */
export interface Deed {
  /** Uuid of the object whose first notification counts. */
  readonly about: string;
  readonly act: () => Promise<void>;
  readonly isAnswered: () => boolean;
}

/** How long nothing has to happen until the reaction counts as over. */
const quietMs = 25;
const lookEveryMs = 5;
const giveUpMs = 60_000;

/** Lets the deed be done, waits until it is answered in whole and nothing is under way any more, and tells what it caused. */
export async function react(
  deed: Deed,
  { journal, writes }: { readonly journal: Journal; readonly writes: WriteWatch },
): Promise<ReactionAccount> {
  journal.clear();
  writes.take();
  const startedAt = performance.now();
  await untilAnswered(deed, journal);
  const since = publishedAt(deed.about, startedAt, journal);
  const requests = journal.requests.map((request) => ({
    ...request,
    startedAt: request.startedAt - since,
    endedAt: request.endedAt - since,
  }));
  const written = requests.filter(({ access }) => access === 'write');
  return {
    firstMs: written[0]?.endedAt ?? NaN,
    lastMs: written.at(-1)?.endedAt ?? NaN,
    reads: requests.length - written.length,
    writes: written.length,
    useless: writes.take().filter(({ isUseful }) => !isUseful).length,
    requests,
  };
}

/** Lets the deed be done, and waits until it is answered in whole and nothing is under way any more; rejects if that takes a minute. */
export async function untilAnswered({ about, act, isAnswered }: Deed, journal: Journal): Promise<void> {
  const givenUpAt = performance.now() + giveUpMs;
  await act();
  await journal.quiet(quietMs);
  while (!isAnswered()) {
    if (performance.now() > givenUpAt) {
      const seen = journal.requests.map(({ method, path, status }) => `${method} ${path} ${status}`);
      throw new Error(`${about} is not served after ${giveUpMs} ms; requests: ${seen.join(', ')}`);
    }
    await wait(lookEveryMs);
    await journal.quiet(quietMs);
  }
}
