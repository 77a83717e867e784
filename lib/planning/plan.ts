import type { ObjectRef } from '../cache/index.js';
import type { Verdict } from './verdict.js';
import { describeWrite, type Write } from './write.js';

/** Writes in order. Those of one stage touch different objects, or stand in the order in which they are to be made on one. */
export interface Stage {
  readonly name: string;
  readonly writes: readonly Write[];
  /** It cannot wait: it is carried out even while its key is slowed down. */
  readonly isUrgent?: boolean;
  /** What is lost can be found again by it. What follows does not wait for it if the config API refuses it. */
  readonly isRecord?: boolean;
  /** Nobody waits for it: other keys that wait go first. */
  readonly isBookkeeping?: boolean;
  /** It drops what something lost could be told by: what the plan heeds is read again before. */
  readonly dropsEvidence?: boolean;
}

/** What is to be done for one key. */
export interface Plan {
  readonly stages: readonly Stage[];
  readonly verdicts: readonly Verdict[];
  /** The plan is right as long as these are as they were when it was made: who changes one of them makes it out of date. */
  readonly heeds: readonly ObjectRef[];
  /** What has to be read again before the plan may be carried out. Empty once that was done. */
  readonly verify: readonly ObjectRef[];
  /** More can be planned once this is made: the key is looked at again at once. */
  readonly goesOn?: boolean;
  /** When to look again though nothing may change. Milliseconds. */
  readonly recheckAfterMs?: number;
}

/** The writes of a plan as readable text, one line each. */
export function describeStages(stages: readonly Stage[]): readonly string[] {
  return stages.flatMap((stage) => stage.writes.map((write) => `  ${stage.name}: ${describeWrite(write)}`));
}
