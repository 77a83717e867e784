import { problemOf, type Problem } from '../../base/problems/index.js';
import type { Refusal } from '../../planning/index.js';
import { describeDistrust, describeProject, type PortProject } from './carriers/trust.js';
import type { Cuts } from './cuts.js';
import { octaviaVipProblems, type VipProblemType } from './problem-types.js';
import { recordsPerFloatingIp } from './record/record.js';
import type { VipReport, VipReports } from './report.js';

/** A problem with VIPs. */
export type VipProblem = Problem<VipProblemType>;

/**
 * What is not in order with VIPs, by the types of {@link octaviaVipProblems}. It has no clock: since when something is so is known to whoever
 * noticed it, and is the same at each look.
 */
export function listVipProblems(
  reports: Pick<VipReports, 'all' | 'unlistedProjects'>,
  cuts: Pick<Cuts, 'all'>,
): readonly VipProblem[] {
  const problems: VipProblem[] = [];
  for (const { kind, uuid, what, since } of cuts.all()) {
    const message = `too large, only a part of it counts: it has more ${what.join(', ')} than any load balancer needs`;
    problems.push(vipProblem('oversized', { kind, uuid, message, since }));
  }
  for (const { project, since } of reports.unlistedProjects()) {
    const message = `amphorae in use will be refused as soon as their network is shared: ${describeDistrust(project)}`;
    problems.push(
      vipProblem('unlisted-project', { kind: 'project', uuid: project.uuid, message, since, ...toAdmit(project) }),
    );
  }
  for (const report of reports.all()) problems.push(...problemsOf(report));
  return problems;
}

function vipProblem(type: VipProblemType, fields: Omit<VipProblem, 'type'>): VipProblem {
  return problemOf(octaviaVipProblems, type, fields);
}

function toAdmit(project: PortProject | undefined): Pick<VipProblem, 'advice'> {
  if (project === undefined) return { advice: 'It belongs to no project: no setting can admit it.' };
  return {
    advice: `If project ${describeProject(project)} is Octavia’s own, add ${project.uuid} to rules.amphora_projects.`,
  };
}

function problemsOf(report: VipReport): readonly VipProblem[] {
  const { key, refused, refusedVipPort, leftBehind, untrusted, crowded, nameTaken, unrecorded, surplus } = report;
  const problems: VipProblem[] = [];
  const add = (type: VipProblemType, fields: Omit<VipProblem, 'type' | 'key'>): void => {
    problems.push(vipProblem(type, { ...fields, key }));
  };
  for (const { portUuid: uuid, why, project, since } of refused) {
    const message = `looks like an amphora of the VIP and does not count: ${why}`;
    add('refused-port', { kind: 'virtual-machine-interface', uuid, message, since, ...toAdmit(project) });
  }
  if (refusedVipPort !== undefined) {
    const { portUuid: uuid, since } = refusedVipPort;
    const message = 'looks like a VIP port and belongs to no project: no virtual-ip is kept, no floating ip is wired';
    add('refused-vip-port', { kind: 'virtual-machine-interface', uuid, message, since });
  }
  for (const { portUuid: uuid, since } of leftBehind) {
    const message = 'an amphora port that was left behind: its VIP is gone, and something else has the address';
    add('left-behind', { kind: 'virtual-machine-interface', uuid, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of untrusted) {
    const message = 'the record names a floating ip of another project, which was not seen attached';
    add('refused-association', { kind: 'floating-ip', uuid, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of crowded) {
    const message = `more virtual-ips of its project record it than count: the first ${recordsPerFloatingIp} do, in the order of their uuids`;
    add('oversized', { kind: 'floating-ip', uuid, message, since });
  }
  if (surplus !== undefined) {
    const message = `${surplus.ports} more ports carry the VIP than any load balancer has amphorae: they do not count`;
    add('oversized', { kind: 'virtual-machine-interface', message, since: surplus.since });
  }
  if (nameTaken !== undefined) {
    const message = `virtual-ips of others have all names that could be used: ${nameTaken.names}`;
    add('name-taken', { kind: 'virtual-ip', message, since: nameTaken.since });
  }
  if (unrecorded !== undefined) {
    const { code, message: why, since } = unrecorded;
    const advice = adviceOn[code];
    const message = `the config API refuses to record its associations (${code}: ${why}). ${whatItCosts} ${advice}`;
    add('unrecorded', { kind: 'virtual-ip', message, since, answer: why, advice });
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
  unavailable: 'The log of the API server says what fails there; it is tried again every 10 s.',
  'bad-answer': 'Look for what stands between us and the API server, and its log; it is tried again every 10 s.',
  'not-found': 'Look for what stands between us and the API server, and its log; it is tried again every 10 s.',
};
