import type { RuleTable } from '../../planning/index.js';

/** What is known of an interface. */
export type InterfaceFacts = {
  readonly isInTuple: boolean;
  readonly service: 'there' | 'gone' | 'without-template';
  readonly type: 'none' | 'known' | 'unknown';
};

/** What an interface is to a service: part of it; no part of it; or, while that cannot be told, what it was. */
export type InterfaceStanding = 'part' | 'not-part' | 'as-it-was';

/** What an interface is to a service. */
export const interfaceRules: RuleTable<InterfaceFacts, InterfaceStanding> = {
  name: 'What an interface is to a service',
  says: 'Asked of each interface in a port tuple of the service instance, and of each to which an address of it refers.',
  facts: {
    isInTuple: { values: [true, false], says: 'it is in a port tuple of the service instance' },
    service: { values: ['there', 'gone', 'without-template'], says: 'whether service instance and template are there' },
    type: {
      values: ['none', 'known', 'unknown'],
      says: 'its interface type; known: template and service instance have one of that type at the same place',
    },
  },
  rules: [
    {
      rule: 'left',
      when: { isInTuple: false },
      stands: 'not-part',
      says: 'it has left its port tuple',
      cites: 'recording svc-monitor/76',
    },
    {
      rule: 'service-gone',
      when: { service: 'gone' },
      stands: 'not-part',
      says: 'the service instance is gone, its port tuples may stay',
      cites: 'recording svc-monitor/77',
    },
    {
      rule: 'no-template',
      when: { service: 'without-template' },
      stands: 'as-it-was',
      says: 'the template is not there: nobody can tell',
      cites: 'docs/original/port-tuple.md, Inputs',
    },
    {
      rule: 'no-type',
      when: { type: 'none' },
      stands: 'not-part',
      says: 'it has no interface type',
      cites: 'docs/original/port-tuple.md, Inputs',
    },
    {
      rule: 'unknown-type',
      when: { type: 'unknown' },
      stands: 'not-part',
      says: 'its interface type is none of the template',
      cites: 'recording svc-monitor/78',
    },
    {
      rule: 'part-of-service',
      when: {},
      stands: 'part',
      says: 'it is in a port tuple, and of a type of the template',
      cites: 'recording svc-monitor/70',
    },
  ],
};

/** What is known of a shared address. */
export type AddressFacts = {
  readonly service: 'there' | 'gone' | 'without-template';
  readonly isWanted: boolean;
  readonly name: 'free' | 'ours' | 'taken';
  readonly hasPool: boolean;
};

/** What becomes of a shared address. */
export type AddressStanding = 'create' | 'keep' | 'delete' | 'leave';

/** What becomes of a shared address. */
export const addressRules: RuleTable<AddressFacts, AddressStanding> = {
  name: 'What becomes of a shared address',
  says: 'Asked of each interface type and family of a service instance.',
  facts: {
    service: { values: ['there', 'gone', 'without-template'], says: 'whether service instance and template are there' },
    isWanted: { values: [true, false], says: 'the service has interfaces of that type' },
    name: {
      values: ['free', 'ours', 'taken'],
      says: 'who has its name; ours: hidden, an address of a service, and of no other service instance',
    },
    hasPool: { values: [true, false], says: '`service-chain-flat-ipam` is there, and has subnets of the family' },
  },
  impossible: [
    { when: { service: ['gone', 'without-template'], isWanted: true }, because: 'it has interfaces by its template' },
  ],
  rules: [
    {
      rule: 'name-taken',
      when: { name: 'taken' },
      stands: 'leave',
      says: 'somebody else has the name',
      cites: 'docs/original/port-tuple.md, Names',
    },
    {
      rule: 'over',
      when: { service: 'gone', name: 'ours' },
      stands: 'delete',
      says: 'the service instance is gone',
      cites: 'recording svc-monitor/77',
    },
    {
      rule: 'kept',
      when: { name: 'ours' },
      stands: 'keep',
      says: 'it is there',
      cites: 'recording svc-monitor/71',
    },
    {
      rule: 'not-needed',
      when: { isWanted: false },
      stands: 'leave',
      says: 'no interface has that type',
      cites: 'recording svc-monitor/70',
    },
    {
      rule: 'no-pool',
      when: { hasPool: false },
      stands: 'leave',
      says: 'there are no addresses of that family for services',
      cites: 'docs/original/port-tuple.md, Shared addresses',
    },
    {
      rule: 'made',
      when: {},
      stands: 'create',
      says: 'the first interface of that type is there',
      cites: 'recording svc-monitor/70',
    },
  ],
};

/** What is known of a route table or a health check, for one interface. */
export type LinkFacts = {
  readonly isPart: boolean;
  readonly isLinked: boolean;
  readonly isHeld: boolean;
  readonly isNoted: boolean;
  readonly isElsewhere: boolean;
};

/** What becomes of the reference of an interface to a route table or health check. */
export type LinkStanding = 'add' | 'remove' | 'leave';

/** What becomes of the reference of an interface to a route table or health check. */
export const linkRules: RuleTable<LinkFacts, LinkStanding> = {
  name: 'Whether an interface has a route table or health check',
  says: 'Asked of each that is linked to the service instance, and of each that an interface of it refers to.',
  facts: {
    isPart: { values: [true, false], says: 'the interface is part of the service, and of the type that is looked at' },
    isLinked: { values: [true, false], says: 'it is linked to the service instance, with the tag of that type' },
    isHeld: { values: [true, false], says: 'the interface refers to it' },
    isNoted: { values: [true, false], says: 'it was passed on to interfaces of that type' },
    isElsewhere: {
      values: [true, false],
      says: 'another service instance, or another type, has it pass on to the interface',
    },
  },
  rules: [
    {
      rule: 'passed-on',
      when: { isPart: true, isLinked: true, isHeld: false },
      stands: 'add',
      says: 'it is linked to the service instance',
      cites: 'recordings svc-monitor/73, 74',
    },
    {
      rule: 'not-held',
      when: { isHeld: false },
      stands: 'leave',
      says: 'the interface does not have it',
      cites: 'recording svc-monitor/73',
    },
    {
      rule: 'has-it',
      when: { isPart: true, isLinked: true },
      stands: 'leave',
      says: 'the interface has it already',
      cites: 'recording svc-monitor/73',
    },
    {
      rule: 'has-it-elsewhere',
      when: { isElsewhere: true },
      stands: 'leave',
      says: 'the interface has it through another service instance or type',
      cites: 'docs/original/port-tuple.md, Links',
    },
    {
      rule: 'interface-left',
      when: { isPart: false, isLinked: true },
      stands: 'remove',
      says: 'the interface is no part of the service any more',
      cites: 'docs/original/port-tuple.md, Links',
    },
    {
      rule: 'unlinked',
      when: { isNoted: true },
      stands: 'remove',
      says: 'it was passed on, and is linked no more',
      cites: 'recordings svc-monitor/73, 75',
    },
    {
      rule: 'own-link',
      when: {},
      stands: 'leave',
      says: 'its user has linked it',
      cites: 'recording svc-monitor/79; docs/original/port-tuple.md, Links',
    },
  ],
};

/** What is known of the allowed address pairs of an interface. */
export type PairFacts = {
  readonly isPart: boolean;
  readonly isDefined: boolean;
  readonly has: 'none' | 'wanted' | 'followed' | 'others';
  readonly isElsewhere: boolean;
};

/** What becomes of the allowed address pairs of an interface. */
export type PairStanding = 'set' | 'clear' | 'leave';

/** What becomes of the allowed address pairs of an interface. */
export const pairRules: RuleTable<PairFacts, PairStanding> = {
  name: 'What becomes of allowed address pairs',
  says: 'Asked of each interface of a type.',
  facts: {
    isPart: { values: [true, false], says: 'the interface is part of the service, and of the type that is looked at' },
    isDefined: {
      values: [true, false],
      says: 'the service instance defines pairs for that type, the first with an address',
    },
    has: {
      values: ['none', 'wanted', 'followed', 'others'],
      says: 'its pairs; followed: the shared addresses of the type follow the first of them, so they were set by the service instance',
    },
    isElsewhere: { values: [true, false], says: 'another service instance, or another type, sets its pairs' },
  },
  impossible: [{ when: { isDefined: false, has: 'wanted' }, because: 'none are wanted' }],
  rules: [
    {
      rule: 'set-elsewhere',
      when: { isElsewhere: true },
      stands: 'leave',
      says: 'another service instance or type sets them',
      cites: 'docs/original/port-tuple.md, Allowed address pairs',
    },
    {
      rule: 'no-pairs',
      when: { isDefined: false, has: 'none' },
      stands: 'leave',
      says: 'it has none, and is to have none',
      cites: 'recording svc-monitor/72',
    },
    {
      rule: 'not-part-no-pairs',
      when: { isPart: false, has: 'none' },
      stands: 'leave',
      says: 'it has none',
      cites: 'recording svc-monitor/76',
    },
    {
      rule: 'pairs-set',
      when: { isPart: true, has: 'wanted' },
      stands: 'leave',
      says: 'it has those of the service instance',
      cites: 'recording svc-monitor/72',
    },
    {
      rule: 'pairs-replaced',
      when: { isPart: true, isDefined: true },
      stands: 'set',
      says: 'the service instance defines its pairs',
      cites: 'recording svc-monitor/72',
    },
    {
      rule: 'own-pairs',
      when: { has: 'others' },
      stands: 'leave',
      says: 'its user has set them',
      cites: 'recording svc-monitor/72; docs/original/port-tuple.md, Allowed address pairs',
    },
    {
      rule: 'pairs-over',
      when: {},
      stands: 'clear',
      says: 'the service instance had set them, and does not any more',
      cites: 'recording svc-monitor/72',
    },
  ],
};

/** What is known of the address from which an end-to-end health check is sent. */
export type CheckAddressFacts = {
  readonly isWanted: boolean;
  readonly name: 'free' | 'ours' | 'taken';
  readonly network: 'none' | 'without-family' | 'right' | 'other';
};

/** What becomes of the address of an end-to-end health check. */
export const checkAddressRules: RuleTable<CheckAddressFacts, AddressStanding> = {
  name: 'What becomes of the address of an end-to-end health check',
  says: 'Asked of each family, for the one end-to-end check of an interface type that counts, and of each address that there is.',
  facts: {
    isWanted: {
      values: [true, false],
      says: 'the check is linked, and interfaces of the type are part of the service',
    },
    name: {
      values: ['free', 'ours', 'taken'],
      says: 'who has its name; ours: an address of a health check, and of interfaces of services only',
    },
    network: {
      values: ['none', 'without-family', 'right', 'other'],
      says: 'the network of the interfaces; other: the address that there is comes from another one',
    },
  },
  impossible: [{ when: { name: 'free', network: 'other' }, because: 'there is no address' }],
  rules: [
    {
      rule: 'name-taken',
      when: { name: 'taken' },
      stands: 'leave',
      says: 'somebody else has the name',
      cites: 'docs/original/port-tuple.md, Names',
    },
    {
      rule: 'check-over',
      when: { isWanted: false, name: 'ours' },
      stands: 'delete',
      says: 'no end-to-end check is sent from it any more',
      cites: 'recording svc-monitor/75',
    },
    {
      rule: 'not-needed',
      when: { isWanted: false },
      stands: 'leave',
      says: 'there is no end-to-end check',
      cites: 'recording svc-monitor/74',
    },
    {
      rule: 'moved',
      when: { name: 'ours', network: 'other' },
      stands: 'delete',
      says: 'the interfaces are in another network now',
      cites: 'docs/original/port-tuple.md, Health checks',
    },
    {
      rule: 'kept',
      when: { name: 'ours' },
      stands: 'keep',
      says: 'it is there',
      cites: 'recording svc-monitor/74',
    },
    {
      rule: 'no-subnet',
      when: { network: ['none', 'without-family'] },
      stands: 'leave',
      says: 'the network of the interfaces has no subnet of the family',
      cites: 'recording svc-monitor/74',
    },
    {
      rule: 'made',
      when: {},
      stands: 'create',
      says: 'the check is end-to-end',
      cites: 'recording svc-monitor/74',
    },
  ],
};
