import { decide, verdictOf, type Verdict, type Write } from '../../../planning/index.js';
import type { MonitorView } from '../view/index.js';
import type { Endpoints } from './endpoints.js';
import type { Pieces, StageName } from './pieces.js';
import { checkRules, type CheckFacts, type CheckStanding } from './rules.js';
import type { CheckSeen, NativeSeen, WatchedPoolSeen } from './seen.js';
import { checkProperties, createCheck, deleteCheck, markCheck, setCheck, watch } from './writes.js';

/** A monitor of a pool. */
interface Watch {
  readonly pool: WatchedPoolSeen;
  readonly monitor: MonitorView;
}

interface Decided {
  readonly check: CheckSeen;
  readonly stands: CheckStanding;
  readonly verdict: Verdict;
  /** What it is for. */
  readonly for?: Watch;
}

/** What becomes of each health check, and which monitors have none. */
export function decideChecks(
  { checks, pools }: Pick<NativeSeen, 'checks' | 'pools'>,
  service: CheckFacts['service'],
): { readonly decided: readonly Decided[]; readonly missing: readonly Watch[] } {
  const open = new Map(
    pools.flatMap((pool) =>
      pool.monitors.map((monitor) => [`${pool.uuid} ${monitor.uuid}`, { pool, monitor }] as const),
    ),
  );
  const decide1 = (check: CheckSeen): Decided => {
    const found = [...open].find(
      ([, { pool, monitor }]) =>
        pool.uuid === check.pool && (check.monitor === undefined || check.monitor === monitor.uuid),
    );
    if (found !== undefined) open.delete(found[0]);
    const hasMonitors = pools.some(({ uuid }) => uuid === check.pool);
    const rule = decide(checkRules, {
      service,
      monitor: found !== undefined ? 'linked' : hasMonitors ? 'has-another' : 'gone',
      isMarked: check.isMarked,
    });
    const verdict = verdictOf({ kind: 'service-health-check', uuid: check.uuid }, rule);
    return { check, stands: rule.stands, verdict, ...(found === undefined ? {} : { for: found[1] }) };
  };
  // Those that say of which monitor they are come first.
  const marked = checks.filter(({ isMarked }) => isMarked).map(decide1);
  const others = checks.filter(({ isMarked }) => !isMarked).map(decide1);
  return { decided: [...marked, ...others], missing: service === 'served' ? [...open.values()] : [] };
}

/** Plans the health checks of a load balancer. */
export function planChecks(seen: NativeSeen, service: CheckFacts['service'], endpoints?: Endpoints): Pieces {
  const writes: Partial<Record<StageName, Write[]>> = {};
  const add = (stage: StageName, write: Write): void => {
    (writes[stage] ??= []).push(write);
  };
  const { decided, missing } = decideChecks(seen, service);
  for (const { check, stands, for: watched } of decided) {
    if (stands === 'delete') {
      for (const uuid of check.interfaces) add('unwatch', watch('delete-reference', uuid, check.uuid));
      add('delete', deleteCheck(check.uuid));
    }
    if ((stands !== 'keep' && stands !== 'adopt') || watched === undefined) continue;
    if (stands === 'adopt') add('adopt', markCheck(check.uuid, seen.uuid, watched));
    if (!isSame(check.properties, checkProperties(watched.monitor)))
      add('checks', setCheck(check.uuid, watched.monitor));
    const wanted = endpoints?.ofPools.get(watched.pool.uuid) ?? new Set<string>();
    for (const uuid of wanted) {
      if (!check.interfaces.includes(uuid)) add('watch', watch('add-reference', uuid, check.uuid));
    }
    for (const uuid of check.interfaces) {
      if (!wanted.has(uuid)) add('unwatch', watch('delete-reference', uuid, check.uuid));
    }
  }
  const { project } = seen;
  for (const one of project === undefined ? [] : missing) {
    if (project !== undefined) add('checks', createCheck(seen.uuid, project, one));
  }
  return { writes, verdicts: decided.map(({ verdict }) => verdict), goesOn: missing.length > 0 };
}

// What is unset is null, or left out. What the monitor has no word for is as it was made.
function isSame(held: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([field, value]) => (held[field] ?? null) === value);
}
