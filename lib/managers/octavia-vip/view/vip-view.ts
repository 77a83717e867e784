import { ruleNamed } from '../../../planning/index.js';
import type { Verdict } from '../../../planning/index.js';
import type { LoadBalancerPlan } from '../carriers/plan.js';
import { portState } from '../carriers/detection.js';
import { floatingIpRules } from '../floating-ips/rules.js';
import type { Standing } from '../floating-ips/standing.js';
import { addressesOf, marksOf } from '../ports.js';
import { nameOf, projectOf } from '../../../model/index.js';
import { vipKeyParts } from '../vip-key.js';
import { describeVipPlan, type VipPlan } from '../vip-plan.js';
import { episodeText } from './episode-view.js';
import type { VipParts, VipSeen } from '../vip-seen.js';

/** An object, and what it is called: a name is in its tenant's hands, and is shortened. */
export interface NamedObject {
  readonly uuid: string;
  readonly name?: string;
}

/** How an amphora port stands to the VIP; `waiting`: a member for which Nova has not bound an instance yet. */
export type PortStanding = 'member' | 'waiting' | 'leaving' | 'orphan' | 'refused' | 'left-behind';

/** A port that carries the VIP. */
export interface PortView extends NamedObject {
  readonly state: PortStanding;
  /** Why, in words: the rule that applied. */
  readonly why: string;
  /** Its own addresses. */
  readonly addresses: readonly string[];
  /** The instance that it is of, by Nova's uuid; undefined: none yet, or not any more. */
  readonly instance?: string;
  /** Its project. */
  readonly tenant?: NamedObject;
}

/**
 * How a floating ip stands to the VIP. `wired`: it references the VIP port and all members. `planned`: in a dry run, what it lacks. `waiting`: it is
 * not known yet whether it was lost or freed.
 */
export type FloatingIpStanding =
  'wired' | 'being-wired' | 'planned' | 'waiting' | 'being-restored' | 'refused' | 'ending';

/** A floating ip of the VIP. */
export interface FloatingIpView {
  readonly uuid: string;
  /** Undefined: the API server does not show it now. */
  readonly address?: string;
  readonly state: FloatingIpStanding;
  /** Why, in words: the rule that applied. */
  readonly why: string;
  /** What is remembered of it, as sentences; undefined: nothing. */
  readonly episode?: string;
  /** How many ports it references. */
  readonly references: number;
}

/** A VIP as it is shown to people: what is seen of it now. */
export interface VipFacts {
  /** `<network uuid>/<address>`. */
  readonly key: string;
  readonly address: string;
  readonly network: NamedObject;
  /** Octavia's id of it, and what its VIP port is called. Undefined while there is no VIP port. */
  readonly loadBalancer?: NamedObject;
  readonly tenant?: NamedObject;
  readonly vipPort?: NamedObject;
  /** All addresses of the VIP port, this VIP's among them. */
  readonly addresses: readonly string[];
  readonly ports: readonly PortView[];
  readonly floatingIps: readonly FloatingIpView[];
  /** Whether there is something to write now. In a dry run that stays. */
  readonly hasPlan: boolean;
  /** What is to be written, as text. */
  readonly plan?: string;
}

/** How much of a name, an address or a sentence is shown: they are in tenants' hands. Characters. */
const shownLength = { name: 255, address: 64, sentence: 2_000, plan: 16_000 } as const;

/** How many ports and floating ips of one VIP are shown. */
const shownObjects = 64;

/** The text, or its beginning. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** What a view is made from. */
export interface ViewParts extends VipParts {
  readonly dryRun: boolean;
  /** Whether the text of the plan is wanted. */
  readonly withPlan: boolean;
}

/** What is shown of a VIP, from what was observed of it and what was planned for it. No side effects. */
export function viewVip(parts: ViewParts, seen: VipSeen, plan: VipPlan): VipFacts {
  const { key, loadBalancer } = seen;
  const { networkUuid, address } = vipKeyParts(key);
  const { vipPort } = loadBalancer;
  const verdicts = new Map(plan.verdicts.map((verdict) => [verdict.about.uuid, verdict]));
  const network = parts.cache.get('virtual-network', networkUuid);
  return {
    key,
    address: shortened(address, shownLength.address),
    network: named(networkUuid, network && nameOf(network)),
    ...(vipPort === undefined
      ? {}
      : {
          loadBalancer: named(vipPort.loadBalancerId, portName(parts, vipPort.uuid)),
          tenant: named(vipPort.projectUuid, `${vipPort.project.domain}:${vipPort.project.name}`),
          vipPort: named(vipPort.uuid, portName(parts, vipPort.uuid)),
        }),
    addresses: vipPort === undefined || vipPort.addresses.length === 0 ? [address] : vipPort.addresses.slice(0, 16),
    ports: viewPorts(parts, loadBalancer, verdicts),
    floatingIps: viewFloatingIps(parts, seen, { plan, verdicts }),
    hasPlan: plan.stages.length > 0,
    ...(plan.stages.length === 0 || !parts.withPlan
      ? {}
      : { plan: shortened(describeVipPlan(plan), shownLength.plan) }),
  };
}

function viewPorts(
  parts: VipParts,
  { members, leaving, orphans, refused, leftBehind }: LoadBalancerPlan,
  verdicts: ReadonlyMap<string, Verdict>,
): readonly PortView[] {
  const behind = new Set(leftBehind);
  const standings: readonly (readonly [string, PortStanding])[] = [
    ...members.map((uuid) => [uuid, 'member'] as const),
    ...leaving.map((uuid) => [uuid, 'leaving'] as const),
    ...orphans.map((uuid) => [uuid, behind.has(uuid) ? 'left-behind' : 'orphan'] as const),
    ...refused.map(({ uuid }) => [uuid, 'refused'] as const),
  ];
  return standings.slice(0, shownObjects).map(([uuid, standing]) => {
    const port = parts.cache.get('virtual-machine-interface', uuid);
    const why = verdicts.get(uuid)?.says ?? '';
    if (port === undefined) return { uuid, state: standing, why, addresses: [] };
    const isWaiting = standing === 'member' && portState(marksOf(port), parts.settings) === 'fresh';
    const [instance] = port.vmNames;
    const project = projectOf(port);
    const own = addressesOf(parts.cache, uuid).flatMap(({ address }) => (address === undefined ? [] : [address]));
    return {
      ...named(uuid, nameOf(port)),
      state: isWaiting ? 'waiting' : standing,
      why,
      addresses: own.slice(0, 4),
      ...(instance === undefined ? {} : { instance: shortened(instance, shownLength.name) }),
      ...(project === undefined ? {} : { tenant: named(project, port.fqName.slice(0, -1).join(':')) }),
    };
  });
}

function viewFloatingIps(
  parts: ViewParts,
  seen: VipSeen,
  { plan, verdicts }: { readonly plan: VipPlan; readonly verdicts: ReadonlyMap<string, Verdict> },
): readonly FloatingIpView[] {
  const written = writtenOn(plan);
  const views: FloatingIpView[] = [];
  for (const { uuid } of seen.rest?.floatingIps.observation.floatingIps ?? []) {
    const verdict = verdicts.get(uuid);
    if (verdict === undefined || views.length >= shownObjects) continue;
    const memory = parts.history.memoryOf(uuid);
    const isRestoring = memory?.phase === 'restoring';
    const standing = ruleNamed(floatingIpRules, verdict.rule).stands;
    const state = standingOf(standing, { isWritten: written.has(uuid), isRestoring, dryRun: parts.dryRun });
    if (state === undefined) continue;
    const floatingIp = parts.cache.get('floating-ip', uuid);
    const address = floatingIp?.address;
    views.push({
      uuid,
      ...(address === undefined ? {} : { address: shortened(address, shownLength.address) }),
      state,
      why: verdict.says,
      ...(memory === undefined
        ? {}
        : { episode: shortened(episodeText(memory, seen.key, parts.now), shownLength.sentence) }),
      references: floatingIp?.refs['virtual-machine-interface'].length ?? 0,
    });
  }
  return views;
}

function standingOf(
  standing: Standing,
  how: { readonly isWritten: boolean; readonly isRestoring: boolean; readonly dryRun: boolean },
): FloatingIpStanding | undefined {
  switch (standing.is) {
    case 'associated':
      if (!how.isWritten) return 'wired';
      if (how.dryRun) return 'planned';
      return standing.event === 'stripped' || how.isRestoring ? 'being-restored' : 'being-wired';
    case 'undecided':
    case 'unverified':
      return 'waiting';
    case 'untrusted':
      return 'refused';
    case 'ended':
    case 'former':
    case 'crossed':
    case 'left-over':
      return how.isWritten ? 'ending' : undefined;
    case 'none':
      return undefined;
  }
}

function writtenOn(plan: VipPlan): ReadonlySet<string> {
  const uuids = new Set<string>();
  for (const { writes } of plan.stages) {
    for (const write of writes) if (write.do !== 'create' && 'uuid' in write.on) uuids.add(write.on.uuid);
  }
  return uuids;
}

function portName({ cache }: Pick<VipParts, 'cache'>, uuid: string): string | undefined {
  const port = cache.get('virtual-machine-interface', uuid);
  return port === undefined ? undefined : nameOf(port);
}

function named(uuid: string, name: string | undefined): NamedObject {
  return name === undefined || name === '' ? { uuid } : { uuid, name: shortened(name, shownLength.name) };
}
