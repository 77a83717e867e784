import type { VipKey } from '../vip-key.js';
import {
  isWritten,
  noFootprint,
  ownUpdateWithinMs,
  type Detachment,
  type Episode,
  type Footprint,
  type Memory,
  type Phase,
  type UpdateRequest,
} from './episode.js';

/** Of which episode something is. */
export interface EpisodeOf {
  readonly vip: VipKey;
  readonly vipPort: string | undefined;
}

/** What can happen to a floating ip, as far as it is remembered. Times are monotonic, milliseconds. */
export type Event =
  /** A read showed references and a fixed ip: Neutron sets both and clears both. */
  | { readonly type: 'seen-attached'; readonly readAfter: number }
  /** A read showed less than that; and what the cache held before. */
  | { readonly type: 'seen-detached'; readonly at: number; readonly before: 'unknown' | 'detached' | readonly string[] }
  /** Somebody else updated it. */
  | { readonly type: 'updated'; readonly request: UpdateRequest }
  /** The stream, which names no requests, has said that it is detached, or that it is not. */
  | { readonly type: 'said'; readonly detached: boolean; readonly by?: string | undefined }
  /** A write of ours comes back on such a stream. */
  | { readonly type: 'echoed' }
  /** A monitor's own request has come back, ours or another's. */
  | { readonly type: 'own-heard'; readonly requestId: string; readonly isRestore: boolean }
  /** A write of ours is about to be sent; one that is the first step of a restore opens the fence. */
  | { readonly type: 'sending'; readonly requestId: string; readonly at: number; readonly isRestore: boolean }
  /** We added a reference, by a plan that knew of the changes up to `plannedAt`. */
  | {
      readonly type: 'reference-added';
      readonly port: string;
      readonly plannedAt: number;
      /** It has no fixed ip: somebody has detached it again meanwhile. */
      readonly isFreed: boolean;
      readonly of: EpisodeOf;
    }
  | { readonly type: 'reference-deleted'; readonly port: string; readonly at: number; readonly of: EpisodeOf }
  /** We set properties; those that we did not are undefined. A fixed ip that was cleared is null. */
  | {
      readonly type: 'properties-set';
      readonly isVirtualIp?: boolean | undefined;
      readonly fixedIp?: string | null | undefined;
      readonly of: EpisodeOf;
    }
  /** A plan found it associated. */
  | { readonly type: 'associated'; readonly of: EpisodeOf }
  /** It was detached when it was seen first: these are the ports that its record names. */
  | { readonly type: 'evidence'; readonly ports: readonly string[] }
  /** The association has ended, and its record is gone. */
  | { readonly type: 'ended' }
  /** Nothing that we wrote for the VIP is left on it, or it is somebody else's by now. */
  | { readonly type: 'forgotten'; readonly vip: VipKey };

/** The types of {@link Event}. */
export type EventType = Event['type'];

type EventOf<T extends EventType> = Extract<Event, { readonly type: T }>;
type Step<T extends EventType> = (memory: Memory, event: EventOf<T>) => Memory;

/** What each event makes of a memory, by its phase. */
export type Transitions = { readonly [P in Phase]: { readonly [T in EventType]: Step<T> } };

const requestsPerFloatingIp = 16;
const portsPerList = 16;
const episodesPerFloatingIp = 16;

const inAnyPhase: { readonly [T in EventType]: Step<T> } = {
  'seen-attached': settled,
  'seen-detached': detach,
  updated: (memory, { request }) => ({
    ...memory,
    requests: [...memory.requests, request].slice(-requestsPerFloatingIp),
  }),
  said: (memory, { detached, by }) => ({ ...without(memory, 'said'), ...(detached ? { said: { by } } : {}) }),
  echoed: (memory) => ({ ...memory, echoes: Math.max(0, memory.echoes - 1) }),
  'own-heard': (memory, { requestId, isRestore }) => ({
    ...(memory.fence?.requestId === requestId ? without(memory, 'fence') : memory),
    restoreHeard: memory.restoreHeard || isRestore,
  }),
  sending: (memory, { requestId, at, isRestore }) => ({
    ...memory,
    lastWriteAt: at,
    // Those that have not come by now will not come.
    echoes: (at - (memory.lastWriteAt ?? -Infinity) < ownUpdateWithinMs ? memory.echoes : 0) + 1,
    ...(isRestore ? { phase: 'restoring', fence: { requestId, at } } : {}),
  }),
  'reference-added': noteAdded,
  'reference-deleted': (memory, { port, at, of }) => ({
    ...memory,
    letGo: latest(memory.letGo, port, at),
    episodes: changed(memory.episodes, of, ({ wrote }) => ({
      wrote: { ...wrote, ports: wrote.ports.filter((other) => other !== port) },
    })),
  }),
  'properties-set': (memory, { isVirtualIp, fixedIp, of }) => ({
    ...memory,
    episodes: changed(memory.episodes, of, ({ wrote }) => ({
      wrote: {
        ...wrote,
        flag: isVirtualIp ?? wrote.flag,
        fixedIp: fixedIp === undefined ? wrote.fixedIp : fixedIp !== null,
      },
    })),
  }),
  associated: (memory, { of }) => ({ ...memory, episodes: changed(memory.episodes, of, () => ({ seen: true })) }),
  evidence: keep,
  ended: ({ episodes, said }) => ({
    ...(said === undefined ? {} : { said }),
    phase: 'attached',
    requests: [],
    restoreHeard: false,
    echoes: 0,
    added: {},
    letGo: {},
    episodes,
  }),
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
  restoring: { ...inAnyPhase, 'seen-attached': keep, evidence: takeEvidence, 'reference-added': finishRestore },
};

/** What is remembered of a floating ip after an event. Pure: the same event makes the same of the same memory. */
export function next(memory: Memory, event: Event): Memory {
  // The table pairs each step with the events that it takes.
  const step = transitions[memory.phase][event.type] as (before: Memory, what: Event) => Memory;
  return step(memory, event);
}

function keep(memory: Memory): Memory {
  return memory;
}

function settled(memory: Memory, { readAfter }: EventOf<'seen-attached'>): Memory {
  return {
    ...without(memory, 'detached'),
    phase: 'attached',
    requests: later(memory.requests, readAfter),
    restoreHeard: false,
    added: {},
  };
}

function detach(memory: Memory, { at, before }: EventOf<'seen-detached'>): Memory {
  if (before === 'detached') return memory;
  const detached: Detachment =
    before === 'unknown'
      ? { since: at, wasSeenAttached: false, ports: [] }
      : { since: at, wasSeenAttached: true, ports: before };
  return { ...memory, phase: memory.phase === 'restoring' ? 'restoring' : 'detached', detached };
}

function takeEvidence(memory: Memory, { ports }: EventOf<'evidence'>): Memory {
  const { detached } = memory;
  if (detached === undefined || detached.wasSeenAttached || detached.ports.length > 0) return memory;
  return { ...memory, detached: { ...detached, ports } };
}

function noteAdded(memory: Memory, { port, plannedAt, of }: EventOf<'reference-added'>): Memory {
  return {
    ...memory,
    added: { ...memory.added, [port]: plannedAt },
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

function latest(ports: Readonly<Record<string, number>>, port: string, at: number): Readonly<Record<string, number>> {
  const others = Object.entries(ports).filter(([other]) => other !== port);
  return Object.fromEntries([...others, [port, at] as const].slice(-portsPerList));
}

function without<N extends 'detached' | 'said' | 'fence'>(memory: Memory, name: N): Omit<Memory, N> {
  const rest: Partial<Memory> = { ...memory };
  Reflect.deleteProperty(rest, name);
  return rest as Omit<Memory, N>;
}
