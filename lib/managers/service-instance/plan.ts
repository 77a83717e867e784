import { decide, ruleNamed, verdictOf, type Rule, type Write } from '../../planning/index.js';
import { planLaunch } from './launch.js';
import { interfaceName, namedTypes } from './names.js';
import { planNetworks } from './networks.js';
import { mostInstances, wantedInstances } from './instance-count.js';
import { planRemoval } from './removal.js';
import { instanceRules, type InstanceRuleFacts, type InstanceStand } from './rules.js';
import type { InstanceFacts, ServiceSeen, SideSeen } from './seen.js';
import type { PlanPart, ServicePlan, Trouble } from './service-plan.js';

/**
 * Plans what is to be written for a service instance. Each plan does what can be done with what is there by now, and goes on with what it has made: each
 * moment between two writes is one from which the next plan goes on alike.
 *
 * @param seed see {@link chooseRouter}
 */
export function planInstance(seen: ServiceSeen, { seed }: { readonly seed: string }): ServicePlan {
  const rule = decide(instanceRules, ruleFacts(seen));
  const { instance, uuid } = seen;
  const about = { kind: 'service-instance', uuid } as const;
  const part =
    instance !== undefined
      ? planStanding(rule.stands, { seen, instance, seed })
      : rule.stands === 'remove'
        ? planRemoval(seen, seen.machines)
        : nothing;
  const stages = part.stages.filter(({ writes }) => writes.length > 0);
  const wanted =
    instance === undefined || rule.stands !== 'launch' ? 0 : Math.min(wantedInstances(instance) ?? 0, mostInstances);
  return {
    stages,
    verdicts: [verdictOf(about, rule), ...part.verdicts],
    heeds: [],
    // What is made is of its project.
    verify: rule.stands === 'read' ? [about] : [],
    goesOn: stages.length > 0,
    rule,
    troubles: [...waits(seen, rule), ...oversized(instance), ...part.troubles],
    counts: {
      wanted,
      there: seen.machines.length,
      placed: seen.machines.filter(({ routers }) => routers.some((router) => !seen.downRouters.includes(router)))
        .length,
    },
  };
}

/** What is known of a service instance, as facts of the first table. */
export function ruleFacts(seen: ServiceSeen): InstanceRuleFacts {
  const { instance } = seen;
  if (instance === undefined) return { ...ruleFactsOfNone, instance: seen.isGone ? 'gone' : 'not-seen' };
  return {
    instance: 'there',
    project: instance.project === '' ? 'unknown' : 'known',
    template: templateFact(instance),
    count: wantedInstances(instance) === undefined ? 'unsaid' : 'said',
    interfaces: instance.sides.length > 0 ? 'given' : canUpgrade(instance) ? 'of-old' : 'none',
    predecessor: seen.predecessors.length > 0,
    networks: networksFact(instance),
    lent: instance.sides.some(({ lent }) => lent.state === 'awaited') ? 'awaited' : 'ready',
    moved: seen.machines.some(({ name, interfaces }) =>
      interfaces.some((port) => hasMoved(port, name, instance.sides)),
    ),
  };
}

const ruleFactsOfNone: Omit<InstanceRuleFacts, 'instance'> = {
  project: 'known',
  template: 'none',
  count: 'unsaid',
  interfaces: 'none',
  predecessor: false,
  networks: 'ready',
  lent: 'ready',
  moved: false,
};

function planStanding(
  stands: InstanceStand,
  { seen, instance, seed }: { readonly seen: ServiceSeen; readonly instance: InstanceFacts; readonly seed: string },
): PlanPart {
  switch (stands) {
    case 'launch':
      return planLaunch(seen, { instance, seed });
    case 'relaunch':
      return planRemoval(seen, seen.machines);
    case 'upgrade':
      return { ...nothing, stages: [{ name: 'upgrade', writes: [upgradeOf(seen.uuid, instance)] }] };
    case 'make-networks':
      return { ...nothing, stages: planNetworks(instance) };
    default:
      return nothing;
  }
}

const nothing: PlanPart = { stages: [], verdicts: [], troubles: [] };

function templateFact({ template }: InstanceFacts): InstanceRuleFacts['template'] {
  if (template === undefined) return 'none';
  if (template.version === 2) return 'port-tuples';
  const isServed =
    template.virtualization === 'network-namespace' &&
    (template.type === 'source-nat' || template.type === 'loadbalancer');
  return isServed ? 'served' : 'other';
}

// Only where something stands in the fields of old: an empty list is what it says.
function canUpgrade({ hasInterfaces, properties, template }: InstanceFacts): boolean {
  if (hasInterfaces || template === undefined) return false;
  return template.interfaceTypes.some((type) => typeof properties[`${type}_virtual_network`] === 'string');
}

function upgradeOf(uuid: string, { properties, template }: InstanceFacts): Write {
  const interfaces = (template?.interfaceTypes ?? []).map((type) => ({
    virtual_network: namedTypes.some((named) => named === type)
      ? (properties[`${type}_virtual_network`] ?? null)
      : null,
    ip_address: null,
    static_routes: null,
    allowed_address_pairs: null,
  }));
  const value = { ...properties, interface_list: interfaces };
  return { do: 'set', on: { kind: 'service-instance', uuid }, properties: { service_instance_properties: value } };
}

function networksFact({ sides, ipam }: InstanceFacts): InstanceRuleFacts['networks'] {
  const missing = sides.filter(({ network }) => network === undefined);
  if (missing.some(({ networkName }) => networkName !== '')) return 'missing';
  if (missing.some(({ type }) => ipam === undefined || !namedTypes.some((named) => named === type))) return 'unmakable';
  if (missing.length > 0) return 'to-make';
  return sides.some(({ network, lent }) => lent.state === 'own' && network?.families.length === 0)
    ? 'without-subnet'
    : 'ready';
}

// One without a network was torn out of it: the API server makes none. A template can have a type at several places: the name says which one it is. By its type alone it is known where it has another place now.
function hasMoved(
  port: { readonly name: string; readonly type?: string; readonly network?: string },
  machine: string,
  sides: readonly SideSeen[],
): boolean {
  const side =
    sides.find(({ type, place }) => port.name === interfaceName(machine, type, place)) ??
    sides.find(({ type }) => type === port.type);
  return side?.network !== undefined && side.network.uuid !== port.network;
}

function waits({ instance }: ServiceSeen, rule: Rule<InstanceRuleFacts, InstanceStand>): readonly Trouble[] {
  if (rule.stands !== 'wait-for-network' || instance === undefined) return [];
  const isNamed = rule === ruleNamed(instanceRules, 'no-subnet');
  const names = instance.sides
    .filter(({ network }) => (isNamed ? network?.families.length === 0 : network === undefined))
    .map(({ networkName, type }) => (networkName === '' ? `of ${type}` : networkName));
  return [{ type: 'waits', message: `${rule.says}: ${names.slice(0, 3).join(', ')}` }];
}

function oversized(instance: InstanceFacts | undefined): readonly Trouble[] {
  const wanted = instance === undefined ? 0 : (wantedInstances(instance) ?? 0);
  if (wanted <= mostInstances) return [];
  return [{ type: 'oversized', message: `it asks for ${wanted} instances: the first ${mostInstances} count` }];
}
