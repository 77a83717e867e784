import type { VipKey } from '../../../lib/managers/octavia-vip/vip-key.js';
import { isEnd, type VipPlan } from '../../../lib/managers/octavia-vip/vip-plan.js';
import { after, created } from '../../../lib/planning/effects.js';
import { kindOf, subjectOf, type ReferenceWrite, type Target, type Write } from '../../../lib/planning/write.js';
import type { SentWrite } from '../../../lib/planning/applier.js';
import type { EntityOf } from '../../../lib/model/index.js';
import { canonicalText } from '../interned.js';
import type { Id, Kind } from '../store.js';
import type { Process } from './process.js';
import type { Heeded, PlanLeft, Run, Sent } from './process-state.js';

const plansPerReconcile = 4;
const requestIdPrefix = 'req-svc-monitor-';

/** Begins the reconcile of a key (`PlanReconciler.reconcile`). */
export function begin(process: Process, key: VipKey): void {
  process.take(key);
  process.rules.preparing(key);
  plan(process, { ...nothingDone, key });
}

/** The same of a key that is slowed down: only what cannot wait is written, and it is looked at again later (`PlanReconciler.doWhatIsUrgent`). */
export function beginSlowed(process: Process, key: VipKey): void {
  process.take(key);
  process.slowdowns -= 1;
  process.rules.preparing(key);
  const made = process.controller.plan(process.controller.observe(key, process.cache, false));
  const stages = made.stages.filter((stage) => stage.isUrgent === true);
  if (stages.length === 0) {
    process.queueLater(key);
    return;
  }
  const run = { ...nothingDone, key, urgentOnly: true as const };
  proceed(process, {
    ...run,
    plan: { ...leftOf(made), stages: [{ name: '', writes: [] }, ...stages] },
    heeded: heededBy(process, made),
  });
}

/** Goes on with the reconcile at hand as far as nothing has to be waited for. */
export function goOn(process: Process): void {
  const { run } = process;
  if (run === undefined || run.waitsFor.length > 0 || run.sent !== undefined) return;
  switch (run.then) {
    case 'plan': {
      plan(process, run);
      return;
    }
    case 'check': {
      Object.keys(run.heeded).some((id) => hasChanged(process, run, id))
        ? settle(process, run, 'outdated')
        : nextStage(process, { ...run, then: 'write' });
      return;
    }
    case 'trials': {
      areTrialsKept(process, run) ? nextStage(process, { ...run, then: 'write' }) : settle(process, run, 'outdated');
      return;
    }
    case 'look': {
      proceed(process, lookAgain(process, run));
      return;
    }
    case 'write': {
      proceed(process, run);
      return;
    }
  }
}

/** The write that was sent was answered, and the answer is looked at (`Run.carryOut`, `isAnswer`). */
export function takeAnswer(process: Process): void {
  const { run } = process;
  if (run?.sent?.answer === undefined) return;
  const { sent, ...rest } = run;
  const { write, answer = { is: 'not found' } } = sent;
  process.run = rest;
  if (answer.is === 'done') {
    process.run = noteWritten(process, rest, sent);
    goOn(process);
    return;
  }
  const target = { kind: write.do === 'create' ? write.kind : write.on.kind, uuid: sent.on };
  const ends =
    answer.is === 'conflict'
      ? [{ kind: 'virtual-ip', uuid: answer.existing }]
      : 'to' in write
        ? [write.to, target]
        : [target];
  for (const { kind, uuid } of ends) process.refresh(kind as Kind, uuid);
  process.run = { ...rest, isOutdated: true, waitsFor: ends.map(({ uuid }) => uuid) };
}

/** The write that was sent was not answered: the reconcile fails, and is tried again. */
export function fail(process: Process): void {
  const { run } = process;
  if (run?.sent === undefined) return;
  const { write, on } = run.sent;
  if (write.do !== 'create') process.refresh(write.on.kind as Kind, on);
  process.run = undefined;
  process.queue([run.key]);
}

const nothingDone: Omit<Run, 'key'> = {
  plans: 0,
  verified: false,
  waitsFor: [],
  then: 'write',
  rest: [],
  heeded: {},
  isReadBack: false,
  isOutdated: false,
};

function plan(process: Process, { key, plans, verified }: Run): void {
  const { controller, cache } = process;
  if (plans === plansPerReconcile) {
    process.run = undefined;
    process.queue([key]);
    return;
  }
  const made = controller.plan(controller.observe(key, cache, verified));
  const run = { ...nothingDone, key, plans: plans + 1, verified };
  if (made.verify.length > 0 && !verified) {
    for (const { kind, uuid } of made.verify) process.refresh(kind as Kind, uuid);
    process.run = { ...run, verified: true, then: 'plan', waitsFor: made.verify.map(({ uuid }) => uuid) };
    return;
  }
  process.rules.planned(key, made);
  proceed(process, { ...run, plan: leftOf(made), heeded: heededBy(process, made) });
}

function leftOf({ forgotten, handedOver, leftRead, vipPortUuid, recheckAfterMs, stages, events }: VipPlan): PlanLeft {
  return {
    stages: [{ name: '', writes: [] }, ...stages],
    forgotten,
    handedOver,
    leftRead,
    events: events.filter((event) => isEnd(event) || event.type === 'taken-over'),
    ...(vipPortUuid === undefined ? {} : { vipPortUuid }),
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

function heededBy(process: Process, { heeds }: VipPlan): Run['heeded'] {
  return Object.fromEntries(
    heeds.map(({ kind, uuid }): [Id, Heeded] => {
      return [uuid, { kind: kind as Kind, entity: process.cache.get(kind, uuid), knownUpTo: process.knownUpTo(uuid) }];
    }),
  );
}

// On to the next write, which is sent; or to the end.
function proceed(process: Process, run: Run): void {
  if (run.isOutdated) {
    settle(process, run, 'outdated');
    return;
  }
  const [write, ...rest] = run.rest;
  if (write !== undefined) {
    const on = resolved(write.do === 'create' ? { kind: write.kind, created: write.as } : write.on, run);
    if (hasChanged(process, run, on)) {
      settle(process, { ...run, isOutdated: true }, 'outdated');
      return;
    }
    send(process, { ...run, rest }, { write, on });
    return;
  }
  const trials = trialsOf(run);
  if (trials.length === 0) {
    nextStage(process, run);
    return;
  }
  const tried = [...new Set(trials.map(({ on }) => resolved(on, run)))];
  for (const id of tried) process.refresh('virtual-ip', id);
  process.run = { ...run, then: 'trials', waitsFor: tried };
}

function nextStage(process: Process, run: Run): void {
  const [, ...stages] = run.plan?.stages ?? [];
  const [stage] = stages;
  if (run.plan === undefined || stage === undefined) {
    settle(process, run, 'done');
    return;
  }
  if (stage.dropsEvidence === true && !run.isReadBack) {
    for (const [id, { kind }] of Object.entries(run.heeded)) process.refresh(kind, id);
    process.run = { ...run, isReadBack: true, then: 'check', waitsFor: Object.keys(run.heeded) };
    goOn(process);
    return;
  }
  proceed(process, { ...run, plan: { ...run.plan, stages }, rest: grouped(stage.writes) });
}

// Subjects follow each other; the library writes to them side by side.
function grouped(writes: readonly Write[]): readonly Write[] {
  const subjects = [...new Set(writes.map(subjectOf))];
  return subjects.flatMap((subject) => writes.filter((write) => subjectOf(write) === subject));
}

function send(process: Process, run: Run, { write, on }: Pick<Sent, 'write' | 'on'>): void {
  const isRestore = write.do === 'set' && write.purpose !== undefined;
  const requestId = isRestore
    ? `${requestIdPrefix}${write.purpose ?? ''}-${process.restores}`
    : `${requestIdPrefix}write`;
  if (isRestore) process.restores = (process.restores + 1) % 4;
  process.run = { ...run, sent: { write, on, requestId } };
  if (!isChange(write)) return;
  observerOf(process, run)?.sending?.({
    write,
    uuid: on,
    requestId,
    plannedAt: plannedAt(process, run, on),
    at: process.now,
  });
}

function noteWritten(process: Process, run: Run, { write, on, requestId, answer, isTouched }: Sent): Run {
  const { cache } = process;
  if (write.do === 'create') {
    const uuid = answer?.is === 'done' ? (answer.created ?? on) : on;
    process.assume(write.kind as Kind, uuid, created(write, uuid));
    return { ...run, created: uuid };
  }
  if (write.do === 'delete') {
    process.assume(write.on.kind as Kind, on, undefined);
    return run;
  }
  const isOutdated = run.isOutdated || hasChanged(process, run, on);
  observerOf(process, run)?.written?.({
    write,
    uuid: on,
    requestId,
    plannedAt: plannedAt(process, run, on),
    at: process.now,
  });
  if (isTouched === true) {
    process.refresh(write.on.kind as Kind, on);
    return { ...run, isOutdated, waitsFor: [on], then: 'look', beside: { write, on, requestId } };
  }
  const before = cache.get(write.on.kind, on);
  if (before === undefined) return { ...run, isOutdated };
  const entity = after(before, write);
  if (entity === undefined) {
    process.refresh(write.on.kind as Kind, on);
    return { ...run, isOutdated };
  }
  process.assume(write.on.kind as Kind, on, entity);
  return withHeeded({ ...run, isOutdated }, on, entity);
}

// What a read has shown while the write was under way may be newer than the write, or older: it is read again, not reckoned.
function lookAgain(process: Process, { beside, ...run }: Run): Run {
  const next = { ...run, then: 'write' as const };
  if (beside === undefined || run.heeded[beside.on] === undefined) return next;
  const { write, on } = beside;
  const shown = process.cache.get(kindOf(write), on);
  const isShown = shown !== undefined && isChange(write) && canonicalText(after(shown, write)) === canonicalText(shown);
  if (!isShown) return { ...next, isOutdated: true };
  return run.isOutdated ? next : withHeeded(next, on, shown);
}

function withHeeded(run: Run, id: Id, entity: EntityOf): Run {
  const heeded = run.heeded[id];
  return heeded === undefined ? run : { ...run, heeded: { ...run.heeded, [id]: { ...heeded, entity } } };
}

function plannedAt(process: Process, { heeded }: Run, id: Id): number {
  return heeded[id]?.knownUpTo ?? process.sequence;
}

function settle(process: Process, run: Run, outcome: 'done' | 'outdated'): void {
  process.run = undefined;
  if (run.plan === undefined) return;
  if (run.urgentOnly === true) {
    process.queueLater(run.key);
    return;
  }
  process.rules.settled(run.key, run.plan as VipPlan, { outcome, writes: 0, dryRun: false });
  if (outcome === 'outdated') {
    plan(process, run);
    return;
  }
  if (run.plan.recheckAfterMs !== undefined) process.queueLater(run.key);
}

function isChange(write: Write): write is SentWrite['write'] {
  return write.do !== 'create' && write.do !== 'delete';
}

function observerOf(process: Process, { key, plan: made }: Run): ReturnType<Process['rules']['writes']> | undefined {
  return made === undefined ? undefined : process.rules.writes(key, made as VipPlan);
}

function hasChanged(process: Process, { heeded }: Run, id: Id): boolean {
  const kept = heeded[id];
  if (kept === undefined) return false;
  return canonicalText(kept.entity) !== canonicalText(process.cache.get(kept.kind, id));
}

function trialsOf({ plan: made }: Run): readonly ReferenceWrite[] {
  const writes = made?.stages[0]?.writes ?? [];
  return writes.filter((write): write is ReferenceWrite => 'isTrial' in write && write.isTrial);
}

function areTrialsKept(process: Process, run: Run): boolean {
  return trialsOf(run).every(({ on, to }) => {
    const refs: Readonly<Record<string, readonly Id[]>> = process.cache.get(on.kind, resolved(on, run))?.refs ?? {};
    return refs[to.kind]?.includes(to.uuid) === true;
  });
}

function resolved(target: Target, run: Pick<Run, 'created'>): Id {
  return 'uuid' in target ? target.uuid : (run.created ?? `new ${target.created}`);
}
