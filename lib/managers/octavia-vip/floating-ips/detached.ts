import type { OctaviaVipSettings } from '../settings.js';

/** How a floating ip was detached, while we watched. */
export interface Detached {
  /** How long ago it was seen so first, milliseconds. */
  readonly sinceMs: number;
  /** False if it was so when it was seen first: after a start, say. */
  readonly wasSeenAttached: boolean;
  /** The ports that it referenced before. */
  readonly portUuids: readonly string[];
  /** The ports to which we have added references since it was last seen attached. */
  readonly addedPorts: readonly string[];
  /** The requests of others that updated it around that time, in the order of arrival. */
  readonly requests: readonly DetachingRequest[];
}

/** A request that updated the floating ip. */
export interface DetachingRequest {
  /** How long ago it arrived, milliseconds. */
  readonly ageMs: number;
  /** The ports that the same request deleted, or whose addresses it did. */
  readonly deletedPorts: readonly string[];
}

/** What is known when a detached floating ip is judged. */
export interface DetachedObservation {
  readonly detached: Detached | undefined;
  readonly recordedPorts: readonly { readonly uuid: string; readonly gone: 'no' | 'explained' | 'unexplained' }[];
  readonly vipPort: string;
  readonly verified: boolean;
}

/** `unverified`: about to be given up, but a lost message may hide the reason; read the ports first. */
export type DetachedVerdict =
  | { readonly is: 'stripped' }
  | { readonly is: 'freed' }
  | { readonly is: 'unverified' }
  | { readonly is: 'undecided'; readonly recheckAfterMs: number };

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation'>;

/**
 * Stripped or freed (docs/design.md, "Stripped or freed?"; recordings 05, 06, 19)? Judged by the latest request of somebody else
 * that updated the floating ip: a disassociation that follows a strip is the user's word and holds.
 *
 * | the latest request | is |
 * |---|---|
 * | deleted a recorded port that is not the VIP port | stripped |
 * | deleted nothing yet, and is younger than the window | undecided |
 * | deleted nothing, and a recorded port is gone of whose delete nobody told us | unclear |
 * | deleted nothing | freed |
 * | is not known, and the floating ip was detached within the window | undecided |
 * | is not known | unclear |
 *
 * Unclear goes by `unclearDisassociation`: `by-state` takes it for stripped if a recorded port is gone, else for freed.
 */
export function decideDetached(seen: DetachedObservation, rules: Rules): DetachedVerdict {
  const latest = seen.detached?.requests.at(-1);
  // Of the VIP's own: a user may have moved the floating ip to another port, and deleted that.
  const ours = new Set(seen.recordedPorts.map(({ uuid }) => uuid));
  if (latest?.deletedPorts.some((port) => port !== seen.vipPort && ours.has(port)) === true) return { is: 'stripped' };
  const waitedMs = latest?.ageMs ?? seen.detached?.sinceMs ?? Infinity;
  if (waitedMs < rules.stripWindowMs) return { is: 'undecided', recheckAfterMs: rules.stripWindowMs - waitedMs };
  if (!seen.verified) return { is: 'unverified' };
  const goneSilently = seen.recordedPorts.some((port) => port.uuid !== seen.vipPort && port.gone === 'unexplained');
  if (latest !== undefined && !goneSilently) return { is: 'freed' };
  if (rules.unclearDisassociation !== 'by-state') {
    return { is: rules.unclearDisassociation === 'restore' ? 'stripped' : 'freed' };
  }
  const anyGone = seen.recordedPorts.some((port) => port.uuid !== seen.vipPort && port.gone !== 'no');
  return { is: anyGone ? 'stripped' : 'freed' };
}
