import type { Clock } from '../../base/clock/index.js';
import type { Logger } from '../../base/log/index.js';
import type { Metrics } from '../../base/metrics/index.js';
import type { Refusal } from '../../planning/index.js';
import { describeDistrust, type PortProject } from './carriers/trust.js';
import type { octaviaVipMetrics } from './metrics.js';
import type { VipKey } from './vip-key.js';
import { describeVipPlan, type VipPlan } from './vip-plan.js';

/** A port that something is wrong with, and since when (wall clock, milliseconds since 1970). */
export interface NotedPort {
  readonly portUuid: string;
  readonly since: number;
}

/** A project whose ports are amphorae of some VIP, and would not be trusted in a shared network. */
export interface UnlistedProject {
  readonly project: PortProject;
  /** Wall clock, milliseconds since 1970. */
  readonly since: number;
}

/** What is known of a VIP since its last reconcile. */
export interface VipReport {
  readonly key: VipKey;
  readonly vipPortUuid?: string;
  readonly members: readonly string[];
  readonly associations: readonly string[];
  /** Ports that look like amphorae of the VIP and are not trusted. Why: in words. */
  readonly refused: readonly (NotedPort & {
    readonly reason: string;
    readonly why: string;
    readonly project?: PortProject;
  })[];
  /** What would be its VIP port, but belongs to no project. */
  readonly refusedVipPort?: NotedPort;
  /** Its amphora ports that were left behind. */
  readonly leftBehind: readonly NotedPort[];
  /** Projects of its amphorae that would be refused if its network were shared. */
  readonly unlistedProjects: readonly PortProject[];
  /** Records of floating ips that are not trusted. */
  readonly untrusted: readonly { readonly floatingIpUuid: string; readonly since: number }[];
  /** That there is no name for its virtual-ip: those that others have, and since when. */
  readonly nameTaken?: { readonly names: string; readonly since: number };
  /** How many ports carry it and do not count, since there are too many, and since when. */
  readonly surplus?: { readonly ports: number; readonly since: number };
  /** Its floating ips that more virtual-ips record than count. */
  readonly crowded: readonly { readonly floatingIpUuid: string; readonly since: number }[];
  /** Why nothing records its associations, and since when. */
  readonly unrecorded?: Refusal & { readonly since: number };
  /** In a dry run: what would be written. */
  readonly plan?: string;
}

/** Keeps what the last reconcile of each VIP found, for status and metrics, and says once what is refused. */
export class VipReports {
  private readonly reports = new Map<VipKey, VipReport>();
  private readonly projects = new Map<string, UnlistedProject & { readonly vips: number }>();
  private associations = 0;
  private refused = 0;
  private leftBehind = 0;

  public constructor(
    private readonly parts: {
      readonly clock: Clock;
      readonly logger: Logger;
      readonly metrics: Metrics<typeof octaviaVipMetrics>;
    },
  ) {}

  /** The reports, of VIPs that there is something to say about. */
  public all(): Iterable<VipReport> {
    return this.reports.values();
  }

  /** The VIPs that there is something to say about. */
  public keys(): Iterable<VipKey> {
    return this.reports.keys();
  }

  /** Whether there is something to say about the VIP. */
  public has(key: VipKey): boolean {
    return this.reports.has(key);
  }

  /** The members of the VIP at its last reconcile. */
  public membersOf(key: VipKey): readonly string[] {
    return this.reports.get(key)?.members ?? [];
  }

  /** Whether what is to be recorded of the VIP was refused at its last reconcile. */
  public isUnrecorded(key: VipKey): boolean {
    return this.reports.get(key)?.unrecorded !== undefined;
  }

  /** Whether the floating ip was associated with the VIP at its last reconcile. */
  public wasAssociated(key: VipKey, floatingIpUuid: string): boolean {
    return this.reports.get(key)?.associations.includes(floatingIpUuid) === true;
  }

  /** How many VIPs are managed, and how many floating ips are associated with them. */
  public totals(): { readonly vips: number; readonly associations: number } {
    return { vips: this.reports.size, associations: this.associations };
  }

  /** The projects whose amphorae would not be trusted in a shared network, each once for all VIPs. */
  public unlistedProjects(): Iterable<UnlistedProject> {
    return this.projects.values();
  }

  /** Takes the plan of a reconcile that has been carried out, or in a dry run would have been. */
  public update(plan: VipPlan, found: { readonly dryRun: boolean; readonly unrecorded?: Refusal | undefined }): void {
    const before = this.reports.get(plan.key);
    const isManaged = plan.vipPortUuid !== undefined && (plan.members.length > 0 || plan.associations.length > 0);
    const isToldOf =
      plan.refused.length + plan.leftBehind.length + plan.untrusted.length > 0 ||
      plan.refusedVipPort !== undefined ||
      plan.surplus !== undefined ||
      plan.crowded !== undefined ||
      plan.nameTaken !== undefined ||
      found.unrecorded !== undefined;
    this.replace(plan.key, isManaged || isToldOf ? this.reportOf(plan, before, found) : undefined);
  }

  /** Somebody else reconciles the VIP from now on. */
  public forget(key: VipKey): void {
    if (this.reports.has(key)) this.replace(key, undefined);
  }

  private replace(key: VipKey, report: VipReport | undefined): void {
    const before = this.reports.get(key);
    if (report === undefined) this.reports.delete(key);
    else this.reports.set(key, report);
    this.associations += (report?.associations.length ?? 0) - (before?.associations.length ?? 0);
    this.refused += refusedPorts(report) - refusedPorts(before);
    this.leftBehind += (report?.leftBehind.length ?? 0) - (before?.leftBehind.length ?? 0);
    // What stays must not end in between: added first.
    for (const project of report?.unlistedProjects ?? []) this.noteProject(project);
    for (const { uuid } of before?.unlistedProjects ?? []) this.dropProject(uuid);
    this.parts.metrics.set('virtual_ips', {}, this.reports.size);
    this.parts.metrics.set('associations', {}, this.associations);
    this.parts.metrics.set('ports_refused', {}, this.refused);
    this.parts.metrics.set('ports_left_behind', {}, this.leftBehind);
    this.parts.metrics.set('amphora_projects_unlisted', {}, this.projects.size);
  }

  private noteProject(project: PortProject): void {
    const known = this.projects.get(project.uuid);
    const { since = this.parts.clock.now(), vips = 0 } = known ?? {};
    this.projects.set(project.uuid, { project, since, vips: vips + 1 });
    if (known !== undefined) return;
    this.parts.logger.warn('amphorae in use are of a project that would not be trusted in a shared network', {
      projectUuid: project.uuid,
      project: project.name,
      why: describeDistrust(project),
    });
  }

  private dropProject(uuid: string): void {
    const known = this.projects.get(uuid);
    if (known === undefined || known.vips === 1) this.projects.delete(uuid);
    else this.projects.set(uuid, { ...known, vips: known.vips - 1 });
  }

  private reportOf(
    plan: VipPlan,
    before: VipReport | undefined,
    { dryRun, unrecorded: refusal }: { readonly dryRun: boolean; readonly unrecorded?: Refusal | undefined },
  ): VipReport {
    const now = this.parts.clock.now();
    const refusedBefore = new Map(before?.refused.map((entry) => [entry.portUuid, entry]));
    const untrustedBefore = new Map(before?.untrusted.map((entry) => [entry.floatingIpUuid, entry]));
    const refused = plan.refused.map(({ uuid, reason, project }) => {
      const known = refusedBefore.get(uuid);
      const why = describeDistrust(project);
      if (known === undefined) {
        this.parts.logger.warn('port refused: it looks like an amphora of the VIP and is not trusted', {
          vip: plan.key,
          portUuid: uuid,
          reason,
          ...(project === undefined ? {} : { projectUuid: project.uuid, project: project.name }),
          why,
        });
      }
      return { portUuid: uuid, reason, why, ...(project === undefined ? {} : { project }), since: known?.since ?? now };
    });
    const noted = (portUuid: string, notedBefore: readonly NotedPort[], message: string): NotedPort => {
      const known = notedBefore.find((entry) => entry.portUuid === portUuid);
      if (known !== undefined) return known;
      this.parts.logger.warn(message, { vip: plan.key, portUuid });
      return { portUuid, since: now };
    };
    const refusedVipPort =
      plan.refusedVipPort === undefined
        ? undefined
        : noted(
            plan.refusedVipPort,
            before?.refusedVipPort === undefined ? [] : [before.refusedVipPort],
            'VIP port refused: it belongs to no project',
          );
    const leftBehind = plan.leftBehind.map((uuid) =>
      noted(
        uuid,
        before?.leftBehind ?? [],
        'amphora port left behind: its VIP is gone, and something else has the address',
      ),
    );
    const untrusted = plan.untrusted.map((floatingIpUuid) => {
      const known = untrustedBefore.get(floatingIpUuid);
      if (known === undefined) {
        this.parts.logger.warn('record of a floating ip refused: it is of another project, and was not seen attached', {
          vip: plan.key,
          floatingIpUuid,
        });
      }
      return known ?? { floatingIpUuid, since: now };
    });
    const crowded = (plan.crowded ?? []).map((floatingIpUuid) => {
      const known = before?.crowded.find((entry) => entry.floatingIpUuid === floatingIpUuid);
      if (known === undefined) {
        this.parts.logger.warn('more virtual-ips record the floating ip than count', { vip: plan.key, floatingIpUuid });
      }
      return known ?? { floatingIpUuid, since: now };
    });
    const unrecorded = this.unrecordedOf(plan.key, refusal, before);
    if (plan.surplus !== undefined && before?.surplus === undefined) {
      this.parts.logger.warn('more ports carry the VIP than count', { vip: plan.key, surplus: plan.surplus });
    }
    return {
      key: plan.key,
      ...(plan.vipPortUuid === undefined ? {} : { vipPortUuid: plan.vipPortUuid }),
      members: plan.members,
      associations: plan.associations,
      refused,
      ...(refusedVipPort === undefined ? {} : { refusedVipPort }),
      leftBehind,
      unlistedProjects: plan.unlistedProjects,
      untrusted,
      crowded,
      ...(plan.nameTaken === undefined
        ? {}
        : { nameTaken: { names: plan.nameTaken, since: before?.nameTaken?.since ?? now } }),
      ...(plan.surplus === undefined ? {} : { surplus: { ports: plan.surplus, since: before?.surplus?.since ?? now } }),
      ...(unrecorded === undefined ? {} : { unrecorded }),
      ...(dryRun && plan.stages.length > 0 ? { plan: describeVipPlan(plan) } : {}),
    };
  }

  private unrecordedOf(
    vip: VipKey,
    unrecorded: Refusal | undefined,
    before: VipReport | undefined,
  ): VipReport['unrecorded'] {
    if (unrecorded === undefined) {
      if (before?.unrecorded !== undefined) this.parts.logger.info('what is to be recorded is taken again', { vip });
      return undefined;
    }
    if (before?.unrecorded === undefined) {
      const message = 'what is to be recorded is refused: floating ips are served, but nothing records them';
      this.parts.logger.warn(message, { vip, code: unrecorded.code, error: unrecorded.message });
    }
    return { ...unrecorded, since: before?.unrecorded?.since ?? this.parts.clock.now() };
  }
}

function refusedPorts(report: VipReport | undefined): number {
  return report === undefined ? 0 : report.refused.length + (report.refusedVipPort === undefined ? 0 : 1);
}
