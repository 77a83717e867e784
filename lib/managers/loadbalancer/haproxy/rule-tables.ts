import type { AnyRuleTable } from '../../../planning/index.js';
import { followerRules, haproxyRules } from './rules.js';

/** The tables of rules of load balancers in haproxy, in the order in which they are asked. */
export const haproxyRuleTables: readonly AnyRuleTable[] = [haproxyRules, followerRules];
