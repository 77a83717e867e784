import type { RuleTable } from '../../../planning/index.js';

/** What is known of something that may be left of service instances. */
export type LeftoverFacts = {
  readonly made: 'by-us' | 'by-others';
  readonly wanted: boolean;
  readonly used: boolean;
};

/** What becomes of what may be left of service instances. */
export const leftoverRules: RuleTable<LeftoverFacts, 'leave' | 'delete'> = {
  name: 'What is left of service instances',
  says: 'Asked of each address with the name of one of a service instance, and of each network with the name of one that is made for a service.',
  facts: {
    made: {
      values: ['by-us', 'by-others'],
      says: 'by us: an address that is marked as one of a service, a network with just the subnets that ours get',
    },
    wanted: {
      values: [true, false],
      says: 'of an address: the service instance, or the interface, that it is named for is there; of a network: its project has a service instance',
    },
    used: { values: [true, false], says: 'an interface or an address refers to it, or it to one' },
  },
  rules: [
    {
      rule: 'not-ours',
      when: { made: 'by-others' },
      stands: 'leave',
      says: 'it only has the name of one of ours',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'wanted',
      when: { wanted: true },
      stands: 'leave',
      says: 'what it is for is there',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'used',
      when: { used: true },
      stands: 'leave',
      says: 'it is in use',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'left',
      when: {},
      stands: 'delete',
      says: 'nothing needs it any more',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
  ],
};
