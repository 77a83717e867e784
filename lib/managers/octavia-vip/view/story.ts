import type { AssociationEvent } from '../floating-ips/plan.js';

/** A moment, by both clocks: the wall clock says when, the other one how long after another. Milliseconds. */
export interface StoryTime {
  readonly now: number;
  readonly monotonic: number;
}

/** What happens to one amphora port, or to a floating ip with it, while amphorae are replaced. */
export type StepType = 'came' | 'wired' | 'leaving' | 'let-go' | 'gone' | 'stripped' | 'restored';

/** An amphora port in the place of another: what was seen of it, and when (monotonic, milliseconds). Of some only one side was seen. */
export interface Failover {
  /** Wall clock of the first step, milliseconds since 1970. */
  readonly startedAt: number;
  /** Monotonic time of the first step, milliseconds. */
  readonly startedMonotonic: number;
  /** Uuid of the port that has come. Undefined: a port has gone, and none had come for it. */
  readonly came?: string;
  /** Uuid of the port that has left. Undefined: none has, so far. */
  readonly left?: string;
  /** When each step was seen, the last time. Monotonic, milliseconds. */
  readonly steps: Readonly<Partial<Record<StepType, number>>>;
  /** What is written from now on is no part of it: the plan that began with it has been carried out. */
  readonly written: { readonly came: boolean; readonly left: boolean };
  /** Uuids of its floating ips that were stripped, and are not back. */
  readonly torn: readonly string[];
}

/** Something that has happened to an association. */
export interface Incident {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly type: AssociationEvent['type'];
  readonly floatingIpUuid: string;
}

/** The latest of what has happened to a VIP; the oldest first. */
export interface Story {
  readonly failovers: readonly Failover[];
  readonly incidents: readonly Incident[];
}

/** What is told of a VIP. */
export type StoryEvent =
  /** A plan was made: the members before it and by it, and the ports of the story that are gone from the server. */
  | {
      readonly type: 'planned';
      readonly before: readonly string[];
      readonly members: readonly string[];
      readonly gone: readonly string[];
    }
  /** A reference of a floating ip to the port was added or deleted by us. */
  | { readonly type: 'reference-added' | 'reference-deleted'; readonly port: string }
  /** A plan was carried out as a whole. */
  | { readonly type: 'done' }
  | { readonly type: 'incident'; readonly what: AssociationEvent['type']; readonly floatingIpUuid: string };

/** How many of each are kept of one VIP: the latest. */
export const storyBounds = { failovers: 6, incidents: 24, torn: 16 } as const;

/** A port that came longer ago than this has not come for one that leaves now. Milliseconds. */
const pairedWithinMs = 30 * 60_000;

/** Nothing has happened. */
export const noStory: Story = { failovers: [], incidents: [] };

/** What an event makes of a story; the same story if nothing. Pure. */
export function nextStory(story: Story, event: StoryEvent, at: StoryTime): Story {
  switch (event.type) {
    case 'planned':
      return planned(story, event, at);
    case 'reference-added':
      return stepped(story, at, 'wired', ({ came, written }) => came === event.port && !written.came);
    case 'reference-deleted':
      return stepped(story, at, 'let-go', ({ left, written }) => left === event.port && !written.left);
    case 'done':
      return changed(story, ({ written, came, left }) => {
        const after = { came: came !== undefined, left: left !== undefined };
        return written.came === after.came && written.left === after.left ? {} : { written: after };
      });
    case 'incident':
      return incident(story, event, at);
  }
}

/** The ports of a story that may be gone by now. */
export function portsLeaving({ failovers }: Story): readonly string[] {
  return failovers.flatMap(({ left, steps }) => (left !== undefined && steps.gone === undefined ? [left] : []));
}

/** Whether all of it has happened: the old port is gone, and each floating ip is back. */
export function isOver({ steps, torn }: Failover): boolean {
  return steps.gone !== undefined && torn.length === 0;
}

function planned(story: Story, event: StoryEvent & { readonly type: 'planned' }, at: StoryTime): Story {
  const { before, members, gone } = event;
  let after = story;
  // The first members of a load balancer have come for nobody.
  if (before.length > 0) {
    for (const port of members) {
      if (before.includes(port) || after.failovers.some(({ came }) => came === port)) continue;
      after = withFailover(after, { ...begun(at), came: port, steps: { came: at.monotonic } });
    }
  }
  for (const port of before) {
    if (members.includes(port) || after.failovers.some(({ left }) => left === port)) continue;
    after = left(after, port, at);
  }
  return stepped(
    after,
    at,
    'gone',
    (one) => one.left !== undefined && one.steps.gone === undefined && gone.includes(one.left),
  );
}

// Octavia makes the new port before it takes the old one away: what came last, and has not been paired, has come for it.
function left(story: Story, port: string, at: StoryTime): Story {
  const partner = story.failovers.findLast(
    (one) => one.came !== undefined && one.left === undefined && at.monotonic - one.startedMonotonic <= pairedWithinMs,
  );
  if (partner === undefined) return withFailover(story, { ...begun(at), left: port, steps: { leaving: at.monotonic } });
  return changed(story, (one) =>
    one === partner ? { left: port, steps: { ...one.steps, leaving: at.monotonic } } : {},
  );
}

function incident(
  story: Story,
  event: StoryEvent & { readonly type: 'incident' },
  { now, monotonic }: StoryTime,
): Story {
  const { what: type, floatingIpUuid } = event;
  const incidents = [...story.incidents, { at: now, type, floatingIpUuid }].slice(-storyBounds.incidents);
  const noted = { ...story, incidents };
  if (type === 'stripped') {
    const latest = story.failovers.findLast((one) => one.left !== undefined) ?? story.failovers.at(-1);
    return changed(noted, (one) => {
      if (one !== latest) return {};
      const torn = [...one.torn.filter((uuid) => uuid !== floatingIpUuid), floatingIpUuid].slice(-storyBounds.torn);
      return { torn, steps: { ...one.steps, stripped: one.steps.stripped ?? monotonic } };
    });
  }
  return changed(noted, (one) => {
    if (!one.torn.includes(floatingIpUuid)) return {};
    const torn = one.torn.filter((uuid) => uuid !== floatingIpUuid);
    return { torn, ...(type === 'restored' ? { steps: { ...one.steps, restored: monotonic } } : {}) };
  });
}

function stepped(story: Story, at: StoryTime, step: StepType, isMeant: (one: Failover) => boolean): Story {
  return changed(story, (one) => (isMeant(one) ? { steps: { ...one.steps, [step]: at.monotonic } } : {}));
}

function changed(story: Story, change: (one: Failover) => Partial<Failover>): Story {
  const failovers = story.failovers.map((one) => {
    const delta = change(one);
    return Object.keys(delta).length === 0 ? one : { ...one, ...delta };
  });
  return failovers.some((one, index) => one !== story.failovers[index]) ? { ...story, failovers } : story;
}

function begun({ now, monotonic }: StoryTime): Omit<Failover, 'steps'> {
  return { startedAt: now, startedMonotonic: monotonic, written: { came: false, left: false }, torn: [] };
}

function withFailover(story: Story, failover: Failover): Story {
  return { ...story, failovers: [...story.failovers, failover].slice(-storyBounds.failovers) };
}
