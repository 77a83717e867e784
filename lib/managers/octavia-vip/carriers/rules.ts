import type { RuleTable } from '../../../planning/index.js';

/** What a port is by its marks: Octavia made it to reserve a VIP, it is an amphora's, or neither. */
export type PortKind = 'vip-port' | 'amphora' | 'neither';

/** What the marks of a port tell. */
export type PortMarkFacts = {
  readonly owner: 'octavia' | 'another';
  readonly placeholder: boolean;
  readonly named: 'amphora' | 'vip-port' | 'otherwise';
};

/** What a port is (docs/design.md, "Detection"). */
export const portKindRules: RuleTable<PortMarkFacts, PortKind> = {
  name: 'What a port is',
  says: 'Tells the ports of Octavia by their marks. Allowed address pairs tell nothing: a user may have set some.',
  facts: {
    owner: { values: ['octavia', 'another'], says: 'whether its device owner is that of `rules.octavia_owner`' },
    placeholder: { values: [true, false], says: 'whether it references the placeholder virtual machine `lb-<id>`' },
    named: {
      values: ['amphora', 'vip-port', 'otherwise'],
      says: 'what its name begins with: `rules.amphora_name_prefix`, or else `octavia-lb-<id>`',
    },
  },
  rules: [
    {
      rule: 'vip-port-by-placeholder',
      when: { owner: 'octavia', placeholder: true },
      stands: 'vip-port',
      says: 'it is Octavia’s, and its placeholder is the virtual machine',
      cites: 'docs/design.md, "Detection"; docs/opensdn.md, 2',
    },
    {
      rule: 'vip-port-by-name',
      when: { owner: 'octavia', named: 'vip-port' },
      stands: 'vip-port',
      says: 'it is Octavia’s, and named as a VIP port is',
      cites: 'docs/design.md, "Detection"; recordings 01, 10',
    },
    {
      rule: 'amphora-by-name',
      when: { named: 'amphora' },
      stands: 'amphora',
      says: 'it is named as an amphora’s is, whoever its owner is by now',
      cites: 'docs/design.md, "Detection"; recordings 01, 04',
    },
    {
      rule: 'amphora-by-owner',
      when: { owner: 'octavia' },
      stands: 'amphora',
      says: 'it is Octavia’s and no VIP port: an amphora’s that was renamed, not bound yet',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'not-octavias',
      when: {},
      stands: 'neither',
      says: 'nothing marks it as Octavia’s',
      cites: 'docs/design.md, "Detection"; recording 14',
    },
  ],
};

/** Where an amphora port stands between Nova's bind and unbind. */
export type PortState = 'fresh' | 'bound' | 'leaving';

/** What owner and virtual machine of an amphora port tell. */
export type PortStateFacts = {
  readonly virtualMachine: boolean;
  readonly owner: 'octavia' | 'another' | 'none';
};

/**
 * Where an amphora port stands. While Nova unbinds, the owner and the virtual machine go one after the other: either being gone is leaving
 * (recording 04).
 */
export const portStateRules: RuleTable<PortStateFacts, PortState> = {
  name: 'Where an amphora port stands',
  says: 'Tells whether Nova has bound the port, has not yet, or has unbound it.',
  facts: {
    virtualMachine: { values: [true, false], says: 'whether it references a virtual machine' },
    owner: {
      values: ['octavia', 'another', 'none'],
      says: 'its device owner: that of `rules.octavia_owner`, another one or none',
    },
  },
  rules: [
    {
      rule: 'bound',
      when: { virtualMachine: true, owner: ['octavia', 'another'] },
      stands: 'bound',
      says: 'Nova has bound it; the owner may follow a moment later',
      cites: 'docs/opensdn.md, 2',
    },
    {
      rule: 'fresh',
      when: { virtualMachine: false, owner: 'octavia' },
      stands: 'fresh',
      says: 'Octavia has made it, and Nova has not bound it yet',
      cites: 'docs/opensdn.md, 2',
    },
    {
      rule: 'leaving',
      when: {},
      stands: 'leaving',
      says: 'Nova has unbound it, or is about to: owner and virtual machine go one after the other',
      cites: 'recording 04',
    },
  ],
};

/** What a port that owns the address is to the VIP: its VIP port, for which of four reasons, what would be it, or nothing. */
export type OwnerStanding = 'octavia' | 'tenant' | 'virtual' | 'recorded' | 'refused' | 'none';

/** What is known of a port that owns the address of a VIP. */
export type OwnerFacts = {
  readonly outranked: boolean;
  readonly kind: PortKind;
  readonly inUse: boolean;
  readonly recorded: boolean;
  readonly carried: boolean;
  readonly paired: boolean;
  readonly ofProject: boolean;
};

/**
 * Which owner of the address is the VIP port: the one whose row comes first; of several in one row the one with the lowest uuid. The others
 * that could be are outranked then.
 */
export const ownerRules: RuleTable<OwnerFacts, OwnerStanding> = {
  name: 'Which port is the VIP port',
  says:
    'Asked of each port that owns the address. The one whose row comes first is the VIP port, by uuid among several; the others that ' +
    'could be are outranked.',
  facts: {
    outranked: { values: [true, false], says: 'whether another port that owns the address comes first' },
    kind: { values: ['vip-port', 'amphora', 'neither'], says: 'what it is by its marks' },
    inUse: { values: [true, false], says: 'whether an instance, a router or DHCP uses it' },
    recorded: { values: [true, false], says: 'whether our record names it' },
    carried: { values: [true, false], says: 'whether an amphora port that is trusted carries the address' },
    paired: {
      values: [true, false],
      says: 'whether `rules.virtual_ports` is `all`, and another port of its project that is not Octavia’s carries the address',
    },
    ofProject: { values: [true, false], says: 'whether its parent is a project' },
  },
  impossible: [
    { when: { paired: true, ofProject: false }, because: 'who is of no project has no ports of its project' },
  ],
  rules: [
    {
      rule: 'outranked',
      when: { outranked: true },
      stands: 'none',
      says: 'it could be the VIP port, and another port that owns the address comes first',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'octavias-vip-port',
      when: { kind: 'vip-port', ofProject: true },
      stands: 'octavia',
      says: 'it is Octavia’s VIP port',
      cites: 'docs/design.md, "Detection"; recording 10',
    },
    {
      rule: 'tenants-recorded-vip-port',
      when: { kind: 'neither', inUse: false, carried: true, recorded: true, ofProject: true },
      stands: 'tenant',
      says: 'it is a tenant’s own port that amphorae carry, and our record names it',
      cites: 'docs/design.md, "Detection"; recording 13',
    },
    {
      rule: 'tenants-vip-port',
      when: { kind: 'neither', inUse: false, carried: true, ofProject: true },
      stands: 'tenant',
      says: 'it is a tenant’s own port that amphorae carry',
      cites: 'docs/design.md, "Detection"; recording 13',
    },
    {
      rule: 'recorded-virtual-port',
      when: { kind: 'neither', inUse: false, paired: true, recorded: true },
      stands: 'virtual',
      says: 'it reserves an address that other ports of its project carry, and our record names it',
      cites: 'docs/design.md, "Virtual ports in general"',
    },
    {
      rule: 'virtual-port',
      when: { kind: 'neither', inUse: false, paired: true },
      stands: 'virtual',
      says: 'it reserves an address that other ports of its project carry',
      cites: 'docs/design.md, "Virtual ports in general"',
    },
    {
      rule: 'recorded-vip-port',
      when: { kind: 'neither', recorded: true, ofProject: true },
      stands: 'recorded',
      says: 'only our record names it: nobody carries its address any more, or something uses it by now',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'octavias-vip-port-of-nobody',
      when: { kind: 'vip-port' },
      stands: 'refused',
      says: 'it is Octavia’s VIP port, and belongs to no project: there is nowhere to keep its virtual-ip',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'tenants-vip-port-of-nobody',
      when: { kind: 'neither', inUse: false, carried: true },
      stands: 'refused',
      says: 'it is a port that amphorae carry, and belongs to no project: there is nowhere to keep its virtual-ip',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'amphoras-own-address',
      when: { kind: 'amphora' },
      stands: 'none',
      says: 'it is an amphora port, and the address its own',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'in-use',
      when: { inUse: true },
      stands: 'none',
      says: 'something else than a load balancer uses it',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'not-carried',
      when: {},
      stands: 'none',
      says: 'nobody whose pairs count carries its address',
      cites: 'docs/design.md, "Detection"; recording 14',
    },
  ],
};

/** What a carrier counts as. */
export type Membership = 'member' | 'leaving' | 'orphan' | 'refused' | 'none';

/** What is known of a port that carries the address of a VIP. */
export type CarrierFacts = {
  readonly kind: PortKind;
  readonly virtual: boolean;
  readonly own: boolean;
  readonly shared: boolean;
  readonly trusted: boolean;
  readonly state: PortState;
  readonly address: boolean;
  readonly taken: boolean;
  readonly overdue: boolean;
  readonly departing: boolean;
  readonly surplus: boolean;
};

/** What a port that carries the address counts as (docs/design.md, "Trust" and "Membership"). */
export const carrierRules: RuleTable<CarrierFacts, Membership> = {
  name: 'What a carrier counts as',
  says: 'Asked of each port that has exactly the address among its allowed address pairs.',
  facts: {
    kind: { values: ['vip-port', 'amphora', 'neither'], says: 'what it is by its marks' },
    virtual: {
      values: [true, false],
      says: 'whether the VIP port is another port that only reserves an address, and no load balancer’s (`rules.virtual_ports`)',
    },
    own: { values: [true, false], says: 'whether it is of the VIP port’s own project' },
    shared: { values: [true, false], says: 'whether others than its own tenant may make ports in the network' },
    trusted: { values: [true, false], says: 'whether its project is in `rules.amphora_projects`' },
    state: {
      values: ['fresh', 'bound', 'leaving'],
      says: 'where an amphora port stands; any other is bound if it references a virtual machine, else fresh',
    },
    address: { values: [true, false], says: 'whether it has an address of its own' },
    taken: { values: [true, false], says: 'whether no VIP port is left, and something else has the address' },
    overdue: { values: [true, false], says: 'whether it is older than `timings.fresh_port_timeout`' },
    departing: {
      values: [true, false],
      says: 'whether a gateway has said in the record that it is about to be deleted',
    },
    surplus: { values: [true, false], says: 'whether as many as may count come before it' },
  },
  rules: [
    {
      rule: 'vip-port-with-pairs',
      when: { kind: 'vip-port' },
      stands: 'none',
      says: 'it is a VIP port of Octavia: its user has set the pair',
      cites: 'docs/design.md, "Detection"',
    },
    {
      rule: 'pair-of-its-users',
      when: { kind: 'neither', virtual: false },
      stands: 'none',
      says: 'nothing marks it as Octavia’s: its user has set the pair',
      cites: 'docs/design.md, "Detection"; recording 14',
    },
    {
      rule: 'pair-of-a-stranger',
      when: { kind: 'neither', own: false },
      stands: 'none',
      says: 'it is of another project than the VIP port',
      cites: 'docs/design.md, "Virtual ports in general"',
    },
    {
      rule: 'refused',
      when: { kind: 'amphora', shared: true, trusted: false },
      stands: 'refused',
      says: 'anybody may make ports in the network, and its project is not trusted',
      cites: 'docs/design.md, "Trust"; recording 21',
    },
    {
      rule: 'unbound',
      when: { state: 'leaving' },
      stands: 'leaving',
      says: 'Nova has unbound it: its delete would strip floating ips that reference it',
      cites: 'docs/design.md, "Membership"; recordings 04, 05',
    },
    {
      rule: 'address-lost',
      when: { address: false },
      stands: 'leaving',
      says: 'it has no address of its own any more: its delete has begun',
      cites: 'docs/design.md, "Membership"; recording 08',
    },
    {
      rule: 'departing',
      when: { departing: true },
      stands: 'leaving',
      says: 'its delete is on its way, and waits until it is let go of',
      cites: 'docs/design.md, "Departures"; recording 57',
    },
    {
      rule: 'left-behind',
      when: { taken: true },
      stands: 'orphan',
      says: 'its VIP is gone, and something else than a load balancer has the address',
      cites: 'docs/design.md, "Membership"',
    },
    {
      rule: 'overdue',
      when: { state: 'fresh', overdue: true },
      stands: 'orphan',
      says: 'it has waited too long for Nova: a failed failover left it, or nobody uses it',
      cites: 'docs/design.md, "Membership"',
    },
    {
      rule: 'surplus',
      when: { surplus: true },
      stands: 'orphan',
      says: 'as many ports as may count come before it',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'bound',
      when: { state: 'bound' },
      stands: 'member',
      says: 'Nova has bound it',
      cites: 'docs/design.md, "Membership"',
    },
    {
      rule: 'fresh',
      when: {},
      stands: 'member',
      says: 'it waits for Nova, and is wired before its instance has booted',
      cites: 'docs/design.md, "Membership"; recording 17',
    },
  ],
};
