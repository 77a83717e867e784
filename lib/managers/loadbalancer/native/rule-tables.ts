import type { AnyRuleTable } from '../../../planning/index.js';
import { memberRules } from './member-rules.js';
import { checkRules, floatingIpRules, serviceRules } from './rules.js';

/** All tables of rules of the native driver, in the order in which they are asked. */
export const nativeRuleTables: readonly AnyRuleTable[] = [serviceRules, memberRules, floatingIpRules, checkRules];
