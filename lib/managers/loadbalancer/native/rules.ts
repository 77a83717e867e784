import type { RuleTable } from '../../../planning/index.js';

/** What is known of a load balancer. */
export type ServiceFacts = {
  readonly loadbalancer: 'there' | 'gone' | 'version-1' | 'not-seen';
  readonly driver: 'native' | 'other' | 'unknown';
  readonly port: 'none' | 'own' | 'foreign' | 'taken' | 'not-seen';
  readonly isAnythingLeft: boolean;
  readonly isVerified: boolean;
};

/** What is done: serve it; take away what was made for it; read again what is missing; nothing. */
export type ServiceDeed = 'serve' | 'withdraw' | 'look' | 'nothing';

/** What is done for a load balancer. */
export const serviceRules: RuleTable<ServiceFacts, ServiceDeed> = {
  name: 'What the native driver does for a load balancer',
  says: 'Asked of each load balancer, and of each that a floating ip or a health check is marked with.',
  facts: {
    loadbalancer: {
      values: ['there', 'gone', 'version-1', 'not-seen'],
      says: 'whether it is there, and is one of LBaaS v2; not-seen: it is not, and nobody has said that it is gone',
    },
    driver: {
      values: ['native', 'other', 'unknown'],
      says: 'the driver of its provider; unknown: none that anybody knows, or no service-appliance-set of that name',
    },
    port: {
      values: ['none', 'own', 'foreign', 'taken', 'not-seen'],
      says: "the VIP's port; foreign: in another project; taken: an older load balancer has it, or Octavia; not-seen: it names one that is not to be seen",
    },
    isAnythingLeft: { values: [true, false], says: 'something that was made, or configured, for it is there' },
    isVerified: { values: [true, false], says: 'what is missing was read again' },
  },
  impossible: [
    {
      when: { loadbalancer: ['gone', 'not-seen'], port: ['own', 'foreign', 'taken', 'not-seen'] },
      because: 'it has no port',
    },
    { when: { loadbalancer: ['gone', 'not-seen'], driver: ['native', 'unknown'] }, because: 'it has no driver' },
  ],
  rules: [
    {
      rule: 'driver-unknown',
      when: { loadbalancer: ['there', 'version-1'], driver: 'unknown' },
      stands: 'nothing',
      says: 'nobody knows the driver of its provider: all stays as it is',
      cites: 'docs/original/loadbalancer-native.md, "Whose a load balancer is"',
    },
    {
      rule: 'served',
      when: { loadbalancer: 'there', driver: 'native', port: 'own' },
      stands: 'serve',
      says: 'its provider has the native driver, and it has a port',
      cites: 'recording svc-monitor/40',
    },
    {
      rule: 'nothing-left',
      when: { isAnythingLeft: false },
      stands: 'nothing',
      says: 'it is not served natively, and nothing was made for it',
      cites: 'recording svc-monitor/48',
    },
    {
      rule: 'to-be-verified',
      when: { isVerified: false },
      stands: 'look',
      says: 'it, or its port, may only not have been read yet',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
    {
      rule: 'unreadable',
      when: { loadbalancer: 'not-seen' },
      stands: 'nothing',
      says: 'it is there, and cannot be read: all stays as it is',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
    {
      rule: 'unreadable-port',
      when: { port: 'not-seen' },
      stands: 'nothing',
      says: 'its port is there, and cannot be read: all stays as it is',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
    {
      rule: 'withdrawn',
      when: {},
      stands: 'withdraw',
      says: 'it is gone, has another driver or no port of its own',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
  ],
};

/** What is known of a floating ip. */
export type FloatingIpFacts = {
  readonly service: 'served' | 'withdrawn';
  readonly sort: 'internal' | 'external';
  readonly claim: 'ours' | 'other' | 'none' | 'not-seen';
  readonly isMarked: boolean;
  readonly looksOurs: boolean;
  /** Internal: another child of the same address is used. */
  readonly isSurplus: boolean;
};

/** What becomes of a floating ip. */
export type FloatingIpStanding = 'balance' | 'delete' | 'release' | 'leave';

/** What becomes of a floating ip. */
export const floatingIpRules: RuleTable<FloatingIpFacts, FloatingIpStanding> = {
  name: 'What becomes of a floating ip of a native load balancer',
  says: "Asked of each child of an address of the VIP's port, of each floating ip that references the port, and of each that is marked with the load balancer.",
  facts: {
    service: { values: ['served', 'withdrawn'], says: 'what the driver does for the load balancer' },
    sort: {
      values: ['internal', 'external'],
      says: 'internal: a child of an address; external: one that a user gives to the port',
    },
    claim: {
      values: ['ours', 'other', 'none', 'not-seen'],
      says: 'the native load balancer whose port it is at; none: none that is there; not-seen: its address is not to be seen',
    },
    isMarked: { values: [true, false], says: 'it is marked with the load balancer' },
    looksOurs: {
      values: [true, false],
      says: 'it is named as the driver names those that it makes, and leads inwards only',
    },
    isSurplus: { values: [true, false], says: 'another child of the same address is used' },
  },
  impossible: [
    { when: { sort: 'external', looksOurs: true }, because: 'others name them' },
    { when: { sort: 'external', isSurplus: true }, because: 'it is no child of an address' },
    { when: { sort: 'external', claim: 'not-seen' }, because: 'it is no child of an address' },
    { when: { service: 'withdrawn', claim: 'ours' }, because: 'a load balancer that is not served has none' },
  ],
  rules: [
    {
      rule: 'of-another',
      when: { claim: 'other' },
      stands: 'leave',
      says: 'another native load balancer has it',
      cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
    },
    {
      rule: 'unreadable-address',
      when: { claim: 'not-seen' },
      stands: 'leave',
      says: 'it has an address, which cannot be read',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
    {
      rule: 'strange-child',
      when: { sort: 'internal', isMarked: false, looksOurs: false },
      stands: 'leave',
      says: 'somebody else has made it',
      cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
    },
    {
      rule: 'surplus-child',
      when: { sort: 'internal', service: 'served', claim: 'ours', isSurplus: true },
      stands: 'delete',
      says: 'an address has one floating ip',
      cites: 'recording svc-monitor/40',
    },
    {
      rule: 'balances',
      when: { service: 'served', claim: 'ours' },
      stands: 'balance',
      says: "it is at the VIP's port: its ports lead to the members",
      cites: 'recordings svc-monitor/41 and 44',
    },
    {
      rule: 'child-over',
      when: { sort: 'internal' },
      stands: 'delete',
      says: 'the load balancer, or its address, is none any more',
      cites: 'docs/original/loadbalancer-native.md, "What is taken away"',
    },
    {
      rule: 'not-marked',
      when: { isMarked: false },
      stands: 'leave',
      says: 'it was not configured by this driver',
      cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
    },
    {
      rule: 'released',
      when: {},
      stands: 'release',
      says: 'it was at the VIP of the load balancer, and is no more',
      cites: 'recording svc-monitor/47',
    },
  ],
};

/** What is known of a health check. */
export type CheckFacts = {
  readonly service: 'served' | 'withdrawn';
  readonly monitor: 'linked' | 'gone' | 'has-another';
  readonly isMarked: boolean;
};

/** What becomes of a health check: it is kept; becomes ours, and is kept; is deleted. */
export type CheckStanding = 'keep' | 'adopt' | 'delete' | 'leave';

/** What becomes of a health check. */
export const checkRules: RuleTable<CheckFacts, CheckStanding> = {
  name: 'What becomes of a health check of a native load balancer',
  says: 'Asked of each health check that is marked with the load balancer, or that is named as the driver names those of a pool.',
  facts: {
    service: { values: ['served', 'withdrawn'], says: 'what the driver does for the load balancer' },
    monitor: {
      values: ['linked', 'gone', 'has-another'],
      says: 'the monitor that it is for; has-another: the monitors of the pool have others',
    },
    isMarked: { values: [true, false], says: 'it is marked with the load balancer' },
  },
  rules: [
    {
      rule: 'not-served',
      when: { service: 'withdrawn', isMarked: false },
      stands: 'leave',
      says: 'it was not made by this driver, as far as can be told',
      cites: 'docs/original/loadbalancer-native.md, "Health checks"',
    },
    {
      rule: 'kept',
      when: { service: 'served', monitor: 'linked', isMarked: true },
      stands: 'keep',
      says: 'its monitor is linked to its pool',
      cites: 'recording svc-monitor/45',
    },
    {
      rule: 'adopted',
      when: { service: 'served', monitor: 'linked' },
      stands: 'adopt',
      says: 'the original has made it for the pool',
      cites: 'docs/original/loadbalancer-native.md, "Health checks"',
    },
    {
      rule: 'check-over',
      when: {},
      stands: 'delete',
      says: 'no monitor of the load balancer asks for it any more',
      cites: 'recording svc-monitor/45',
    },
  ],
};
