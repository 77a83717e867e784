import type { RuleTable } from '../../../planning/index.js';

/** What is known of a member. */
export type MemberFacts = {
  readonly names: 'interface' | 'address' | 'nothing';
  readonly interface: 'none' | 'own' | 'foreign' | 'not-seen';
  readonly hasPorts: boolean;
};

/** What a member is: one that traffic is sent to; one that it is sent to where it is already; one that may become one; or none. */
export type MemberStanding = 'endpoint' | 'hold' | 'wait' | 'refuse' | 'skip';

/** Which members traffic is sent to. */
export const memberRules: RuleTable<MemberFacts, MemberStanding> = {
  name: 'Whether traffic is sent to a member',
  says: 'Asked of each member of each pool of a native load balancer.',
  facts: {
    names: {
      values: ['interface', 'address', 'nothing'],
      says: 'by what it says who it is: the annotation `vmi`, or an address',
    },
    interface: {
      values: ['none', 'own', 'foreign', 'not-seen'],
      says: 'the interface that it leads to; own: in the project of the load balancer; not-seen: a floating ip references it, it is not to be seen, and nobody has said that it is gone',
    },
    hasPorts: { values: [true, false], says: 'its listener and itself say a port' },
  },
  impossible: [
    { when: { names: 'nothing', interface: ['own', 'foreign', 'not-seen'] }, because: 'it leads to none' },
    { when: { names: 'address', interface: 'not-seen' }, because: 'an address that cannot be read is nobody’s' },
  ],
  rules: [
    {
      rule: 'nameless',
      when: { names: 'nothing' },
      stands: 'skip',
      says: 'it names neither an interface nor an address',
      cites: 'docs/original/loadbalancer-native.md, "Members"',
    },
    {
      rule: 'not-there',
      when: { interface: 'none' },
      stands: 'wait',
      says: 'the interface is not there, or nobody has the address',
      cites: 'recording svc-monitor/49',
    },
    {
      rule: 'of-others',
      when: { interface: 'foreign' },
      stands: 'refuse',
      says: 'the interface is in another project',
      cites: 'docs/original/loadbalancer-native.md, "Members"',
    },
    {
      rule: 'portless',
      when: { hasPorts: false },
      stands: 'skip',
      says: 'its listener, or itself, says no port',
      cites: 'docs/original/loadbalancer-native.md, "Members"',
    },
    {
      rule: 'unreadable',
      when: { interface: 'not-seen' },
      stands: 'hold',
      says: 'its interface cannot be read: what leads there stays',
      cites: 'docs/original/loadbalancer-native.md, "Members"',
    },
    {
      rule: 'endpoint',
      when: {},
      stands: 'endpoint',
      says: 'its interface is there; its admin state and weight do not matter',
      cites: 'recordings svc-monitor/41 and 49',
    },
  ],
};
