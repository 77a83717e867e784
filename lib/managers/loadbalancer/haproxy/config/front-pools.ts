import type { IngressRule } from '../../../../model/index.js';
import type { LoadbalancerView, PoolView } from '../../view/index.js';
import { poolsOf, type Front } from './fronts.js';
import { modeOf, type Mode } from './modes.js';
import type { SkippedParts } from './skipped.js';
import { emptyPlace, joined, line, word, type Line, type Word } from './text.js';
import { nameWord, pathWord } from './words.js';

/** A pool that a frontend leads to. */
export interface FrontPool {
  readonly pool: PoolView;
  readonly name: Word;
  readonly mode: Mode;
  /** The lines that lead to it. */
  readonly lines: readonly Line[];
}

interface Ranked extends FrontPool {
  readonly rank: number;
}

/** Which rules come first: those of a host and a path, of a host, of a path; what takes all the rest is last. */
const ranks = { hostAndPath: 0, host: 1, path: 2, rest: 3 } as const;

// Of names and, with a port, of addresses: no flag of a rule can be made of them.
const host = /^[A-Za-z0-9*_[][A-Za-z0-9*_.:[\]-]{0,254}$/;

/** The pools that a frontend can lead to, by their ranks, and of one rank the older first. */
export function frontPools(view: LoadbalancerView, front: Front, skipped: SkippedParts): readonly FrontPool[] {
  const found = new Map<string, Ranked>();
  for (const pool of poolsOf(front).filter(({ isUp }) => isUp)) {
    const own = frontPool(view, front.mode, pool);
    if (typeof own === 'string') skipped.note('pool', pool.uuid, own);
    else found.set(own.name, own);
  }
  const sorted = [...found.values()].toSorted((one, other) => one.rank - other.rank);
  const [, ...unreached] = sorted.filter(({ rank }) => rank === ranks.rest);
  for (const { pool } of unreached) skipped.note('pool', pool.uuid, 'another pool takes what no rule is for');
  return sorted.filter((own) => !unreached.includes(own));
}

function frontPool({ version }: LoadbalancerView, frontMode: Mode, pool: PoolView): Ranked | string {
  const name = nameWord(pool.uuid);
  const mode = modeOf(version, pool.protocol);
  if (name === undefined) return 'its uuid is none';
  if (mode === undefined) return 'haproxy does not serve its protocol';
  if (frontMode === 'http' && mode === 'tcp') return 'its protocol does not go with its listener’s';
  // What kube-manager notes on the pool of an ingress; in LBaaS v1 nothing is read there.
  const { type } = version === 'v1' ? {} : pool.ingress;
  if (type === undefined || type === 'default')
    return { pool, name, mode, rank: ranks.rest, lines: [line('default_backend', name)] };
  if (frontMode === 'tcp') return 'rules of host and path are for listeners of HTTP';
  const rule = ruleOf(pool.ingress, name);
  return rule === undefined
    ? 'host and path of its rule are not both what haproxy takes'
    : { pool, name, mode, ...rule };
}

function ruleOf(
  { host: hostText, path: pathText }: IngressRule,
  name: Word,
): Pick<Ranked, 'rank' | 'lines'> | undefined {
  const hostname = hostText !== undefined && host.test(hostText) ? word(hostText) : undefined;
  const path = pathText === undefined ? undefined : pathWord(pathText);
  const isUnclear =
    (hostText !== undefined && hostname === undefined) || (pathText !== undefined && path === undefined);
  if (isUnclear || (hostname === undefined && path === undefined)) return undefined;
  const ofHost = joined(name, '_host');
  const ofPath = joined(name, '_path');
  const conditions = [hostname === undefined ? emptyPlace : ofHost, path === undefined ? emptyPlace : ofPath];
  return {
    rank: path === undefined ? ranks.host : hostname === undefined ? ranks.path : ranks.hostAndPath,
    lines: [
      ...(hostname === undefined ? [] : [line('acl', ofHost, 'hdr(host)', '-i', hostname)]),
      ...(path === undefined ? [] : [line('acl', ofPath, 'path', path)]),
      [...line('use_backend', name, 'if'), ...conditions],
    ],
  };
}
