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
export { isShownBy, type ChangeWrite } from './effects.js';
export { describeStages, type Plan, type Stage } from './plan.js';
export { Refusals, refusalOf, withoutRecord, type Refusal } from './refusals.js';
export * from './write.js';
export {
  countFactSets,
  decide,
  factSets,
  holds,
  isPossible,
  ruleNamed,
  type AnyFacts,
  type AnyRuleTable,
  type Conditions,
  type Fact,
  type FactValue,
  type Impossible,
  type Rule,
  type RuleTable,
} from './rules.js';
export { sortedVerdicts, verdictOf, type DecidedObject, type Verdict } from './verdict.js';
