import { decide, verdictOf, type Stage, type Verdict, type Write } from '../../planning/index.js';
import { unplace } from './removal.js';
import { placementRules, type PlacementFacts } from './rules.js';
import { chooseRouter } from './scheduler/choice.js';
import type { MachineSeen, RouterSeen, ServiceSeen } from './seen.js';
import type { PlanPart, Trouble } from './service-plan.js';

/**
 * Places virtual machines on vRouters: no two of a service instance on one, where another works. What a machine leaves it leaves first: one that is on two
 * vRouters runs twice.
 *
 * @param machines those that are to be placed, by index
 */
export function planPlacement(
  machines: readonly MachineSeen[],
  { seen, kept, seed }: { readonly seen: ServiceSeen; readonly kept: readonly MachineSeen[]; readonly seed: string },
): PlanPart {
  const leave: Write[] = [];
  const enter: Write[] = [];
  const verdicts: Verdict[] = [];
  const troubles: Trouble[] = [];
  const used = new Map(kept.map(({ uuid, routers }) => [uuid, routers]));
  for (const machine of machines) {
    const others = new Set([...used].flatMap(([uuid, routers]) => (uuid === machine.uuid ? [] : routers)));
    const lower = kept.filter(({ index }) => index < machine.index).flatMap(({ uuid }) => used.get(uuid) ?? []);
    const candidates = seen.upRouters.filter(({ uuid }) => !others.has(uuid));
    const rule = decide(placementRules, factsOf(machine, { seen, lower, free: candidates.length > 0 }));
    verdicts.push(verdictOf({ kind: 'virtual-machine', uuid: machine.uuid }, rule));
    switch (rule.stands) {
      case 'prune': {
        const [stays, ...rest] = byWorth(machine.routers, seen);
        leave.push(...rest.map((router) => unplace(router, machine.uuid)));
        used.set(machine.uuid, stays === undefined ? [] : [stays]);
        break;
      }
      case 'place':
      case 'move': {
        leave.push(...machine.routers.map((router) => unplace(router, machine.uuid)));
        const chosen = chooseRouter(candidates, machine.name, seed);
        if (chosen !== undefined) enter.push(place(chosen, machine.uuid));
        used.set(machine.uuid, chosen === undefined ? [] : [chosen.uuid]);
        break;
      }
      case 'let-go':
        leave.push(...machine.routers.map((router) => unplace(router, machine.uuid)));
        used.set(machine.uuid, []);
        troubles.push({ type: 'unplaced', message: `${machine.name}: ${rule.says}` });
        break;
      case 'wait':
        troubles.push({ type: 'unplaced', message: `${machine.name} is on no vRouter: ${rule.says}` });
        break;
      case 'stay':
    }
  }
  const stages: readonly Stage[] = [
    { name: 'leave vRouters', writes: leave },
    { name: 'place', writes: enter },
  ];
  return { stages, verdicts, troubles };
}

function factsOf(
  machine: MachineSeen,
  { seen, lower, free }: { readonly seen: ServiceSeen; readonly lower: readonly string[]; readonly free: boolean },
): PlacementFacts {
  const [router, ...more] = machine.routers;
  if (router === undefined) return { placed: 'nowhere', beside: false, free };
  if (more.length > 0) return { placed: 'on-several', beside: false, free };
  const beside = lower.includes(router);
  if (seen.downRouters.includes(router)) return { placed: 'on-dead', beside, free };
  return { placed: seen.upRouters.some(({ uuid }) => uuid === router) ? 'on-working' : 'on-unknown', beside, free };
}

// Those that work first.
function byWorth(routers: readonly string[], { upRouters, downRouters }: ServiceSeen): readonly string[] {
  const worth = (router: string): number =>
    upRouters.some(({ uuid }) => uuid === router) ? 0 : downRouters.includes(router) ? 2 : 1;
  return [...routers].sort((one, other) => worth(one) - worth(other) || (one < other ? -1 : 1));
}

function place(router: RouterSeen, machine: string): Write {
  return {
    do: 'add-reference',
    on: { kind: 'virtual-router', uuid: router.uuid },
    to: { kind: 'virtual-machine', uuid: machine },
    // As the original's: the agent is to stop it before it goes.
    relaxed: false,
  };
}
