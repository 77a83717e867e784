import { isDeepStrictEqual } from 'node:util';
import { vipKeyParts } from '../vip-key.js';
import {
  heldAfter,
  isWritten,
  noFootprint,
  noMemory,
  ownUpdateWithinMs,
  restorePurpose,
  type Detachment,
  type Episode,
  type Footprint,
  type HeldAt,
  type Memory,
  type OwnWrite,
  type Phase,
  type UpdateRequest,
} from './episode.js';
import type { EpisodeOf, Event, EventType } from './events.js';

type EventOf<T extends EventType> = Extract<Event, { readonly type: T }>;
type Step<T extends EventType> = (memory: Memory, event: EventOf<T>) => Memory;

/** What each event makes of a memory, by its phase. */
export type Transitions = { readonly [P in Phase]: { readonly [T in EventType]: Step<T> } };

const requestsPerFloatingIp = 16;
const portsPerList = 16;
// More than a VIP has members: what was added is needed until it is seen attached.
const addedPorts = 64;
const episodesPerFloatingIp = 16;
const awaitedEchoes = 64;

const inAnyPhase: { readonly [T in EventType]: Step<T> } = {
  'seen-attached': (memory, event) => settled(withHeld(memory, heldAfter(memory.held, event)), event),
  'seen-detached': detach,
  updated: (memory, { request }) => ({
    ...memory,
    requests: bounded([...memory.requests, request]),
  }),
  said: (memory, { detached, by }) => ({ ...without(memory, 'said'), ...(detached ? { said: { by } } : {}) }),
  echoed: (memory, { write }) => {
    const index = memory.echoes.findIndex((echo) => isDeepStrictEqual(echo, write));
    return { ...memory, echoes: memory.echoes.filter((_, other) => other !== index) };
  },
  'own-heard': (memory, { requestId, isRestore }) => ({
    ...(memory.fence?.requestId === requestId ? without(memory, 'fence') : memory),
    restoreHeard: memory.restoreHeard || isRestore,
  }),
  sending: (memory, { write, requestId, plannedAt, at }) => ({
    ...memory,
    ...(write.do === 'add-reference' ? { added: latest(memory.added, write.to.uuid, plannedAt, addedPorts) } : {}),
    lastWriteAt: at,
    // Those that have not come by now will not come.
    echoes: awaited(at - (memory.lastWriteAt ?? -Infinity) < ownUpdateWithinMs ? memory.echoes : [], write),
    ...(isFirstOfRestore(write) ? { phase: 'restoring', fence: { requestId, at } } : {}),
  }),
  'sending-again': (memory, { write, at }) => ({
    ...memory,
    lastWriteAt: at,
    echoes: awaited(memory.echoes, write),
    ...(memory.fence === undefined ? {} : { fence: { ...memory.fence, at } }),
  }),
  'reference-added': noteAdded,
  'reference-deleted': (memory, { port, at, of }) => ({
    ...memory,
    letGo: latest(memory.letGo, port, at, portsPerList),
    episodes: changed(memory.episodes, of, ({ wrote }) => ({
      wrote: { ...wrote, ports: wrote.ports.filter((other) => other !== port) },
    })),
  }),
  'properties-set': setProperties,
  'left-read': (memory) => without(memory, 'left'),
  associated: (memory, { of }) => {
    const latest = memory.episodes.at(-1);
    const { held } = memory;
    const isHeld = of.vipPort === undefined || (held?.vip === of.vip && held.vipPort === of.vipPort);
    // Each plan finds it so.
    if (latest?.seen === true && latest.vip === of.vip && latest.vipPort === of.vipPort && isHeld) return memory;
    const after = { ...memory, episodes: changed(memory.episodes, of, () => ({ seen: true })) };
    return of.vipPort === undefined ? after : withHeld(after, { vip: of.vip, vipPort: of.vipPort });
  },
  evidence: keep,
  ended: endAt,
  'handed-over': (memory, { of }) => ({
    ...memory,
    episodes: changed(memory.episodes, of, ({ wrote }) => ({ wrote: { ...wrote, flag: true } })),
  }),
  unrecorded: (memory, { vip }) => (memory.held?.vip === vip ? without(memory, 'held') : memory),
  forgotten: (memory, { vip }) => ({
    ...memory,
    episodes: memory.episodes
      .map((episode) => (episode.vip === vip ? { ...episode, wrote: noFootprint } : episode))
      .filter(isWorthKeeping),
  }),
};

/**
 * The life of a floating ip, as far as it is remembered: attached → detached → restoring → attached.
 *
 * While it is being restored it looks attached before it is: what explains its detachment is needed until the references are back. What
 * was seen of it first, after a start, say, is explained by its record.
 */
export const transitions: Transitions = {
  attached: inAnyPhase,
  detached: { ...inAnyPhase, evidence: takeEvidence },
  restoring: {
    ...inAnyPhase,
    'seen-attached': attachedWhileRestored,
    evidence: takeEvidence,
    'reference-added': finishRestore,
  },
};

/** What is remembered of a floating ip after an event. Pure: the same event makes the same of the same memory. */
export function next(memory: Memory, event: Event): Memory {
  // The table pairs each step with the events that it takes.
  const step = transitions[memory.phase][event.type] as (before: Memory, what: Event) => Memory;
  return step(memory, event);
}

/** Whether it was detached when it was seen first, and no record has told from which ports. */
export function lacksEvidence(memory: Memory): memory is Memory & { readonly detached: Detachment } {
  const { detached } = memory;
  return detached !== undefined && !detached.wasSeenAttached && detached.ports.length === 0;
}

function keep(memory: Memory): Memory {
  return memory;
}

function settled(memory: Memory, { readAfter, ports }: EventOf<'seen-attached'>): Memory {
  const isOurs = (port: string): boolean => port in memory.added;
  return {
    ...without(memory, 'detached'),
    phase: 'attached',
    requests: later(memory.requests, readAfter),
    restoreHeard: false,
    // Beside others, what we added may be all that is left of a restore that its user has overtaken.
    added: ports.some(isOurs) && !ports.every(isOurs) ? memory.added : {},
  };
}

// With its fixed ip and a reference it only looks attached. Elsewhere than at the VIP that restores it, its user has attached it: at another VIP, or
// at a port of which nothing is known yet.
function attachedWhileRestored(memory: Memory, event: EventOf<'seen-attached'>): Memory {
  const after = withHeld(memory, heldAfter(memory.held, event));
  const isMoved = memory.held !== undefined && after.held?.vip !== memory.held.vip;
  return isMoved ? settled(without(after, 'fence'), event) : after;
}

function detach(memory: Memory, { at, before }: EventOf<'seen-detached'>): Memory {
  const ports = before === 'detached' ? restoredUnseen(memory) : before;
  if (ports === undefined) return memory;
  const detached: Detachment =
    ports === 'unknown'
      ? { since: at, wasSeenAttached: false, ports: [] }
      : { since: at, wasSeenAttached: true, ports };
  return { ...memory, phase: memory.phase === 'restoring' ? 'restoring' : 'detached', detached };
}

// The last reference that a restore lacked was ours, and somebody has detached it again before a read showed it: nothing is added to a VIP port
// otherwise, and nothing of it is left once it was seen attached, or has ended.
function restoredUnseen({ phase, detached, added, episodes }: Memory): readonly string[] | undefined {
  const isRestored = episodes.some(({ vipPort }) => vipPort !== undefined && vipPort in added);
  return phase === 'attached' && detached === undefined && isRestored ? Object.keys(added) : undefined;
}

// What is remembered of one that another VIP holds is needed there.
function endAt(memory: Memory, { vip }: EventOf<'ended'>): Memory {
  const { episodes, said, left, held } = memory;
  if (held !== undefined && held.vip !== vip) return memory;
  return {
    ...noMemory,
    ...(said === undefined ? {} : { said }),
    ...(left === undefined ? {} : { left }),
    episodes,
  };
}

function takeEvidence(memory: Memory, { ports }: EventOf<'evidence'>): Memory {
  return lacksEvidence(memory) ? { ...memory, detached: { ...memory.detached, ports } } : memory;
}

function setProperties(memory: Memory, { isVirtualIp, fixedIp, of }: EventOf<'properties-set'>): Memory {
  // The VIP itself is no end of an association, but its beginning.
  const leaves = fixedIp !== undefined && fixedIp !== vipKeyParts(of.vip).address;
  const left = leaves ? { vip: of.vip, fixedIp } : fixedIp === undefined ? memory.left : undefined;
  return {
    ...without(memory, 'left'),
    ...(left === undefined ? {} : { left }),
    episodes: changed(memory.episodes, of, ({ wrote }) => ({
      wrote: {
        ...wrote,
        flag: isVirtualIp ?? wrote.flag,
        fixedIp: fixedIp === undefined ? wrote.fixedIp : fixedIp !== null,
      },
    })),
  };
}

function noteAdded(memory: Memory, { port, plannedAt, of }: EventOf<'reference-added'>): Memory {
  return {
    ...memory,
    added: latest(memory.added, port, plannedAt, addedPorts),
    episodes: changed(memory.episodes, of, ({ wrote }) => ({
      wrote: { ...wrote, ports: [...wrote.ports.filter((other) => other !== port), port].slice(-portsPerList) },
    })),
  };
}

// What detached it is made good, unless somebody has detached it again: those requests must not explain the next time.
function finishRestore(memory: Memory, event: EventOf<'reference-added'>): Memory {
  if (event.isFreed) return noteAdded(memory, event);
  const restored: Memory = {
    ...without(memory, 'detached'),
    phase: 'attached',
    requests: later(memory.requests, event.plannedAt),
    restoreHeard: false,
  };
  return noteAdded(restored, event);
}

function awaited(echoes: readonly OwnWrite[], write: OwnWrite): readonly OwnWrite[] {
  return [...echoes, write].slice(-awaitedEchoes);
}

function isFirstOfRestore(write: OwnWrite): boolean {
  return write.do === 'set' && write.purpose === restorePurpose;
}

// What may be ours goes first.
function bounded(requests: readonly UpdateRequest[]): readonly UpdateRequest[] {
  if (requests.length <= requestsPerFloatingIp) return requests;
  const doubtful = requests.findIndex(({ mayBeOurs }) => mayBeOurs === true);
  return requests.toSpliced(Math.max(doubtful, 0), 1);
}

function later(requests: readonly UpdateRequest[], sequence: number): readonly UpdateRequest[] {
  return requests.filter((request) => request.sequence > sequence);
}

function changed(
  episodes: readonly Episode[],
  { vip, vipPort }: EpisodeOf,
  change: (episode: Episode) => { readonly seen?: boolean; readonly wrote?: Footprint },
): readonly Episode[] {
  const isIt = (episode: Episode): boolean => episode.vip === vip && episode.vipPort === vipPort;
  const episode = episodes.find(isIt) ?? { vip, vipPort, seen: false, wrote: noFootprint };
  const after = { ...episode, ...change(episode) };
  const others = episodes.filter((other) => !isIt(other));
  return (isWorthKeeping(after) ? [...others, after] : others).slice(-episodesPerFloatingIp);
}

function isWorthKeeping({ seen, wrote }: Episode): boolean {
  return seen || isWritten(wrote);
}

function latest(
  ports: Readonly<Record<string, number>>,
  port: string,
  value: number,
  bound: number,
): Readonly<Record<string, number>> {
  const others = Object.entries(ports).filter(([other]) => other !== port);
  return Object.fromEntries([...others, [port, value] as const].slice(-bound));
}

/** What may be missing of a memory. */
type Optional = 'detached' | 'said' | 'fence' | 'left' | 'held';

function withHeld(memory: Memory, held: HeldAt | undefined): Memory {
  if (memory.held === held) return memory;
  return held === undefined ? without(memory, 'held') : { ...memory, held };
}

function without(memory: Memory, name: Optional): Memory {
  const rest = { ...memory };
  Reflect.deleteProperty(rest, name);
  return rest;
}
