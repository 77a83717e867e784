import type { RuleTable } from '../../../planning/index.js';

/** What is known of a provider of load balancers. */
export type ProviderFacts = {
  readonly set: 'there' | 'none';
  readonly driver: 'known' | 'unknown' | 'none';
  readonly isNamed: boolean;
};

/** What is said of a provider. */
export type ProviderStand = 'fine' | 'unknown-driver' | 'unknown-provider';

/** Whether the load balancers of a provider can be served. */
export const providerRules: RuleTable<ProviderFacts, ProviderStand> = {
  name: 'Whether the load balancers of a provider can be served',
  says: 'Asked of each service appliance set, and of each name that load balancers have for their provider.',
  facts: {
    set: { values: ['there', 'none'], says: 'whether there is a service appliance set of the name' },
    driver: { values: ['known', 'unknown', 'none'], says: 'the driver that the set names' },
    isNamed: { values: [true, false], says: 'load balancers have it for their provider' },
  },
  impossible: [
    { when: { set: 'none', driver: ['known', 'unknown'] }, because: 'where there is no set, none is named' },
  ],
  rules: [
    {
      rule: 'served',
      when: { driver: 'known' },
      stands: 'fine',
      says: 'there is a driver for it',
      cites: 'recording svc-monitor/95',
    },
    {
      rule: 'no-such-driver',
      when: { driver: 'unknown' },
      stands: 'unknown-driver',
      says: 'there is no such driver: nothing is done for load balancers that ask for it',
      cites: 'recording svc-monitor/99',
    },
    {
      rule: 'nobody-asks',
      when: { isNamed: false },
      stands: 'fine',
      says: 'no load balancer asks for it',
      cites: 'recording svc-monitor/95',
    },
    {
      rule: 'without-driver',
      when: { set: 'there' },
      stands: 'unknown-provider',
      says: 'its set names no driver: nothing is done for its load balancers',
      cites: 'recording svc-monitor/96',
    },
    {
      rule: 'without-set',
      when: {},
      stands: 'unknown-provider',
      says: 'there is no set of the name: nothing is done for its load balancers',
      cites: 'recording svc-monitor/96',
    },
  ],
};
