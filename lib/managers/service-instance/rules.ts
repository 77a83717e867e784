import type { RuleTable } from '../../planning/index.js';

/** What is known of a service instance before anything is made for it. */
export type InstanceRuleFacts = {
  readonly instance: 'there' | 'gone' | 'not-seen';
  readonly project: 'known' | 'unknown';
  readonly template: 'served' | 'port-tuples' | 'other' | 'none';
  readonly count: 'said' | 'unsaid';
  readonly interfaces: 'given' | 'of-old' | 'none';
  readonly predecessor: boolean;
  readonly networks: 'ready' | 'to-make' | 'unmakable' | 'missing' | 'without-subnet';
  readonly lent: 'ready' | 'awaited';
  readonly moved: boolean;
};

/** What becomes of a service instance. */
export type InstanceStand =
  'remove' | 'read' | 'leave' | 'wait' | 'upgrade' | 'make-networks' | 'wait-for-network' | 'relaunch' | 'launch';

/** What becomes of a service instance. */
export const instanceRules: RuleTable<InstanceRuleFacts, InstanceStand> = {
  name: 'What becomes of a service instance',
  says: 'Asked of each service instance, and of what is left of one that is gone.',
  facts: {
    instance: { values: ['there', 'gone', 'not-seen'], says: 'whether it is there; gone: a message or a 404 said so' },
    project: { values: ['known', 'unknown'], says: 'whether the uuid of its project is known' },
    template: {
      values: ['served', 'port-tuples', 'other', 'none'],
      says: 'its template: served, version 1, a network namespace, of type source-nat or loadbalancer; port-tuples, version 2',
    },
    count: { values: ['said', 'unsaid'], says: 'whether it says how many instances it has' },
    interfaces: {
      values: ['given', 'of-old', 'none'],
      says: 'its list of interfaces; of-old: the networks stand in fields of their own; none: the template has none either',
    },
    predecessor: { values: [true, false], says: 'virtual machines of one of the same name are left that is gone' },
    networks: {
      values: ['ready', 'to-make', 'unmakable', 'missing', 'without-subnet'],
      says: 'the networks of its interfaces; to-make: one is named by nobody; unmakable: no network-ipam, or of no type that has one',
    },
    lent: { values: ['ready', 'awaited'], says: 'the addresses of others that its interfaces get' },
    moved: { values: [true, false], says: 'an interface is in another network than it says, or in none any more' },
  },
  rules: [
    {
      rule: 'not-seen',
      when: { instance: 'not-seen' },
      stands: 'read',
      says: 'it is not known whether it is gone: it is read, and while it cannot be, what was made for it stays',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'gone',
      when: { instance: 'gone' },
      stands: 'remove',
      says: 'it is gone, and so is what was made for it',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'project-unknown',
      when: { project: 'unknown' },
      stands: 'read',
      says: 'it is not known yet of which project it is',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'no-template',
      when: { template: 'none' },
      stands: 'leave',
      says: 'it has no template that is there',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'port-tuples',
      when: { template: 'port-tuples' },
      stands: 'leave',
      says: 'its interfaces are in port tuples',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'not-launched',
      when: { template: 'other' },
      stands: 'leave',
      says: 'only network namespaces for source-nat and loadbalancer are launched',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'predecessor',
      when: { predecessor: true },
      stands: 'wait',
      says: 'what is left of one of the same name goes first',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'no-count',
      when: { count: 'unsaid' },
      stands: 'leave',
      says: 'it does not say how many instances it has',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'no-interfaces',
      when: { interfaces: 'none' },
      stands: 'leave',
      says: 'it has no interfaces',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'of-old',
      when: { interfaces: 'of-old' },
      stands: 'upgrade',
      says: 'it names its networks as versions of old did',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'network-missing',
      when: { networks: 'missing' },
      stands: 'wait-for-network',
      says: 'a network that it names is not there',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'network-unmakable',
      when: { networks: 'unmakable' },
      stands: 'wait-for-network',
      says: 'it names no network for an interface, and none can be made',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'network-to-make',
      when: { networks: 'to-make' },
      stands: 'make-networks',
      says: 'it names no network for an interface',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'no-subnet',
      when: { networks: 'without-subnet' },
      stands: 'wait-for-network',
      says: 'a network has no subnet yet',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'address-awaited',
      when: { lent: 'awaited' },
      stands: 'wait',
      says: 'the address that it is to get is not there yet',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'moved',
      when: { moved: true },
      stands: 'relaunch',
      says: 'the network of an interface has changed: its virtual machines are made anew',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'launched',
      when: {},
      stands: 'launch',
      says: 'it is launched',
      cites: 'docs/service-chains.md, "Service instances"',
    },
  ],
};

/** What is known of an address that has the name of one of a service. */
export type AddressRuleFacts = {
  readonly address: 'none' | 'of-service' | 'plain';
  readonly network: 'right' | 'other';
  readonly holders: 'none' | 'ours' | 'others' | 'both';
};

/** What becomes of an address of a service. */
export type AddressStand = 'create' | 'use' | 'replace' | 'taken';

/** What becomes of an address of a service. */
export const addressRules: RuleTable<AddressRuleFacts, AddressStand> = {
  name: 'What becomes of an address of a service',
  says: 'Asked of each address that the interfaces of a service instance are to have, by its name.',
  facts: {
    address: {
      values: ['none', 'of-service', 'plain'],
      says: 'what has the name; plain: it is not marked as one of a service',
    },
    network: { values: ['right', 'other'], says: 'whether it is of the network of the interface' },
    holders: { values: ['none', 'ours', 'others', 'both'], says: 'whose interfaces have it' },
  },
  impossible: [
    { when: { address: 'none', network: 'other' }, because: 'what is not there has no network' },
    { when: { address: 'none', holders: ['ours', 'others', 'both'] }, because: 'nobody has what is not there' },
  ],
  rules: [
    {
      rule: 'missing',
      when: { address: 'none' },
      stands: 'create',
      says: 'it is not there',
      cites: 'docs/service-chains.md, "Addresses of a service"',
    },
    {
      rule: 'of-others',
      when: { holders: 'others' },
      stands: 'taken',
      says: 'interfaces of others have it',
      cites: 'docs/service-chains.md, "Addresses of a service"',
    },
    {
      rule: 'unmarked',
      when: { address: 'plain', holders: ['none', 'both'] },
      stands: 'taken',
      says: 'nothing says that it was made for the service',
      cites: 'docs/service-chains.md, "Addresses of a service"',
    },
    {
      rule: 'of-other-network',
      when: { network: 'other', holders: ['none', 'ours'] },
      stands: 'replace',
      says: 'it is of a network that the interface has left',
      cites: 'docs/service-chains.md, "Networks of a service"',
    },
    {
      rule: 'shared-elsewhere',
      when: { network: 'other' },
      stands: 'taken',
      says: 'it is of another network, and interfaces of others have it',
      cites: 'docs/service-chains.md, "Addresses of a service"',
    },
    {
      rule: 'ours',
      when: {},
      stands: 'use',
      says: 'it is the address of the service',
      cites: 'docs/service-chains.md, "Addresses of a service"',
    },
  ],
};

/** What is known of where a virtual machine is. */
export type PlacementFacts = {
  readonly placed: 'nowhere' | 'on-working' | 'on-unknown' | 'on-dead' | 'on-several';
  readonly beside: boolean;
  readonly free: boolean;
};

/** Where a virtual machine goes. */
export type PlacementStand = 'stay' | 'place' | 'move' | 'prune' | 'let-go' | 'wait';

/** Where a virtual machine goes. */
export const placementRules: RuleTable<PlacementFacts, PlacementStand> = {
  name: 'Where a virtual machine of a service runs',
  says: 'Asked of each virtual machine of a launched service instance that has all its interfaces, in the order of their numbers.',
  facts: {
    placed: {
      values: ['nowhere', 'on-working', 'on-unknown', 'on-dead', 'on-several'],
      says: 'the vRouter that refers to it; unknown: whether that works is not known yet',
    },
    beside: {
      values: [true, false],
      says: 'a virtual machine of the same instance with a lower number is on that vRouter',
    },
    free: { values: [true, false], says: 'a vRouter works that has none of the instance' },
  },
  impossible: [
    { when: { placed: 'nowhere', beside: true }, because: 'what is nowhere is beside nothing' },
    { when: { placed: 'on-several', beside: true }, because: 'first it is on one' },
  ],
  rules: [
    {
      rule: 'placed-twice',
      when: { placed: 'on-several' },
      stands: 'prune',
      says: 'it is on several vRouters: it stays on one',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'unplaced',
      when: { placed: 'nowhere', free: true },
      stands: 'place',
      says: 'it is on no vRouter',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'no-router',
      when: { placed: 'nowhere' },
      stands: 'wait',
      says: 'no vRouter works that has none of the instance',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'router-dead',
      when: { placed: 'on-dead', free: true },
      stands: 'move',
      says: 'its vRouter does not work any more',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'router-dead-no-other',
      when: { placed: 'on-dead' },
      stands: 'let-go',
      says: 'its vRouter does not work any more, and no other is free',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'crowded',
      when: { beside: true, free: true },
      stands: 'move',
      says: 'another one of the instance is on its vRouter, and a free one works',
      cites: 'docs/service-chains.md, "Placement"',
    },
    {
      rule: 'at-home',
      when: {},
      stands: 'stay',
      says: 'it runs where it is',
      cites: 'docs/service-chains.md, "Placement"',
    },
  ],
};
