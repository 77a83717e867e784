import { isDeepStrictEqual } from 'node:util';
import {
  agentObjects,
  agentReport,
  countOriginalWrites,
  httpEvents,
  objectsOf,
  OriginalStage,
  type EmbeddedOpenSdn,
  type InPlaceOfOriginal,
  type Json,
  type ReplayStep,
  type SvcMonitorRecording,
} from '../../fixtures/index.js';
import { canonicalState, namesIn, uuidsIn, type CanonicalState, type Shown } from './canonical.js';

/** Where nobody answers who is asked for a vRouter's introspect. */
const vrouterAddress = '127.0.0.1';

/** What is otherwise with another monitor in the original's place. */
export interface Difference {
  /** `<kind> <name>` of an object, `answer <method> <path>`, or `writes`. */
  readonly where: string;
  /** A field; empty if the whole object is on one side alone. */
  readonly field: string;
  /** In the recording; undefined: absent. */
  readonly original: unknown;
  /** With the other monitor; undefined: absent. */
  readonly ours: unknown;
  /** After which step it was seen, from 0; absent: at the end. */
  readonly afterStep?: number;
}

/** How a recording went with another monitor in the original's place. */
export interface Played {
  /** From the recorded end, and from the recorded answers. */
  readonly differences: readonly Difference[];
  /** What was there after each step. */
  readonly states: readonly CanonicalState[];
  /** After each step: what the agents of vRouters refused, and of which object. */
  readonly refused: readonly (readonly string[])[];
  /** At the end: which references there are, by name, and whether each is relaxed. */
  readonly relaxed: ReadonlyMap<string, boolean>;
  /** What all that were there have written, the actors left out. */
  readonly writes: readonly string[];
  readonly writesOfOriginal: number;
  /** What it has written when it looked at everything again. */
  readonly writesAgain: readonly string[];
}

/** Who takes the original's place on a server. */
export type NewMonitor = (
  server: EmbeddedOpenSdn,
  stage: OriginalStage,
) => InPlaceOfOriginal & {
  readonly userAgent: string;
  /** Told of each answer to an actor. */
  played?(step: ReplayStep): void;
  /** Looks at everything again, from its start on. Absent: it does nothing of itself. */
  again?(): Promise<void>;
  /** Ends it, running or not. */
  close(): Promise<void>;
};

/**
 * Plays a recording with another monitor in the original's place, and compares: the answers to the actors, each object that the recording's
 * `end` names, and all others, which are to be as they were before.
 *
 * @param server it runs, and is empty
 */
export async function played(
  recording: SvcMonitorRecording,
  all: readonly SvcMonitorRecording[],
  server: EmbeddedOpenSdn,
  newMonitor: NewMonitor,
): Promise<Played> {
  const states: CanonicalState[] = [];
  const refused: (readonly string[])[] = [];
  const stage: OriginalStage = new OriginalStage({
    recording,
    all,
    server,
    vrouterAddress,
    onStep: () => {
      states.push(canonicalState(objectsOf(server), shared, upIn(stage)));
      refused.push(refusalsOf(server));
    },
  });
  const before = objectsOf(server);
  const shared = new Set([...uuidsIn([...before.values()]), ...uuidsOfActors(recording)]);
  const monitor = newMonitor(server, stage);
  const answers: Difference[] = [];
  try {
    for await (const step of stage.play(monitor)) {
      const { method, path } = step.event.http;
      monitor.played?.(step);
      const [original, ours] = [step.recorded.status, step.actual.status];
      if (original !== ours) answers.push({ where: `answer ${method} ${path}`, field: '', original, ours });
    }
    const writes = writesOf(server, monitor);
    const atEnd = canonicalState(objectsOf(server), shared, upIn(stage));
    const relaxed = relaxedReferences(server, shared);
    await monitor.again?.();
    const recorded = canonicalState(overlaid(before, recording), shared, upIn(stage));
    return {
      differences: [...answers, ...differencesOf(recorded, atEnd)],
      states,
      refused,
      relaxed,
      writes,
      writesOfOriginal: countOriginalWrites(recording),
      writesAgain: writesOf(server, monitor).slice(writes.length),
    };
  } finally {
    await monitor.close();
  }
}

/** What was otherwise after the steps before the last one; what stays so is told once. */
export function differencesMeanwhile(original: Played, ours: Played): readonly Difference[] {
  const told = new Set<string>();
  return original.states.slice(0, -1).flatMap((state, afterStep) =>
    differencesOf(state, ours.states[afterStep] ?? new Map<string, Json>())
      .filter((difference) => {
        const text = JSON.stringify(difference);
        const isNew = !told.has(text);
        told.add(text);
        return isNew;
      })
      .map((difference) => ({ ...difference, afterStep })),
  );
}

/**
 * What agents refused of what one made, and not of what the original had made by then. What is refused either way is of what the recording only
 * names: it is there without an address. What stays refused is told once.
 */
export function refusedOnlyOf(ours: Played, original: Played): readonly string[] {
  const told = new Set<string>();
  return ours.refused.flatMap((refusals, step) =>
    refusals.flatMap((refusal) => {
      if (told.has(refusal) || original.refused[step]?.includes(refusal) === true) return [];
      told.add(refusal);
      return [`after step ${step}: ${refusal}`];
    }),
  );
}

/** References that both have, of which one is relaxed and the other not. */
export function differencesOfRelaxed(original: Played, ours: Played): readonly Difference[] {
  return [...original.relaxed].flatMap(([where, one]) => {
    const other = ours.relaxed.get(where);
    return other === undefined || other === one ? [] : [{ where, field: 'relaxed', original: one, ours: other }];
  });
}

/** What was changed when another monitor took over from the original. */
export interface TakenOver {
  readonly differences: readonly Difference[];
  readonly writes: readonly string[];
  /** What the agents of vRouters refuse then, and did not before. */
  readonly refused: readonly string[];
}

/**
 * Lets one monitor play a recording to its end, stops it, and lets another one begin on what it left: what the second one finds otherwise
 * than it should be is a difference.
 *
 * @param server it runs, and is empty
 */
export async function takenOver(
  recording: SvcMonitorRecording,
  all: readonly SvcMonitorRecording[],
  server: EmbeddedOpenSdn,
  newMonitors: { readonly first: NewMonitor; readonly second: NewMonitor },
): Promise<TakenOver> {
  const stage = new OriginalStage({ recording, all, server, vrouterAddress });
  const first = newMonitors.first(server, stage);
  try {
    for await (const step of stage.play(first)) first.played?.(step);
  } finally {
    await first.close();
  }
  const before = objectsOf(server);
  const refusedBefore = refusalsOf(server);
  const second = newMonitors.second(server, stage);
  try {
    await second.setVrouters(stage.vrouterStates);
    await second.again?.();
  } finally {
    await second.close();
  }
  const shared = new Set(uuidsIn([...before.values()]));
  const state = (objects: ReadonlyMap<string, Shown>): CanonicalState => canonicalState(objects, shared, upIn(stage));
  return {
    differences: differencesOf(state(before), state(objectsOf(server))),
    writes: writesOf(server, second),
    refused: refusalsOf(server).filter((refusal) => !refusedBefore.includes(refusal)),
  };
}

function refusalsOf(server: EmbeddedOpenSdn): readonly string[] {
  return agentReport(agentObjects(server)).refusals.map(({ reason, object }) => `${reason}: ${object}`);
}

function relaxedReferences(server: EmbeddedOpenSdn, shared: ReadonlySet<string>): ReadonlyMap<string, boolean> {
  const objects = objectsOf(server);
  const nameOf = namesIn(objects, shared);
  const found = new Map<string, boolean>();
  for (const [uuid, { object }] of objects) {
    for (const [target, { kind }] of referredTo(object, objects)) {
      found.set(`${nameOf(uuid)} -> ${nameOf(target)}`, server.relaxedTo(kind, target).includes(uuid));
    }
  }
  return found;
}

function referredTo(object: Json, objects: ReadonlyMap<string, Shown>): readonly (readonly [string, Shown])[] {
  const fields = Object.entries(object).filter(([field]) => field.endsWith('_refs') && !field.endsWith('_back_refs'));
  return fields.flatMap(([, references]) =>
    (Array.isArray(references) ? (references as readonly Json[]) : []).flatMap(({ uuid }) => {
      const shown = typeof uuid === 'string' ? objects.get(uuid) : undefined;
      return shown === undefined ? [] : [[String(uuid), shown] as const];
    }),
  );
}

function upIn({ vrouterStates }: OriginalStage): (vrouter: string) => boolean {
  return (name) => (vrouterStates.get(name) ?? 'up') === 'up';
}

function writesOf(server: EmbeddedOpenSdn, { userAgent }: { readonly userAgent: string }): readonly string[] {
  return server.requests
    .find({ userAgent, access: 'write' })
    .map(({ method, path, body, status }) => `${method} ${path} ${String(status)} ${JSON.stringify(body)}`);
}

function uuidsOfActors(recording: SvcMonitorRecording): readonly string[] {
  const events = httpEvents(recording).filter(({ by }) => by === undefined);
  return uuidsIn(events.map(({ http }) => [http.path, http.request, http.response]));
}

function overlaid(before: ReadonlyMap<string, Shown>, { end }: SvcMonitorRecording): ReadonlyMap<string, Shown> {
  const after = new Map(before);
  for (const [kind, objects] of Object.entries(end)) {
    for (const [uuid, object] of Object.entries(objects)) {
      if (object === null) after.delete(uuid);
      else after.set(uuid, { kind, object });
    }
  }
  return after;
}

function differencesOf(original: CanonicalState, ours: CanonicalState): readonly Difference[] {
  const names = [...new Set([...original.keys(), ...ours.keys()])].toSorted();
  return names.flatMap((where): readonly Difference[] => {
    const [one, other] = [original.get(where), ours.get(where)];
    if (one === undefined || other === undefined) return [{ where, field: '', original: one, ours: other }];
    const fields = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted();
    return fields
      .filter((field) => !isDeepStrictEqual(one[field], other[field]))
      .map((field) => ({ where, field, original: one[field], ours: other[field] }));
  });
}

/** A difference on one line. */
export function described({ where, field, original, ours, afterStep }: Difference): string {
  const when = afterStep === undefined ? 'at the end' : `after step ${afterStep}`;
  if (field === '' && (original === undefined || ours === undefined)) {
    return `${when}: ${where}: ${ours === undefined ? "only the original's" : 'only ours'}`;
  }
  const told = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));
  return `${when}: ${where}: ${field}: ours ${told(ours)}, the original's ${told(original)}`;
}
