import { decide, sortedVerdicts, verdictOf, type Plan } from '../../../planning/index.js';
import { decideChecks, planChecks } from './check-plan.js';
import { endpointsOf } from './endpoints.js';
import { decideFloatingIps, planServed, planWithdrawn } from './floating-ip-plan.js';
import { stagesOf, type Pieces } from './pieces.js';
import type { NativeProblemType } from './problem-types.js';
import { serviceRules, type ServiceDeed } from './rules.js';
import type { NativeSeen } from './seen.js';

/** Something that is not in order with a load balancer. */
export interface Complaint {
  readonly type: NativeProblemType;
  readonly kind: string;
  readonly uuid: string;
  readonly message: string;
}

/** A plan for a load balancer, and what else is to be told of it. */
export interface NativePlan extends Plan {
  readonly deed: ServiceDeed;
  readonly complaints: readonly Complaint[];
}

// A member can name what never was.
const mostVerified = 64;

// Of what one project has too much of nobody has to see each one.
const mostComplaints = 16;

/** What is to be done for a load balancer: pure. */
export function planNative(seen: NativeSeen): NativePlan {
  const rule = decide(serviceRules, {
    ...seen.facts,
    isAnythingLeft: isAnythingLeft(seen),
    isVerified: seen.isVerified || seen.doubtful.length === 0,
  });
  const about = { kind: 'loadbalancer', uuid: seen.uuid };
  const verdict = verdictOf(about, rule);
  const nothing = { deed: rule.stands, stages: [], verdicts: [verdict], heeds: [], verify: [] };
  const complaints = complaintsOf(seen);
  switch (rule.stands) {
    case 'look':
      return { ...nothing, complaints, verify: seen.doubtful };
    case 'nothing':
      return { ...nothing, complaints };
    case 'withdraw':
      return { ...nothing, complaints, ...planOf([planWithdrawn(seen), planChecks(seen, 'withdrawn')], verdict) };
    case 'serve': {
      const endpoints = endpointsOf(seen.members);
      const refused = endpoints.refused.slice(0, mostComplaints).map((uuid): Complaint => ({
        type: 'native-member-refused',
        kind: 'loadbalancer-member',
        uuid,
        message: `leads to an interface of another project: load balancer ${seen.uuid} sends nothing there`,
      }));
      const parts = [
        planServed(seen, endpoints),
        planChecks(seen, 'served', endpoints),
        { writes: {}, verdicts: endpoints.verdicts },
      ];
      const plan = planOf(parts, verdict);
      const verify = seen.isVerified ? [] : doubtfulOf(seen, plan);
      if (verify.length > 0) return { ...nothing, complaints, verify };
      return { ...nothing, complaints: [...complaints, ...refused], ...plan };
    }
  }
}

/**
 * Interfaces that may only not have been read yet: those that floating ips reference, and, before anything is let go of, all that members name. New
 * endpoints come before old ones go, also where a notification is late.
 */
function doubtfulOf({ members }: NativeSeen, { stages }: Pick<Plan, 'stages'>): Plan['verify'] {
  const isLetGo = stages.some(({ name }) => name === 'leave');
  const of = (fact: string): readonly string[] =>
    members.flatMap(({ facts, interfaceUuid }) => (facts.interface === fact ? (interfaceUuid ?? []) : []));
  const uuids = new Set([...of('not-seen'), ...(isLetGo ? of('none').slice(0, mostVerified) : [])]);
  return [...uuids].map((uuid) => ({ kind: 'virtual-machine-interface', uuid }) as const);
}

function planOf(
  parts: readonly Pieces[],
  verdict: Plan['verdicts'][number],
): Pick<Plan, 'stages' | 'verdicts' | 'goesOn'> {
  const verdicts = sortedVerdicts([verdict], ...parts.map((one) => one.verdicts));
  return { stages: stagesOf(parts), verdicts, goesOn: parts.some(({ goesOn }) => goesOn === true) };
}

function isAnythingLeft(seen: NativeSeen): boolean {
  const { decided } = decideChecks(seen, 'withdrawn');
  // Whose none is that is not served: what it has now is not asked.
  const floatingIps = seen.floatingIps.map((one) => (one.claim === 'ours' ? { ...one, claim: 'none' as const } : one));
  return [...decideFloatingIps({ floatingIps }, 'withdrawn'), ...decided].some(({ stands }) => stands !== 'leave');
}

function complaintsOf({ uuid, facts, cut }: NativeSeen): readonly Complaint[] {
  const about = { kind: 'loadbalancer', uuid };
  const isRefused = facts.driver === 'native' && (facts.port === 'foreign' || facts.port === 'taken');
  return [
    ...(isRefused
      ? [
          {
            type: 'native-port-refused',
            ...about,
            message:
              facts.port === 'foreign'
                ? "the VIP's port is in another project"
                : "an older load balancer, or Octavia, has the VIP's port",
          } as const,
        ]
      : []),
    ...(facts.driver !== 'native' || cut.length === 0
      ? []
      : [{ type: 'native-oversized', ...about, message: `only the first are looked at: ${cut.join(', ')}` } as const]),
  ];
}
