import type { SentWrite } from '../../../planning/index.js';
import { vipKeyParts, type VipKey } from '../vip-key.js';

/** A write of ours on a floating ip. */
export type OwnWrite = SentWrite['write'];

/** A request of somebody else that updated a floating ip. */
export interface UpdateRequest {
  readonly requestId: string;
  /** Position in the order of all changes received. */
  readonly sequence: number;
  /** Monotonic time at which it was received, milliseconds. */
  readonly at: number;
  /** It follows a write of ours closely, and nothing has shown yet that the server passes our request-ids on: it may be that write. */
  readonly mayBeOurs?: true;
}

/** How a floating ip was detached, by its user or by a port delete. */
export interface Detachment {
  /** Monotonic time at which it was first seen so, milliseconds. */
  readonly since: number;
  /** False if it was so when we saw it first: after a start, say. */
  readonly wasSeenAttached: boolean;
  /** The interfaces that it referenced before. */
  readonly ports: readonly string[];
}

/** What this process has written on a floating ip in an episode, and not taken away since. */
export interface Footprint {
  /** It set `floating_ip_is_virtual_ip`. */
  readonly flag: boolean;
  /** It set the fixed ip to the address of the VIP. */
  readonly fixedIp: boolean;
  /** The interfaces to which it added references, the latest last. */
  readonly ports: readonly string[];
}

/**
 * One floating ip at one VIP of one VIP port. OpenSDN gives the address of one VIP port to the next (recording 43): that is another episode,
 * and nothing of the first is evidence for it (docs/design.md, "Identity").
 */
export interface Episode {
  readonly vip: VipKey;
  /** Undefined: it was not known when something was written for the VIP. */
  readonly vipPort: string | undefined;
  /** The floating ip was seen attached here: this process itself vouches for the association. */
  readonly seen: boolean;
  readonly wrote: Footprint;
}

/** The VIP that holds a floating ip, and its VIP port: OpenSDN gives the address of one to the next (recording 43). */
export interface HeldAt {
  readonly vip: VipKey;
  /** Uuid of the VIP port. */
  readonly vipPort: string;
}

/**
 * The fixed ip that we left a floating ip with when its association ended: none, or the address of the port to which its user had moved it. That
 * write may have crossed what its user, or the delete of that port, did at the moment.
 */
export interface LeftFixedIp {
  /** The VIP whose association ended. */
  readonly vip: VipKey;
  /** Null: none. */
  readonly fixedIp: string | null;
}

/** Where a floating ip stands: attached, or nothing is known of it; detached; being restored, until its references are back. */
export type Phase = 'attached' | 'detached' | 'restoring';

/** What is remembered of one floating ip. */
export interface Memory {
  readonly phase: Phase;
  /** While it is detached or being restored, if that was seen. */
  readonly detached?: Detachment;
  /** The requests of others that updated it since it was last seen attached, in the order of arrival. */
  readonly requests: readonly UpdateRequest[];
  /** The stream has said that it is detached, and which port delete was under way then, if one was. For streams without request-ids. */
  readonly said?: { readonly by: string | undefined };
  /** The first step of a restore is on its way, ours, and what others did before will be known when it comes back. */
  readonly fence?: { readonly requestId: string; readonly at: number };
  /** The first step of a restore has come back, ours or another monitor's. */
  readonly restoreHeard: boolean;
  /** When this process wrote it last, monotonic. */
  readonly lastWriteAt?: number;
  /** Our writes, once for each time they were sent, that have not come back on a stream that does not name them, the latest last. */
  readonly echoes: readonly OwnWrite[];
  /** The ports to which we added references since it was last seen attached, or tried to, and up to which change the plan knew. */
  readonly added: Readonly<Record<string, number>>;
  /** The ports that we let go of, and when (monotonic), the latest last. */
  readonly letGo: Readonly<Record<string, number>>;
  /** The VIP to which it was seen attached last, until that is over: of all VIPs it is one at most. */
  readonly held?: HeldAt;
  /** What we left as its fixed ip, if it was not read since. */
  readonly left?: LeftFixedIp;
  /** By VIP and VIP port, the latest last. */
  readonly episodes: readonly Episode[];
}

/** How long an update may come after a write of ours and be taken for it, on a stream that does not name our requests. Milliseconds. */
export const ownUpdateWithinMs = 1_000;

/** What a write is for that is the first step of a restore: it stands in the request-id, so that other monitors know it, too. */
export const restorePurpose = 'restore';

/** Nothing. */
export const noMemory: Memory = {
  phase: 'attached',
  requests: [],
  restoreHeard: false,
  echoes: [],
  added: {},
  letGo: {},
  episodes: [],
};

/** No footprint. */
export const noFootprint: Footprint = { flag: false, fixedIp: false, ports: [] };

/** Whether something that was written is left. */
export function isWritten({ flag, fixedIp, ports }: Footprint): boolean {
  return flag || fixedIp || ports.length > 0;
}

/** The VIPs for which something was written on it that is left, or for which it was left with a fixed ip that was not read since. */
export function vipsWrittenFor({ episodes, left }: Pick<Memory, 'episodes' | 'left'>): ReadonlySet<VipKey> {
  const written = episodes.filter(({ wrote }) => isWritten(wrote)).map(({ vip }) => vip);
  return new Set(left === undefined ? written : [...written, left.vip]);
}

/** What is left of what was written for the VIP: by the VIP port that it has now, and by others that had the address before. */
export function footprintsAt(
  memory: Memory | undefined,
  vip: VipKey,
  vipPort: string | undefined,
): { readonly own?: Footprint; readonly former?: Footprint } {
  let own: Footprint | undefined;
  let former: Footprint | undefined;
  for (const episode of memory?.episodes ?? []) {
    if (episode.vip !== vip || !isWritten(episode.wrote)) continue;
    // Where the VIP has no port, or it was not known, there is no other that it could be of.
    const isFormer = vipPort !== undefined && episode.vipPort !== undefined && episode.vipPort !== vipPort;
    if (isFormer) former = both(former, episode.wrote);
    else own = both(own, episode.wrote);
  }
  return { ...(own === undefined ? {} : { own }), ...(former === undefined ? {} : { former }) };
}

/**
 * Where a floating ip is held after a read has shown it attached. `at`: to this VIP. Attached to no VIP it is still held where it was, if only
 * its fixed ip is spoiled (recording 18) or only the reference to the VIP port is lost; else its user has attached it elsewhere.
 */
export function heldAfter(
  held: HeldAt | undefined,
  shown: { readonly ports: readonly string[]; readonly fixedIp: string; readonly at?: HeldAt | undefined },
): HeldAt | undefined {
  if (shown.at !== undefined || held === undefined) return shown.at;
  const isThere = shown.ports.includes(held.vipPort) || shown.fixedIp === vipKeyParts(held.vip).address;
  return isThere ? held : undefined;
}

/**
 * Whether what others did to the floating ip before the first step of its restore is known: the notification of that step has come,
 * and with it all that came before; or it is lost, `limitMs` have passed. The step may have been another instance's.
 */
export function fenceOf(memory: Memory | undefined, now: number, limitMs: number): 'open' | 'passed' {
  if (memory === undefined) return 'passed';
  const { fence, detached, restoreHeard } = memory;
  if (fence !== undefined) return now - fence.at < limitMs ? 'open' : 'passed';
  return detached === undefined || restoreHeard || now - detached.since >= limitMs ? 'passed' : 'open';
}

/** The ports that we let go of after `since` (monotonic, milliseconds). */
export function letGoSince(memory: Memory | undefined, since: number): readonly string[] {
  return Object.entries(memory?.letGo ?? {}).flatMap(([port, at]) => (at > since ? [port] : []));
}

/** What is remembered of a floating ip, as one sentence for people. `now` is monotonic, milliseconds. */
export function describeMemory(memory: Memory, now: number): string {
  const { phase, detached, requests, fence } = memory;
  const ago = (at: number): string => `${Math.round(now - at)} ms ago`;
  const parts = [
    phase === 'restoring' ? 'being restored' : phase,
    ...(detached === undefined
      ? []
      : [
          detached.wasSeenAttached
            ? `detached ${ago(detached.since)} from ${detached.ports.join(', ')}`
            : `detached when it was seen first, ${ago(detached.since)}`,
        ]),
    ...requests.map(({ requestId, at }) => `updated by ${requestId} ${ago(at)}`),
    ...(fence === undefined ? [] : [`first step of the restore sent ${ago(fence.at)}`]),
    ...(memory.left === undefined ? [] : [`left with ${memory.left.fixedIp ?? 'no'} fixed ip, and not read since`]),
    ...(memory.held === undefined ? [] : [`seen last at ${memory.held.vip} of port ${memory.held.vipPort}`]),
    ...memory.episodes.map(describeEpisode),
  ];
  return parts.join('; ');
}

function describeEpisode({ vip, vipPort, seen, wrote }: Episode): string {
  const written = [
    ...(wrote.flag ? ['the flag'] : []),
    ...(wrote.fixedIp ? ['the fixed ip'] : []),
    ...wrote.ports.map((port) => `a reference to ${port}`),
  ];
  const what = [
    ...(seen ? ['was seen associated'] : []),
    ...(written.length === 0 ? [] : [`bears ${written.join(', ')}`]),
  ];
  return `at ${vip} of port ${vipPort ?? 'unknown'}: ${what.length === 0 ? 'nothing left' : what.join(', ')}`;
}

function both(one: Footprint | undefined, other: Footprint): Footprint {
  if (one === undefined) return other;
  return {
    flag: one.flag || other.flag,
    fixedIp: one.fixedIp || other.fixedIp,
    ports: [...new Set([...one.ports, ...other.ports])],
  };
}
