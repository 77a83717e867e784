import { decide, type Rule } from '../../../planning/index.js';
import type { OctaviaVipSettings } from '../settings.js';
import { lossRules, type Loss, type LossFacts } from './loss-rules.js';

/** How a floating ip was detached, while we watched. */
export interface Detached {
  /** How long ago it was seen so first, milliseconds. */
  readonly sinceMs: number;
  /** False if it was so when it was seen first: after a start, say. */
  readonly wasSeenAttached: boolean;
  /** The ports that it referenced before; where that was not seen, those that its record named when it was seen first. */
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
  /** Undefined: it is gone. */
  readonly vipPort: string | undefined;
  readonly verified: boolean;
}

/** What is made of it. `unverified`: about to be given up, but a lost message may hide the reason; read the ports first. */
export type DetachedVerdict =
  | { readonly is: 'stripped' }
  | { readonly is: 'freed' }
  | { readonly is: 'unverified' }
  | { readonly is: 'undecided'; readonly recheckAfterMs: number };

/** The settings that count here. @inline */
type Rules = Pick<OctaviaVipSettings, 'stripWindowMs' | 'unclearDisassociation'>;

/** Stripped or freed (docs/rules.md, "Stripped or freed")? */
export function decideDetached(seen: DetachedObservation, rules: Rules): DetachedVerdict {
  const { stands } = lossRuleOf(seen, rules);
  return stands === 'undecided' ? { is: stands, recheckAfterMs: restOfWindow(seen.detached, rules) } : { is: stands };
}

/** The rule that tells whether it was stripped or freed. */
export function lossRuleOf(seen: DetachedObservation, rules: Rules): Rule<LossFacts, Loss> {
  return decide(lossRules, lossFacts(seen, rules));
}

/** How much of the window is left in which a port delete may explain it. Milliseconds; not positive once it is over. */
export function restOfWindow(detached: Detached | undefined, rules: Pick<Rules, 'stripWindowMs'>): number {
  return rules.stripWindowMs - (detached?.requests.at(-1)?.ageMs ?? detached?.sinceMs ?? Infinity);
}

/** What is known of it, as facts. */
export function lossFacts(seen: DetachedObservation, rules: Rules): LossFacts {
  const latest = seen.detached?.requests.at(-1);
  // Of the VIP's own: a user may have moved the floating ip to another port, and deleted that.
  const others = seen.recordedPorts.filter(({ uuid }) => uuid !== seen.vipPort);
  const deletedOne = latest?.deletedPorts.some((port) => others.some(({ uuid }) => uuid === port)) === true;
  const explaining = others.filter(({ uuid }) => canExplain(uuid, seen.detached));
  return {
    latest: latest === undefined ? 'unknown' : deletedOne ? 'deleted-a-port' : 'deleted-nothing',
    withinWindow: restOfWindow(seen.detached, rules) > 0,
    verified: seen.verified,
    gone: explaining.some(({ gone }) => gone === 'unexplained')
      ? 'unexplained'
      : explaining.some(({ gone }) => gone === 'explained')
        ? 'explained'
        : 'none',
    setting: rules.unclearDisassociation,
  };
}

// What came into the record after the floating ip was seen detached has not stripped it.
function canExplain(port: string, detached: Detached | undefined): boolean {
  if (detached === undefined || detached.wasSeenAttached || detached.portUuids.length === 0) return true;
  return detached.portUuids.includes(port) || detached.addedPorts.includes(port);
}
