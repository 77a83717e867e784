import type { RuleTable } from '../../../planning/index.js';

/** What is known of a load balancer and a driver that an embedder has registered. */
export type DriverFacts = {
  readonly loadbalancer: 'there' | 'gone';
  readonly driver: 'this' | 'known' | 'unknown';
};

/** What the driver is told. */
export type DriverDeed = 'ensure' | 'remove' | 'leave';

/** What a registered driver is told of a load balancer. */
export const driverRules: RuleTable<DriverFacts, DriverDeed> = {
  name: 'What a registered driver is told of a load balancer',
  says: 'Asked of each load balancer, and each registered driver that serves it or is to serve it.',
  facts: {
    loadbalancer: { values: ['there', 'gone'], says: 'whether there is such a load balancer' },
    driver: {
      values: ['this', 'known', 'unknown'],
      says: 'the driver that its provider names: this one, another one that is known, or none that is known',
    },
  },
  impossible: [{ when: { loadbalancer: 'gone', driver: ['this', 'known'] }, because: 'what is gone has no provider' }],
  rules: [
    {
      rule: 'gone',
      when: { loadbalancer: 'gone' },
      stands: 'remove',
      says: 'the load balancer is gone',
      cites: 'docs/original/loadbalancer.md, "Drivers"',
    },
    {
      rule: 'served',
      when: { driver: 'this' },
      stands: 'ensure',
      says: 'its provider names this driver',
      cites: 'docs/original/loadbalancer.md, "Drivers"',
    },
    {
      rule: 'moved',
      when: { driver: 'known' },
      stands: 'remove',
      says: 'its provider names another driver now',
      cites: 'docs/original/loadbalancer.md, "Drivers"',
    },
    {
      rule: 'driver-unknown',
      when: {},
      stands: 'leave',
      says: 'nobody knows who is to serve it: what serves it goes on',
      cites: 'docs/original/loadbalancer.md, "Drivers"',
    },
  ],
};
