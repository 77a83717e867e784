import { percentile, sum, type Figure } from '../figures.js';
import type { Stage, World } from '../stage.js';
import type { JournalRequest } from '../world/journal.js';
import type { ReactionAccount } from '../world/services/reactions.js';
import { roundsOf } from './bare-rounds.js';

/** How long the same requests take where nothing else is done. Milliseconds. */
export interface BareTimes {
  /** Until the first write was answered. */
  readonly first: readonly number[];
  /** Until the last one was. */
  readonly last: readonly number[];
}

/** What reactions are told of by. */
export interface ReactionNames {
  /** What one reaction is for: `router`. */
  readonly per: string;
  /** Writes of the original for one. */
  readonly original: number;
}

const warmUpRuns = 10;

/** Sends the requests of reactions again, in the same rounds; what they made is made once more, by other names. */
export async function bareTimes(
  stage: Stage,
  { url }: World,
  accounts: readonly ReactionAccount[],
): Promise<BareTimes> {
  const bare = stage.launchBare();
  const first: number[] = [];
  const last: number[] = [];
  // Both are measured warm.
  const reads = accounts.slice(0, warmUpRuns).map(({ requests }) => roundsOf(requests.filter(isRead)));
  for (const rounds of reads) await bare.call('rounds', { url, rounds });
  for (const { requests, firstMs, lastMs } of accounts) {
    const untilFirst = requests.filter(({ startedAt }) => startedAt < firstMs);
    const rest = requests.filter(({ startedAt }) => startedAt >= firstMs && startedAt < lastMs);
    const [firstRound, restRounds] = [roundsOf(renamed(untilFirst)), roundsOf(renamed(rest))];
    const firstMsBare = sum(await bare.call('rounds', { url, rounds: firstRound }));
    first.push(firstMsBare);
    last.push(firstMsBare + sum(await bare.call('rounds', { url, rounds: restRounds })));
  }
  await stage.end(bare);
  return { first, last };
}

/** The figures of reactions: times, requests, and what each write was good for. */
export function reactionFigures(
  accounts: readonly ReactionAccount[],
  bare: BareTimes,
  { per, original }: ReactionNames,
): readonly Figure[] {
  const timed = (
    name: string,
    which: 'first' | 'last',
    { share, aim }: { readonly share: number; readonly aim?: number },
  ): Figure => ({
    name: `${name}, p${share * 100}`,
    value: percentile(
      accounts.map((account) => account[`${which}Ms`]),
      share,
    ),
    unit: 'ms',
    ...(aim === undefined ? {} : { aim: { atMost: aim } }),
    baselines: [{ what: 'bare requests', value: percentile(bare[which], share) }],
  });
  const mean = (count: (account: ReactionAccount) => number): number => sum(accounts.map(count)) / accounts.length;
  return [
    timed('first write', 'first', { share: 0.5 }),
    timed('first write', 'first', { share: 0.99, aim: 50 }),
    timed('last write', 'last', { share: 0.5 }),
    timed('last write', 'last', { share: 0.99 }),
    { name: `reads per ${per}`, value: mean(({ reads }) => reads), unit: '' },
    {
      name: `writes per ${per}`,
      value: mean(({ writes }) => writes),
      unit: '',
      aim: { atMost: original },
      baselines: [{ what: 'the original', value: original }],
    },
    { name: 'useless writes', value: sum(accounts.map(({ useless }) => useless)), unit: '', aim: { atMost: 0 } },
  ];
}

function isRead({ access }: JournalRequest): boolean {
  return access === 'read';
}

// What was made is there: it would be refused by its own name.
function renamed(requests: readonly JournalRequest[]): readonly JournalRequest[] {
  return requests.map((request) => {
    if (request.operation !== 'create') return request;
    const body = request.body as Readonly<Record<string, { readonly fq_name: readonly string[] }>>;
    const again = Object.entries(body).map(([kind, object]) => {
      const name = [...object.fq_name.slice(0, -1), `${object.fq_name.at(-1) ?? ''} again`];
      return [kind, { ...object, uuid: null, fq_name: name, display_name: name.at(-1) }] as const;
    });
    return { ...request, body: Object.fromEntries(again) };
  });
}
