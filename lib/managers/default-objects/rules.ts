import type { RuleTable } from '../../planning/index.js';

/** What is known of an object that is expected, or of a set that somebody else has made. */
export type DefaultObjectFacts = {
  readonly isExpected: boolean;
  readonly isThere: boolean;
  readonly driver: 'known' | 'unknown' | 'none';
};

/** What becomes of it. */
export type DefaultObjectDeed = 'create' | 'leave' | 'tell';

/** What becomes of an object that everybody expects, and of sets beside them. */
export const defaultObjectRules: RuleTable<DefaultObjectFacts, DefaultObjectDeed> = {
  name: 'Which default objects are made',
  says: 'Asked of each service template and service appliance set that the original makes, and of each other service appliance set.',
  facts: {
    isExpected: { values: [true, false], says: 'it is one of those that the original makes' },
    isThere: { values: [true, false], says: 'there is an object of the name' },
    driver: {
      values: ['known', 'unknown', 'none'],
      says: 'whether there is a driver for what the set names; none: it names none, or is no set',
    },
  },
  impossible: [
    { when: { isThere: false, driver: ['known', 'unknown'] }, because: 'what is not there names no driver' },
  ],
  rules: [
    {
      rule: 'missing',
      when: { isExpected: true, isThere: false },
      stands: 'create',
      says: 'who asks for it by name has to find it',
      cites: 'recording svc-monitor/30',
    },
    {
      rule: 'gone',
      when: { isThere: false },
      stands: 'leave',
      says: 'nobody expects it',
      cites: 'recording svc-monitor/95',
    },
    {
      rule: 'no-such-driver',
      when: { driver: 'unknown' },
      stands: 'tell',
      says: 'there is no such driver: nothing is done for load balancers that ask for it',
      cites: 'recording svc-monitor/99',
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
