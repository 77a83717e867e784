import type { GatewayStatus } from '../gateway/index.js';
import type { KeyViews, MonitorStatus, Problem } from '../../lib/index.js';

/** What `/status` answers: what the monitor is doing, and what can be said of the service as a whole. */
export interface ServiceStatus extends MonitorStatus {
  readonly version: string;
  /** Wall clock of this answer, milliseconds since 1970. */
  readonly at: number;
  /** Wall clock of the start of the service, milliseconds since 1970. */
  readonly startedAt: number;
  readonly dryRun: boolean;
  /** Why no work can be expected now; empty if it can. */
  readonly reasons: readonly string[];
  /** The first of them. */
  readonly problems: readonly Problem[];
  /** How many there are. */
  readonly problemCount: number;
  /** Of a service with a gateway. */
  readonly gateway?: GatewayStatus;
}

/** What the service knows of itself. */
export interface ServiceFacts {
  readonly version: string;
  readonly at: number;
  readonly startedAt: number;
  readonly dryRun: boolean;
  readonly reasons: readonly string[];
  readonly gateway?: GatewayStatus;
}

/** How many problems `/status` shows, and the page. */
export const shownProblems = { status: 500, page: 60 } as const;

/** The status of the service. */
export function serviceStatus(
  facts: ServiceFacts,
  status: MonitorStatus,
  limit: number = shownProblems.status,
): ServiceStatus {
  const { problems } = status;
  return {
    ...facts,
    ...status,
    ready: facts.reasons.length === 0,
    problemCount: problems.length,
    problems: problems.slice(0, limit),
  };
}

/** How many problems each key has. */
export function problemsByKey(problems: readonly Problem[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { key } of problems) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The views of VIPs, if there are any. */
export function vipViews(views: readonly KeyViews[]): KeyViews | undefined {
  return views.find(({ name }) => name === 'octavia-vip');
}
