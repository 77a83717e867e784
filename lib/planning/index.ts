/**
 * Planning: writes as plain values, plans of stages of them, verdicts that say why, and the applier that carries plans out.
 * Guarantees: what a write makes of an object is in the cache when the write is answered; a plan that others have overtaken is given up.
 */
export {
  PlanApplier,
  refreshAll,
  writesPerStage,
  type ApplyOptions,
  type ApplyResult,
  type PlanApplierParts,
  type SentWrite,
  type WriteObserver,
} from './applier.js';
export { describeStages, type Plan, type Stage, type Verdict } from './plan.js';
export { Refusals, refusalOf, withoutRecord, type Refusal } from './refusals.js';
export * from './write.js';
