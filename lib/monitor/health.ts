import type { Problem, ProblemTypes } from '../base/problems/index.js';

/** Whether work can be expected, and why not. */
export interface Health {
  readonly ready: boolean;
  /** Why it is not ready, one sentence each; empty if it is. */
  readonly reasons: readonly string[];
  /** Of several instances of which one acts: which of them this is. Absent where there is but one. */
  readonly role?: 'leader' | 'standby';
}

/** Health, and since when it is so: wall clock, milliseconds since 1970. */
export interface HealthStatus extends Health {
  readonly since: number;
}

/** What is looked at to tell. */
export interface HealthInput {
  /** What has yet to come before there can be work, one sentence each. */
  readonly awaited: readonly string[];
  /** All that is not in order. */
  readonly problems: readonly Problem[];
  /** A standby that could act at once is ready, too. Defaults to one that acts. */
  readonly role?: 'leader' | 'standby' | undefined;
}

/**
 * The one answer to whether the service is ready: it is if nothing is awaited, and no problem stands whose type says `unready`. The log,
 * the status, the readiness probe and the metric all tell what this says.
 */
export function healthOf({ awaited, problems, role }: HealthInput, types: ProblemTypes): Health {
  const blocking = problems.filter(({ type }) => types[type]?.unready === true);
  const reasons = [...awaited, ...new Set(blocking.map(({ type, message }) => `${type}: ${message}`))];
  return { ready: reasons.length === 0, reasons, ...(role === undefined ? {} : { role }) };
}

/** What is looked at of a monitor to tell what it awaits. */
export interface MonitorParts {
  readonly state: 'stopped' | 'starting' | 'running' | 'stopping';
  /** Why the last full read failed. */
  readonly readError?: string | undefined;
  readonly source: { readonly name: string; readonly connected: boolean; readonly lastError?: string };
  /** Whether a problem tells already why the stream is not followed. */
  readonly isStreamLost?: boolean;
  /** Whether it knows for which keys it acts. Defaults to yes. */
  readonly isJoined?: boolean | undefined;
}

/** What a monitor awaits before there can be work. What has failed meanwhile is a problem of its own. */
export function awaitedBy(parts: MonitorParts): readonly string[] {
  const { state, readError, source, isStreamLost = false, isJoined = true } = parts;
  const because = (error: string | undefined): string => (error === undefined ? '' : `: ${error}`);
  const unconnected = `the change stream ${source.name} is not connected${because(source.lastError)}`;
  return [
    ...(state === 'running' ? [] : [`the monitor is ${state} and has not read everything yet${because(readError)}`]),
    ...(source.connected || isStreamLost ? [] : [unconnected]),
    ...(state !== 'running' || isJoined ? [] : ['the monitor does not know yet which VIPs it is to act for']),
  ];
}
