import { decide, verdictOf, type Plan, type Rule, type Stage } from '../../../planning/index.js';
import { haproxyConfig, type HaproxyConfigOptions } from './config/index.js';
import { cutOf, planFollowers } from './followers.js';
import { instanceWrites, newInstance, vipAddressOf } from './instance.js';
import { bindingKeys } from './names.js';
import { haproxyRules, type HaproxyDeed, type HaproxyFacts } from './rules.js';
import type { HaproxySeen, InstanceSeen } from './seen.js';

/** What is not in order with a load balancer. */
export interface Trouble {
  readonly type: 'waits' | 'refused' | 'skipped' | 'oversized';
  /** What it is about. */
  readonly kind: string;
  readonly uuid: string;
  readonly message: string;
}

/** A plan for a load balancer in haproxy. */
export interface HaproxyPlan extends Plan {
  readonly deed: HaproxyDeed;
  /** The row of the table. */
  readonly rule: string;
  readonly troubles: readonly Trouble[];
}

/**
 * What is to be done for a load balancer in haproxy: pure. Each plan does what can be done with what is there by now: the virtual machines are
 * made by who makes those of service instances, and what their interfaces get of the VIP port follows when they are there.
 */
export function planHaproxy(seen: HaproxySeen, options: HaproxyConfigOptions): HaproxyPlan {
  const { uuid, kind } = seen;
  const rule = decide(haproxyRules, haproxyFacts(seen));
  const about = { kind, uuid };
  const common = {
    deed: rule.stands,
    rule: rule.rule,
    verdicts: [verdictOf(about, rule)],
    heeds: [],
    verify: [],
    stages: [],
  };
  const isTold = rule.stands === 'serve' || rule.stands === 'wait';
  const cuts = isTold && seen.view !== undefined ? [...seen.view.cut, ...cutOf(seen.view)] : [];
  const oversized = cuts.map((message): Trouble => ({ type: 'oversized', ...about, message }));
  switch (rule.stands) {
    case 'serve':
      return servingPlan(seen, { ...common, troubles: oversized }, options);
    case 'remove':
      return { ...common, stages: removalStages(seen), troubles: [] };
    case 'look':
      return { ...common, verify: lookedFor(seen, rule), troubles: [] };
    case 'wait':
      return { ...common, troubles: [...oversized, { type: 'waits', ...about, message: rule.says }] };
    case 'refuse':
      return { ...common, troubles: [{ type: 'refused', ...about, message: rule.says }] };
    case 'leave':
    case 'nothing':
      return { ...common, troubles: [] };
  }
}

/** What is known of a load balancer, as facts of the table. */
export function haproxyFacts(seen: HaproxySeen): HaproxyFacts {
  const { state, port } = seen;
  const isThere = state === 'there';
  const [first] = seen.instances;
  const ours = oursOf(seen);
  const isOf = first !== undefined && isThere ? 'of-others' : 'none';
  return {
    loadbalancer: state,
    driver: seen.driver === 'haproxy' || seen.driver === 'unknown' ? seen.driver : 'another',
    instance: ours.length > 0 ? 'ours' : isOf,
    port: isThere ? (port === 'gone' ? 'none' : port) : 'none',
    lacks: isThere && (port === 'own' || port === 'foreign' || port === 'taken') ? lackOf(seen, ours[0]) : 'address',
  };
}

function lackOf({ view, left, template }: HaproxySeen, ours: InstanceSeen | undefined): HaproxyFacts['lacks'] {
  if (view?.project === undefined) return 'project';
  if (view.vip?.network === undefined) return 'network';
  if (vipAddressOf(view.vip) === undefined) return 'address';
  if (left.state === 'foreign') return 'right-to-network';
  if (left.state === 'unknown') return 'network';
  return ours === undefined && template === undefined ? 'template' : 'nothing';
}

// Who makes service instances could take the name: what was made for a load balancer is of the template, and says nothing of another one. What the
// original has made and not yet told the agent of says nothing at all.
function oursOf({ uuid, instances }: HaproxySeen): readonly InstanceSeen[] {
  return instances.filter(
    ({ isOfTemplate, bindings }) => isOfTemplate && (bindings[bindingKeys.uuid] ?? uuid) === uuid,
  );
}

function servingPlan(
  seen: HaproxySeen,
  common: Omit<HaproxyPlan, 'stages'> & { readonly stages: readonly Stage[] },
  options: HaproxyConfigOptions,
): HaproxyPlan {
  const { view, template } = seen;
  const [instance] = oursOf(seen);
  if (view === undefined) return common;
  const { text, skipped } = haproxyConfig(view, options);
  const troubles = [
    ...common.troubles,
    ...skipped.map(({ kind, uuid, reason }): Trouble => ({ type: 'skipped', kind, uuid, message: reason })),
  ];
  const served = { seen, view, text };
  if (instance === undefined) {
    const writes = template === undefined ? [] : [newInstance(served, template)];
    return { ...common, troubles, stages: [{ name: 'service instance', writes }], goesOn: true };
  }
  const followers = planFollowers(seen, view, instance.interfaces);
  const stages: readonly Stage[] = [
    { name: 'service instance', writes: instanceWrites(served, instance) },
    { name: 'what follows the VIP', writes: followers.writes },
  ];
  return {
    ...common,
    troubles,
    verdicts: [...common.verdicts, ...followers.verdicts],
    // Its properties are written as a whole.
    heeds: [{ kind: 'service-instance', uuid: instance.uuid }],
    stages: stages.filter(({ writes }) => writes.length > 0),
  };
}

// Its virtual machines go after it, by who makes those of service instances.
function removalStages(seen: HaproxySeen): readonly Stage[] {
  const ours = oursOf(seen);
  const held = ours.filter(({ isReferenced }) => isReferenced);
  const stages: readonly Stage[] = [
    {
      name: 'reference to what goes',
      writes: held.map(({ uuid }) => ({
        do: 'delete-reference',
        on: { kind: seen.kind, uuid: seen.uuid },
        to: { kind: 'service-instance', uuid },
        relaxed: false,
      })),
    },
    {
      name: 'service instance',
      writes: ours.map(({ uuid }) => ({ do: 'delete', on: { kind: 'service-instance', uuid } })),
    },
  ];
  return stages.filter(({ writes }) => writes.length > 0);
}

function lookedFor(
  { kind, uuid, portUuid, instances }: HaproxySeen,
  { rule }: Rule<HaproxyFacts, HaproxyDeed>,
): Plan['verify'] {
  if (rule === 'port-not-seen' && portUuid !== undefined)
    return [{ kind: 'virtual-machine-interface', uuid: portUuid }];
  // What the original has not told the agent of yet may be of either.
  const isSaid = instances.some(({ bindings }) => bindingKeys.version in bindings);
  const kinds = isSaid || rule !== 'not-seen' ? [kind] : (['loadbalancer', 'loadbalancer-pool'] as const);
  return kinds.map((one) => ({ kind: one, uuid }));
}
