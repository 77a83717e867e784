import type { AnyRuleTable } from '../../planning/index.js';
import { leftoverRules } from './leftovers/rules.js';
import { addressRules, instanceRules, placementRules } from './rules.js';

/** All tables of rules of the manager, in the order in which they are asked: the page of the rules is made from them. */
export const ruleTables: readonly AnyRuleTable[] = [instanceRules, addressRules, placementRules, leftoverRules];
