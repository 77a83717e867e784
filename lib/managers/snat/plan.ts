import { decide, sortedVerdicts, verdictOf, type Plan, type Rule, type Verdict } from '../../planning/index.js';
import { judgeParts, type Judged } from './parts.js';
import { removalStages } from './removal.js';
import { routerRules, type RouterDeed, type RouterFacts } from './rules.js';
import type { SnatSeen } from './seen.js';
import { planServing } from './serving.js';

/** A plan for a router, and what else is to be told of it. */
export interface SnatPlan extends Plan {
  readonly deed: RouterDeed;
  /** Why nothing is done though there is a gateway, in words. */
  readonly waitsFor?: Verdict;
  /** How many service instances have a name as the router's, and are not looked at. */
  readonly surplus: number;
}

/**
 * What is to be done for a router: pure. What is made is made in the order in which the original makes it, and what is removed is removed from
 * the router on: at each point of it, what is there says what is missing, so that it does not matter when anybody dies (F15).
 */
export function planSnat(seen: SnatSeen): SnatPlan {
  const judged = judgeParts(seen, seen.router !== undefined && seen.router.externals.length > 0 ? 'serve' : 'clear');
  const rule = decide(routerRules, factsOf(seen, judged));
  const about = { kind: 'logical-router', uuid: seen.routerUuid };
  const verdict = verdictOf(about, rule);
  const isActed = rule.stands === 'serve' || rule.stands === 'clear';
  return {
    deed: rule.stands,
    surplus: seen.surplus,
    ...(rule.stands === 'wait' ? { waitsFor: verdict } : {}),
    ...stagesOf(rule, seen, judged),
    verdicts: isActed ? sortedVerdicts([verdict], judged.verdicts) : [verdict],
    heeds: isActed ? heedsOf(seen, judged) : [],
  };
}

// What is written as a whole was read as a whole.
function heedsOf({ router }: SnatSeen, { used, table }: Judged): Plan['heeds'] {
  return [
    ...(router === undefined ? [] : [{ kind: 'logical-router', uuid: router.uuid } as const]),
    ...(used === undefined ? [] : [{ kind: 'service-instance', uuid: used.uuid } as const]),
    ...(table === undefined ? [] : [{ kind: 'route-table', uuid: table.uuid } as const]),
  ];
}

function stagesOf(
  rule: Rule<RouterFacts, RouterDeed>,
  seen: SnatSeen,
  judged: Judged,
): Pick<Plan, 'stages' | 'verify' | 'goesOn'> {
  switch (rule.stands) {
    case 'serve':
      return { ...planServing(seen, judged), verify: [] };
    case 'clear':
      return { stages: removalStages(judged), verify: [], goesOn: seen.surplus > 0 };
    case 'look':
      return { stages: [], verify: toRead(seen) };
    case 'wait':
    case 'nothing':
      return { stages: [], verify: [] };
  }
}

function toRead({ router, routerUuid }: SnatSeen): Plan['verify'] {
  if (router === undefined) return [{ kind: 'logical-router', uuid: routerUuid }];
  return router.unseenInstances.map((uuid) => ({ kind: 'service-instance', uuid }));
}

function factsOf(seen: SnatSeen, judged: Judged): RouterFacts {
  const { router, isGone } = seen;
  const externals = router?.externals ?? [];
  const isKnown = externals.some(({ name }) => name !== undefined);
  const gateway = externals.length === 0 ? 'none' : isKnown ? 'known' : 'not-seen';
  return {
    router: router !== undefined ? 'there' : isGone ? 'gone' : 'not-seen',
    gateway,
    instances: router === undefined || router.unseenInstances.length === 0 ? 'seen' : 'not-seen',
    lacks: gateway === 'known' ? lackOf(seen, judged) : 'nothing',
    isAnythingLeft: seen.instances.length + seen.leftNetworks.length + seen.routeTables.length > 0,
  };
}

function lackOf(seen: SnatSeen, { used, left }: Judged): RouterFacts['lacks'] {
  if (used === undefined && seen.template === undefined) return 'template';
  if (left === undefined) return 'name';
  return left.isThere || seen.ipam !== undefined ? 'nothing' : 'ipam';
}
