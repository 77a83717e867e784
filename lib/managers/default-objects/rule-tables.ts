import type { AnyRuleTable } from '../../planning/index.js';
import { defaultObjectRules } from './rules.js';

/** All tables of rules. */
export const ruleTables: readonly AnyRuleTable[] = [defaultObjectRules];
