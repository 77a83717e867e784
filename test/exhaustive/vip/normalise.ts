import type { Memory } from '../../../lib/managers/octavia-vip/history/index.js';
import type { Hears } from '../parts.js';
import { standingTime, type Heeded, type ProcessState, type Reading } from './process-state.js';

const windowMs = 2_000;

type Rename = (value: number) => number;

/**
 * The same state, with positions and times renamed so that equal states look equal. What no later step can ask for is left out.
 *
 * A position is asked for one thing: which requests of others were heard before it. So it becomes the number of those. Of times it is asked
 * whether the strip window has passed since.
 */
export function normalised(state: ProcessState): ProcessState {
  const { run, listing, readings } = state;
  const position = renamedPositions(state);
  const isAsked = Object.values(readings).some(({ readAfter }) => readAfter > 0);
  return {
    ...state,
    sequence: position(state.sequence),
    now: standingTime,
    readings: isAsked ? mapped(readings, (reading) => afterPosition(reading, position)) : readings,
    knownUpTo: mapped(state.knownUpTo, position),
    ...(run === undefined
      ? {}
      : {
          run: {
            ...run,
            heeded: mapped(run.heeded, (heeded) => knownUpTo(heeded, position)),
          },
        }),
    ...(listing === undefined ? {} : { listing: { ...listing, began: position(listing.began) } }),
  };
}

/** The same with what is remembered. For that the positions that go with it are needed as they are. */
export function withNormalisedHistory(state: ProcessState, hears: Hears): ProcessState {
  return withRenamedHistory(hears === 'watch' ? withNamedRequests(state) : state, hears);
}

function withRenamedHistory(state: ProcessState, hears: Hears): ProcessState {
  const { history } = state;
  const position = renamedPositions(state);
  const time = (at: number): number => standingTime - (state.now - at < windowMs ? 0 : windowMs);
  return {
    ...normalised(state),
    history: {
      ...history,
      requests: {
        ports: portsThatCount(state),
        explained: history.requests.explained.toSorted(),
        heard: hears === 'watch' ? history.requests.heard.toSorted() : [],
      },
      byOrder: mapped(history.byOrder ?? {}, (running) => ({ ...running, at: time(running.at) })),
      vipPorts: mapped(history.vipPorts, (port) => ({ ...port, members: port.members.toSorted() })),
      floatingIps: mapped(history.floatingIps, (memory) =>
        hears === 'watch'
          ? renamed(memory, { position, time })
          : withoutOrder(renamed(memory, { position, time }), history.ownIdsSeen),
      ),
    },
  };
}

function knownUpTo(heeded: Heeded, position: Rename): Heeded {
  return { ...heeded, knownUpTo: position(heeded.knownUpTo) };
}

// Only of floating ips it is asked what was heard of them before.
function afterPosition(reading: Reading, position: Rename): Reading {
  return { ...reading, readAfter: reading.kind === 'floating-ip' ? position(reading.readAfter) : 0 };
}

function renamedPositions({ history }: ProcessState): Rename {
  const requests = Object.values(history.floatingIps).flatMap((memory) =>
    memory.requests.map(({ sequence }) => sequence),
  );
  const sorted = [...new Set(requests)].sort((one, other) => one - other);
  return (value) => sorted.filter((sequence) => sequence <= value).length;
}

// A request that has deleted its port says no more; it counts as long as a memory has it. No request speaks of one floating ip twice.
function portsThatCount({ history, gone }: ProcessState): Readonly<Record<string, readonly string[]>> {
  const remembered = new Set(
    Object.values(history.floatingIps).flatMap(({ requests }) => requests.map(({ requestId }) => requestId)),
  );
  const entries = Object.entries(history.requests.ports).filter(
    ([requestId, ports]) => remembered.has(requestId) || ports.some((port) => !gone.includes(port)),
  );
  return Object.fromEntries(entries);
}

// A stream with request-ids leaves unused what is kept for those without: echoes, and what we let go of. When we wrote last counts until one
// of our own requests has come back.
function withoutOrder(memory: Memory, ownIdsSeen: boolean): Memory {
  return {
    ...memory,
    echoes: [],
    letGo: {},
    ...(memory.lastWriteAt === undefined || !ownIdsSeen ? {} : { lastWriteAt: 0 }),
  };
}

// Lists are in an order that only tells what is forgotten first, if there is too much.
function renamed(memory: Memory, { position, time }: { readonly position: Rename; readonly time: Rename }): Memory {
  const { requests, detached, fence, lastWriteAt, added, episodes } = memory;
  return {
    ...memory,
    letGo: mapped(memory.letGo, time),
    episodes: episodes
      .map((episode) => ({ ...episode, wrote: { ...episode.wrote, ports: episode.wrote.ports.toSorted() } }))
      .sort((one, other) => (`${one.vip} ${one.vipPort ?? ''}` < `${other.vip} ${other.vipPort ?? ''}` ? -1 : 1)),
    requests: requests.map((request) => ({
      ...request,
      sequence: position(request.sequence),
      at: time(request.at),
    })),
    added: mapped(added, position),
    ...(detached === undefined ? {} : { detached: { ...detached, since: time(detached.since) } }),
    ...(fence === undefined ? {} : { fence: { ...fence, at: time(fence.at) } }),
    ...(lastWriteAt === undefined ? {} : { lastWriteAt: time(lastWriteAt) }),
  };
}

function mapped<A, B>(values: Readonly<Record<string, A>>, map: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));
}

/**
 * Where the order of changes names the requests, the names have positions in them. They become numbers in the order in which the state tells of
 * them; what nobody can speak of any more is left out.
 */
function withNamedRequests(state: ProcessState): ProcessState {
  const { history, gone } = state;
  const { requests, byOrder = {} } = history;
  const names = new Map<string, string>();
  const named = (requestId: string): string => {
    const known = names.get(requestId) ?? `request ${names.size}`;
    names.set(requestId, known);
    return known;
  };
  const floatingIps = mapped(sorted(history.floatingIps), (memory) => ({
    ...memory,
    requests: memory.requests.map((request) => ({ ...request, requestId: named(request.requestId) })),
    ...(memory.said?.by === undefined ? {} : { said: { by: named(memory.said.by) } }),
    // One that is gone has no delete to come.
    letGo: Object.fromEntries(Object.entries(memory.letGo).filter(([port]) => !gone.includes(port))),
  }));
  const running = mapped(sorted(byOrder), (one) => ({ ...one, requestId: named(one.requestId) }));
  const ports = Object.entries(requests.ports).flatMap(([requestId, deleted]) => {
    const name = names.get(requestId);
    return name === undefined ? [] : [[name, deleted] as const];
  });
  const heard = requests.heard.flatMap((message) => {
    const [uuid = '', ...rest] = message.split(' ');
    const name = names.get(rest.join(' '));
    return name === undefined ? [] : [`${uuid} ${name}`];
  });
  return {
    ...state,
    history: {
      ...history,
      floatingIps,
      byOrder: running,
      requests: { ...requests, ports: Object.fromEntries(ports), heard },
    },
  };
}

function sorted<A>(values: Readonly<Record<string, A>>): Readonly<Record<string, A>> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}
