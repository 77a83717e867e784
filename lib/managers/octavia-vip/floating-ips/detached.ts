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

/**
 * The request that tells what became of the floating ip: the latest one, but for deletes of ports that were referenced again only after a strip,
 * where its user has had a word in between. A reference that is written too late, to a floating ip that is free by then, gives the delete of that port
 * something to take away, and nothing that its user wanted back. A port that it referenced all along vouches for the opposite: had a request before
 * been a disassociation, that reference would have been gone.
 *
 * @param isOfVip whether a port is one of the VIP's, other than the VIP port
 * @returns undefined if there was none
 */
export function tellingRequest(
  { requests, portUuids, addedPorts }: Pick<Detached, 'requests' | 'portUuids' | 'addedPorts'>,
  isOfVip: (port: string) => boolean,
): DetachingRequest | undefined {
  // Of which it was not seen what it referenced: each may have been there all along.
  let kept: ReadonlySet<string> | undefined =
    portUuids.length === 0 ? undefined : new Set([...portUuids, ...addedPorts]);
  let word: DetachingRequest | undefined;
  let telling: DetachingRequest | undefined;
  for (const request of requests) {
    const deleted = request.deletedPorts.filter(isOfVip);
    if (deleted.length === 0) word = request;
    else if (kept === undefined || deleted.some((port) => kept?.has(port))) {
      word = undefined;
      // It took all references away: those that a later delete finds were written since.
      kept = new Set();
    }
    telling = word ?? request;
  }
  return telling;
}

/** What is known of it, as facts. */
export function lossFacts(seen: DetachedObservation, rules: Rules): LossFacts {
  // Of the VIP's own: a user may have moved the floating ip to another port, and deleted that.
  const others = seen.recordedPorts.filter(({ uuid }) => uuid !== seen.vipPort);
  const isOther = (port: string): boolean => others.some(({ uuid }) => uuid === port);
  const telling = seen.detached && tellingRequest(seen.detached, isOther);
  const deletedOne = telling?.deletedPorts.some(isOther) === true;
  const explaining = others.filter(({ uuid }) => canExplain(uuid, seen.detached));
  return {
    latest: telling === undefined ? 'unknown' : deletedOne ? 'deleted-a-port' : 'deleted-nothing',
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
