import type { RuleTable } from '../../planning/index.js';

/** What is known of an object that is expected. */
export type DefaultObjectFacts = {
  readonly isThere: boolean;
};

/** What becomes of it. */
export type DefaultObjectDeed = 'create' | 'leave';

/** What becomes of an object that everybody expects. */
export const defaultObjectRules: RuleTable<DefaultObjectFacts, DefaultObjectDeed> = {
  name: 'Which default objects are made',
  says: 'Asked of each service template and service appliance set that the original makes.',
  facts: {
    isThere: { values: [true, false], says: 'there is an object of the name' },
  },
  rules: [
    {
      rule: 'missing',
      when: { isThere: false },
      stands: 'create',
      says: 'who asks for it by name has to find it',
      cites: 'recording svc-monitor/30',
    },
    {
      rule: 'there',
      when: {},
      stands: 'leave',
      says: 'it is there, and what an operator has made of it stays',
      cites: 'recording svc-monitor/31',
    },
  ],
};
