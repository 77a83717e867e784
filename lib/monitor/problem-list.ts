import type { Controller } from '../controller/index.js';
import type { VipReport, VipReports } from '../managers/index.js';
import type { Problem } from './monitor.js';
import type { RejectionLog } from './problems.js';

/** Who knows of problems. */
export interface ProblemSources {
  readonly rejections: Pick<RejectionLog, 'problems'>;
  readonly controller: Pick<Controller, 'failures' | 'throttled'>;
  readonly reports: Pick<VipReports, 'all'>;
}

/**
 * All that is not in order. It has no clock: since when something is so is known to whoever noticed it, and is the same at each look.
 */
export function listProblems({ rejections, controller, reports }: ProblemSources): readonly Problem[] {
  const problems: Problem[] = [...rejections.problems()];
  for (const [vip, failure] of controller.failures) {
    problems.push({ type: 'vip', vip, message: `${failure.code}: ${failure.message}`, since: failure.since });
  }
  for (const [vip, since] of controller.throttled) {
    const message = 'the same is written again and again, and slowed down: somebody else may undo what is written';
    problems.push({ type: 'contended', vip, message, since });
  }
  for (const report of reports.all()) problems.push(...problemsOf(report));
  return problems;
}

function problemsOf({ key: vip, refused, untrusted, nameTaken }: VipReport): readonly Problem[] {
  const problems: Problem[] = [];
  for (const { portUuid: uuid, reason, since } of refused) {
    const message = `looks like an amphora of the VIP and does not count: ${reason}`;
    problems.push({ type: 'refused-port', kind: 'virtual-machine-interface', uuid, vip, message, since });
  }
  for (const { floatingIpUuid: uuid, since } of untrusted) {
    const message = 'the record names a floating ip of another project, which was not seen attached';
    problems.push({ type: 'refused-association', kind: 'floating-ip', uuid, vip, message, since });
  }
  if (nameTaken !== undefined) {
    const message = `virtual-ips of others have all names that could be used: ${nameTaken.names}`;
    problems.push({ type: 'name-taken', kind: 'virtual-ip', vip, message, since: nameTaken.since });
  }
  return problems;
}
