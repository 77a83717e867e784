import type { Cuts } from '../cache/index.js';
import type { Controller } from '../controller/index.js';
import { describeDistrust, type Refusal, type VipReport, type VipReports } from '../managers/index.js';
import type { Problem } from './monitor.js';
import type { RejectionLog } from './problems.js';

/** Who knows of problems. */
export interface ProblemSources {
  readonly rejections: Pick<RejectionLog, 'problems'>;
  readonly cuts: Pick<Cuts, 'all'>;
  readonly controller: Pick<Controller, 'failures' | 'throttled'>;
  readonly reports: Pick<VipReports, 'all' | 'unlistedProjects'>;
}

/**
 * All that is not in order. It has no clock: since when something is so is known to whoever noticed it, and is the same at each look.
 */
export function listProblems({ rejections, cuts, controller, reports }: ProblemSources): readonly Problem[] {
  const problems: Problem[] = [...rejections.problems()];
  for (const { kind, uuid, what, since } of cuts.all()) {
    const message = `too large, only a part of it counts: it has more ${what.join(', ')} than any load balancer needs`;
    problems.push({ type: 'oversized', kind, uuid, message, since });
  }
  for (const [vip, failure] of controller.failures) {
    problems.push({ type: 'vip', vip, message: `${failure.code}: ${failure.message}`, since: failure.since });
  }
  for (const [vip, since] of controller.throttled) {
    const message = 'the same is written again and again, and slowed down: somebody else may undo what is written';
    problems.push({ type: 'contended', vip, message, since });
  }
  for (const { project, since } of reports.unlistedProjects()) {
    const message = `amphorae in use will be refused as soon as their network is shared: ${describeDistrust(project)}`;
    problems.push({ type: 'unlisted-project', kind: 'project', uuid: project.uuid, message, since });
  }
  for (const report of reports.all()) problems.push(...problemsOf(report));
  return problems;
}

function problemsOf(report: VipReport): readonly Problem[] {
  const { key: vip, refused, refusedVipPort, leftBehind, untrusted, nameTaken, unrecorded, surplus } = report;
  const problems: Problem[] = [];
  for (const { portUuid: uuid, why, since } of refused) {
    const message = `looks like an amphora of the VIP and does not count: ${why}`;
    problems.push({ type: 'refused-port', kind: 'virtual-machine-interface', uuid, vip, message, since });
  }
  if (refusedVipPort !== undefined) {
    const { portUuid: uuid, since } = refusedVipPort;
    const message = 'looks like a VIP port and belongs to no project: no virtual-ip is kept, no floating ip is wired';
    problems.push({ type: 'refused-vip-port', kind: 'virtual-machine-interface', uuid, vip, message, since });
  }
  for (const { portUuid: uuid, since } of leftBehind) {
    const message = 'an amphora port that was left behind: its VIP is gone, and something else has the address';
    problems.push({ type: 'left-behind', kind: 'virtual-machine-interface', uuid, vip, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of untrusted) {
    const message = 'the record names a floating ip of another project, which was not seen attached';
    problems.push({ type: 'refused-association', kind: 'floating-ip', uuid, vip, message, since });
  }
  if (surplus !== undefined) {
    const message = `${surplus.ports} more ports carry the VIP than any load balancer has amphorae: they do not count`;
    problems.push({ type: 'oversized', kind: 'virtual-machine-interface', vip, message, since: surplus.since });
  }
  if (nameTaken !== undefined) {
    const message = `virtual-ips of others have all names that could be used: ${nameTaken.names}`;
    problems.push({ type: 'name-taken', kind: 'virtual-ip', vip, message, since: nameTaken.since });
  }
  if (unrecorded !== undefined) {
    const { code, message: why, since } = unrecorded;
    const message = `the config API refuses to record its associations (${code}: ${why}). ${whatItCosts} ${adviceOn[code]}`;
    problems.push({ type: 'unrecorded', kind: 'virtual-ip', vip, message, since });
  }
  return problems;
}

const whatItCosts =
  'The floating ips are served, but nothing remembers them: what is lost while no monitor runs is not restored.';

const adviceOn: Readonly<Record<Refusal['code'], string>> = {
  'quota-exceeded': 'Raise the quota of virtual-ips of its project; it is tried again within a minute.',
  forbidden: 'Give the account the cloud-admin role; it is tried again within a minute.',
  'bad-request': 'The log of the API server says what is wrong; it is tried again within a minute.',
  conflict: 'The log of the API server says what is in the way; it is tried again within a minute.',
};
