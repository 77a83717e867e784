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
      cites: 'docs/original/port-tuple.md, "Inputs"',
    },
    {
      rule: 'no-type',
      when: { type: 'none' },
      stands: 'not-part',
      says: 'it has no interface type',
      cites: 'docs/original/port-tuple.md, "Inputs"',
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
      cites: 'docs/original/port-tuple.md, "Names"',
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
      cites: 'docs/original/port-tuple.md, "Shared addresses"',
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
      says: 'who has its name; ours: it is marked as an address of a health check',
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
      cites: 'docs/original/port-tuple.md, "Names"',
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
      cites: 'docs/original/port-tuple.md, "Health checks"',
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
