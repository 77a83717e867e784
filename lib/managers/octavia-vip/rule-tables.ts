import type { AnyRuleTable } from '../../planning/index.js';
import { carrierRules, ownerRules, portKindRules, portStateRules } from './carriers/rules.js';
import { holdRules } from './floating-ips/hold-rules.js';
import { lossRules } from './floating-ips/loss-rules.js';
import { floatingIpRules } from './floating-ips/rules.js';
import { claimRules, holderRules } from './record/claim-rules.js';
import { associationRules, beliefRules, virtualIpRules } from './record/rules.js';

/** All tables of rules, in the order in which they are asked: the page of the rules is made from them. */
export const ruleTables: readonly AnyRuleTable[] = [
  portKindRules,
  portStateRules,
  ownerRules,
  carrierRules,
  claimRules,
  holderRules,
  beliefRules,
  holdRules,
  floatingIpRules,
  lossRules,
  virtualIpRules,
  associationRules,
];
