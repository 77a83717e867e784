import type { Plan, Rule, Stage, Verdict } from '../../planning/index.js';
import type { InstanceRuleFacts, InstanceStand } from './rules.js';

/** What is not in order with a service instance. */
export interface Trouble {
  readonly type: 'name-taken' | 'waits' | 'unplaced' | 'oversized' | 'held';
  readonly message: string;
}

/** A plan for a service instance. */
export interface ServicePlan extends Plan {
  /** The row of the first table. */
  readonly rule: Rule<InstanceRuleFacts, InstanceStand>;
  readonly troubles: readonly Trouble[];
  /** How many virtual machines of it are to be there, are there, and are on a vRouter that may work. */
  readonly counts: { readonly wanted: number; readonly there: number; readonly placed: number };
}

/** A part of a plan. */
export interface PlanPart {
  readonly stages: readonly Stage[];
  readonly verdicts: readonly Verdict[];
  readonly troubles: readonly Trouble[];
}
