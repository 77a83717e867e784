import type { AnyRuleTable } from '../../planning/index.js';
import { linkRules, pairRules } from './passed-on-rules.js';
import { addressRules, checkAddressRules, interfaceRules } from './rules.js';

/** All tables of rules of port tuples, in the order in which they are asked. */
export const ruleTables: readonly AnyRuleTable[] = [
  interfaceRules,
  addressRules,
  pairRules,
  linkRules,
  checkAddressRules,
];
