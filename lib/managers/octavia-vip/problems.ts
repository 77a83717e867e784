import type { ControllerProblem } from '../../controller/index.js';
import type { Refusal } from '../../planning/index.js';
import { describeDistrust } from './carriers/trust.js';
import type { Cuts } from './cuts.js';
import { recordsPerFloatingIp } from './record/record.js';
import type { VipReport, VipReports } from './report.js';

/**
 * What is not in order with VIPs:
 *
 * | type | what it is | `uuid` |
 * |---|---|---|
 * | `oversized` | an object of which only a part counts, a VIP that too many ports carry, or a floating ip that too many virtual-ips record | the object, or none |
 * | `refused-port` | a port that looks like an amphora and is not trusted | the port |
 * | `refused-vip-port` | a port that looks like a VIP port and belongs to no project: nothing is kept for it | the port |
 * | `left-behind` | an amphora port whose VIP is gone, while an instance, a router or the like has the address | the amphora port |
 * | `unlisted-project` | amphorae in use are of this project, and would be refused if their network were shared | the project |
 * | `refused-association` | a record that is not trusted | the floating ip |
 * | `name-taken` | a virtual-ip of somebody else has the name of ours | none |
 * | `unrecorded` | the config API refuses our virtual-ip, or its record | none |
 *
 * It has no clock: since when something is so is known to whoever noticed it, and is the same at each look.
 */
export function listVipProblems(
  reports: Pick<VipReports, 'all' | 'unlistedProjects'>,
  cuts: Pick<Cuts, 'all'>,
): readonly ControllerProblem[] {
  const problems: ControllerProblem[] = [];
  for (const { kind, uuid, what, since } of cuts.all()) {
    const message = `too large, only a part of it counts: it has more ${what.join(', ')} than any load balancer needs`;
    problems.push({ type: 'oversized', kind, uuid, message, since });
  }
  for (const { project, since } of reports.unlistedProjects()) {
    const message = `amphorae in use will be refused as soon as their network is shared: ${describeDistrust(project)}`;
    problems.push({ type: 'unlisted-project', kind: 'project', uuid: project.uuid, message, since });
  }
  for (const report of reports.all()) problems.push(...problemsOf(report));
  return problems;
}

function problemsOf(report: VipReport): readonly ControllerProblem[] {
  const { key, refused, refusedVipPort, leftBehind, untrusted, crowded, nameTaken, unrecorded, surplus } = report;
  const problems: ControllerProblem[] = [];
  for (const { portUuid: uuid, why, since } of refused) {
    const message = `looks like an amphora of the VIP and does not count: ${why}`;
    problems.push({ type: 'refused-port', kind: 'virtual-machine-interface', uuid, key, message, since });
  }
  if (refusedVipPort !== undefined) {
    const { portUuid: uuid, since } = refusedVipPort;
    const message = 'looks like a VIP port and belongs to no project: no virtual-ip is kept, no floating ip is wired';
    problems.push({ type: 'refused-vip-port', kind: 'virtual-machine-interface', uuid, key, message, since });
  }
  for (const { portUuid: uuid, since } of leftBehind) {
    const message = 'an amphora port that was left behind: its VIP is gone, and something else has the address';
    problems.push({ type: 'left-behind', kind: 'virtual-machine-interface', uuid, key, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of untrusted) {
    const message = 'the record names a floating ip of another project, which was not seen attached';
    problems.push({ type: 'refused-association', kind: 'floating-ip', uuid, key, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of crowded) {
    const message = `more virtual-ips of its project record it than count: the first ${recordsPerFloatingIp} do, in the order of their uuids`;
    problems.push({ type: 'oversized', kind: 'floating-ip', uuid, key, message, since });
  }
  if (surplus !== undefined) {
    const message = `${surplus.ports} more ports carry the VIP than any load balancer has amphorae: they do not count`;
    problems.push({ type: 'oversized', kind: 'virtual-machine-interface', key, message, since: surplus.since });
  }
  if (nameTaken !== undefined) {
    const message = `virtual-ips of others have all names that could be used: ${nameTaken.names}`;
    problems.push({ type: 'name-taken', kind: 'virtual-ip', key, message, since: nameTaken.since });
  }
  if (unrecorded !== undefined) {
    const { code, message: why, since } = unrecorded;
    const message = `the config API refuses to record its associations (${code}: ${why}). ${whatItCosts} ${adviceOn[code]}`;
    problems.push({ type: 'unrecorded', kind: 'virtual-ip', key, message, since });
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
