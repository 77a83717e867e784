import type { AnyRuleTable } from '../../planning/index.js';
import { instanceRules, leftNetworkRules, routerRules, routeTableRules } from './rules.js';

/** All tables of rules, in the order in which they are asked. */
export const ruleTables: readonly AnyRuleTable[] = [routerRules, instanceRules, leftNetworkRules, routeTableRules];
