import type { CacheReader } from '../../../cache/index.js';
import { nameOf, projectOf, type EntityOf } from '../../../model/index.js';
import { describeStages, type AnyRuleTable, type Verdict } from '../../../planning/index.js';
import { portState } from '../carriers/detection.js';
import type { LoadBalancerPlan } from '../carriers/plan.js';
import { wantedOf, type WantedFloatingIp } from '../floating-ips/writes.js';
import { marksOf } from '../ports.js';
import { withRecord } from '../record/record.js';
import { ruleTables } from '../rule-tables.js';
import type { OctaviaVipSettings } from '../settings.js';
import { vipKeyParts, type VipKey } from '../vip-key.js';
import type { VipPlan } from '../vip-plan.js';
import type { VipSeen } from '../vip-seen.js';

/** A row of a table of rules that applied to an object (docs/rules.md). */
export interface AppliedRule {
  /** The name of the row. */
  readonly rule: string;
  /** The name of the table that it is in; undefined if no table has it. */
  readonly table?: string;
  readonly says: string;
}

/** What a port is to a VIP. */
export type PortRole = 'vip-port' | 'member' | 'leaving' | 'orphan' | 'refused' | 'left-behind' | 'none';

/** A port that has to do with a VIP. */
export interface PortFinding {
  readonly uuid: string;
  readonly name: string;
  readonly role: PortRole;
  /** Uuid of its project; undefined if its parent is none, or it is gone. */
  readonly projectUuid?: string;
  /** Of an amphora port: where it stands. */
  readonly state?: 'fresh' | 'bound' | 'leaving';
  readonly rules: readonly AppliedRule[];
}

/** What a floating ip shows now. */
export interface ActualFloatingIp {
  readonly fixedIp?: string;
  readonly isVirtualIp: boolean;
  /** Uuids of ports. */
  readonly references: readonly string[];
}

/** A floating ip that has to do with a VIP. */
export interface FloatingIpFinding {
  readonly uuid: string;
  readonly address?: string;
  readonly projectUuids: readonly string[];
  readonly standing: 'associated' | 'undecided' | 'untrusted' | 'other';
  readonly actual: ActualFloatingIp;
  /** Of one that is associated. */
  readonly expected?: WantedFloatingIp;
  /** How actual and expected differ, each in words. Empty: they do not, or nothing is expected. */
  readonly differences: readonly string[];
  readonly rules: readonly AppliedRule[];
}

/** A virtual-ip that names the VIP. */
export interface VirtualIpFinding {
  readonly uuid: string;
  readonly name: string;
  readonly rules: readonly AppliedRule[];
}

/** All that was found of a VIP, as plain values: what `explain` and `check` tell. */
export interface VipFindings {
  readonly vip: VipKey;
  readonly networkUuid: string;
  readonly networkName?: string;
  /** Canonical. */
  readonly address: string;
  readonly loadBalancerId?: string;
  /** Domain and name of the project of the VIP port. */
  readonly tenant?: string;
  readonly tenantUuid?: string;
  readonly ports: readonly PortFinding[];
  readonly virtualIps: readonly VirtualIpFinding[];
  readonly floatingIps: readonly FloatingIpFinding[];
  /** What would be written now, a line each. Empty: all is as it should be. */
  readonly writes: readonly string[];
  /** When it is to be looked at again though nothing may change. Milliseconds. */
  readonly recheckAfterMs?: number;
}

/** What findings are made from. */
export interface FindingsParts {
  readonly cache: CacheReader;
  readonly settings: OctaviaVipSettings;
}

/** Puts together what was seen of a VIP, and what is planned for it. No side effects. */
export function findingsOf({ cache, settings }: FindingsParts, seen: VipSeen, plan: VipPlan): VipFindings {
  const { key, loadBalancer } = seen;
  const { networkUuid, address } = vipKeyParts(key);
  const network = cache.get('virtual-network', networkUuid);
  const { vipPort } = loadBalancer;
  return {
    vip: key,
    networkUuid,
    ...(network === undefined ? {} : { networkName: nameOf(network) }),
    address,
    ...(vipPort === undefined
      ? {}
      : {
          loadBalancerId: vipPort.loadBalancerId,
          tenant: `${vipPort.project.domain}:${vipPort.project.name}`,
          tenantUuid: vipPort.projectUuid,
        }),
    ports: portFindings(cache, { loadBalancer, plan }, settings),
    virtualIps: virtualIpFindings(cache, plan.verdicts),
    floatingIps: floatingIpFindings(cache, { seen, plan }, settings),
    writes: describeStages(plan.stages).map((line) => line.trim()),
    ...(plan.recheckAfterMs === undefined ? {} : { recheckAfterMs: plan.recheckAfterMs }),
  };
}

/** How a floating ip differs from what it is to have, each in words. */
export function differencesOf(
  actual: ActualFloatingIp,
  expected: WantedFloatingIp,
  nameOfPort: (uuid: string) => string,
): readonly string[] {
  return [
    ...(actual.fixedIp === expected.fixedIp
      ? []
      : [`the fixed ip is ${actual.fixedIp ?? 'not set'} instead of ${expected.fixedIp}`]),
    ...(actual.isVirtualIp === expected.isVirtualIp
      ? []
      : [`floating_ip_is_virtual_ip is ${actual.isVirtualIp} instead of ${expected.isVirtualIp}`]),
    ...expected.references
      .filter((uuid) => !actual.references.includes(uuid))
      .map((uuid) => `the reference to ${nameOfPort(uuid)} is missing`),
    ...actual.references
      .filter((uuid) => !expected.references.includes(uuid))
      .map((uuid) => `the reference to ${nameOfPort(uuid)} does not belong there`),
  ];
}

const tablesOfKind: Readonly<Record<string, readonly string[]>> = {
  'virtual-machine-interface': ['Which port is the VIP port', 'What a carrier counts as'],
};

function appliedTo(verdicts: readonly Verdict[], uuid: string): readonly AppliedRule[] {
  return verdicts
    .filter(({ about }) => about.uuid === uuid)
    .map(({ about, rule, says }) => {
      const table = tableOf(about.kind, rule);
      return { rule, ...(table === undefined ? {} : { table: table.name }), says };
    });
}

// Names of rows are unique in a table, not among all: a table that decides of such objects goes before.
function tableOf(kind: string, rule: string): AnyRuleTable | undefined {
  const having = ruleTables.filter(({ rules }) => rules.some((row) => row.rule === rule));
  return having.find(({ name }) => tablesOfKind[kind]?.includes(name) === true) ?? having.at(-1);
}

function portFindings(
  cache: CacheReader,
  { loadBalancer, plan }: { readonly loadBalancer: LoadBalancerPlan; readonly plan: VipPlan },
  settings: OctaviaVipSettings,
): readonly PortFinding[] {
  const about = plan.verdicts.filter((verdict) => verdict.about.kind === 'virtual-machine-interface');
  const uuids = new Set([
    ...(loadBalancer.vipPort === undefined ? [] : [loadBalancer.vipPort.uuid]),
    ...loadBalancer.members,
    ...about.map((verdict) => verdict.about.uuid),
  ]);
  return [...uuids].map((uuid) => {
    const port = cache.get('virtual-machine-interface', uuid);
    const role = roleOf(loadBalancer, uuid);
    return {
      uuid,
      name: port === undefined ? '' : nameOf(port),
      role,
      ...projectUuidOf(port),
      ...(port === undefined || role === 'vip-port' || role === 'none'
        ? {}
        : { state: portState(marksOf(port), settings) }),
      rules: appliedTo(about, uuid),
    };
  });
}

function projectUuidOf(port: EntityOf<'virtual-machine-interface'> | undefined): Pick<PortFinding, 'projectUuid'> {
  const projectUuid = port && projectOf(port);
  return projectUuid === undefined ? {} : { projectUuid };
}

function roleOf(loadBalancer: LoadBalancerPlan, uuid: string): PortRole {
  const { vipPort, members, leaving, orphans, refused, refusedVipPort, leftBehind } = loadBalancer;
  if (uuid === vipPort?.uuid) return 'vip-port';
  if (members.includes(uuid)) return 'member';
  if (leaving.includes(uuid)) return 'leaving';
  if (refusedVipPort === uuid || refused.some((port) => port.uuid === uuid)) return 'refused';
  if (leftBehind.includes(uuid)) return 'left-behind';
  return orphans.includes(uuid) ? 'orphan' : 'none';
}

function virtualIpFindings(cache: CacheReader, verdicts: readonly Verdict[]): readonly VirtualIpFinding[] {
  const about = verdicts.filter((verdict) => verdict.about.kind === 'virtual-ip');
  return [...new Set(about.map((verdict) => verdict.about.uuid))].map((uuid) => {
    const virtualIp = cache.get('virtual-ip', uuid);
    const kept = virtualIp && withRecord(virtualIp);
    return { uuid, name: kept === undefined ? '' : nameOf(kept), rules: appliedTo(about, uuid) };
  });
}

function floatingIpFindings(
  cache: CacheReader,
  { seen, plan }: { readonly seen: VipSeen; readonly plan: VipPlan },
  settings: OctaviaVipSettings,
): readonly FloatingIpFinding[] {
  const observation = seen.rest?.floatingIps.observation;
  if (observation === undefined) return [];
  const expected = wantedOf(observation, settings);
  const nameOfPort = (uuid: string): string => {
    const port = cache.get('virtual-machine-interface', uuid);
    return port === undefined ? `port ${uuid}` : `port ${nameOf(port)} (${uuid})`;
  };
  return observation.floatingIps.map((observed) => {
    const entity = cache.get('floating-ip', observed.uuid);
    const isAssociated = plan.associations.includes(observed.uuid);
    const actual = {
      ...(observed.fixedIp === undefined ? {} : { fixedIp: observed.fixedIp }),
      isVirtualIp: observed.isVirtualIp,
      references: observed.references.map(({ portUuid }) => portUuid),
    };
    return {
      uuid: observed.uuid,
      ...(entity?.address === undefined ? {} : { address: entity.address }),
      projectUuids: entity?.refs.project ?? [],
      standing: standingOf(plan, observed.uuid),
      actual,
      ...(isAssociated ? { expected } : {}),
      differences: isAssociated ? differencesOf(actual, expected, nameOfPort) : [],
      rules: appliedTo(
        plan.verdicts.filter(({ about }) => about.kind === 'floating-ip'),
        observed.uuid,
      ),
    };
  });
}

function standingOf(plan: VipPlan, uuid: string): FloatingIpFinding['standing'] {
  if (plan.associations.includes(uuid)) return 'associated';
  if (plan.untrusted.includes(uuid)) return 'untrusted';
  return plan.verdicts.some(({ about, rule }) => about.uuid === uuid && isUndecided(rule)) ? 'undecided' : 'other';
}

function isUndecided(rule: string): boolean {
  const row = ruleTables.flatMap(({ rules }) => rules).find((one) => one.rule === rule);
  const stands = row?.stands;
  if (typeof stands !== 'object' || stands === null || !('is' in stands)) return false;
  return stands.is === 'undecided' || stands.is === 'unverified';
}
