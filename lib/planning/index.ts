/** What a plan is made of: rules as data, and the verdicts that say which of them applied to what. */
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
