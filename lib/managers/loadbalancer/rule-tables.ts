import type { AnyRuleTable } from '../../planning/index.js';
import { driverRules } from './drivers/index.js';
import { haproxyRuleTables } from './haproxy/index.js';
import { nativeRuleTables } from './native/index.js';
import { providerRules } from './providers/index.js';

/** The tables of rules for load balancers. */
export const ruleTables: readonly AnyRuleTable[] = [
  providerRules,
  driverRules,
  ...haproxyRuleTables,
  ...nativeRuleTables,
];
