import type { RuleTable } from '../../../planning/index.js';

/** Whose a virtual-ip is whose annotations name the VIP. */
export type ClaimStanding = 'ours' | 'forged';

/** What is known of a virtual-ip whose annotations name the VIP. */
export type ClaimFacts = {
  readonly recordedPort: 'owner' | 'elsewhere' | 'gone' | 'unreadable';
  readonly portsProject: 'same' | 'other' | 'unknown';
  readonly ownersProject: 'none' | 'same' | 'other';
  readonly named: boolean;
};

/** Whether a virtual-ip whose annotations name the VIP is ours: annotations are in tenants' hands, and so is the port that they name. */
export const claimRules: RuleTable<ClaimFacts, ClaimStanding> = {
  name: 'Whether a virtual-ip is ours',
  says: 'Asked of each virtual-ip whose annotations name the VIP. Anybody can write those.',
  facts: {
    recordedPort: {
      values: ['owner', 'elsewhere', 'gone', 'unreadable'],
      says: 'the port that they name as VIP port: it owns the address, is there and does not, is gone, or cannot be read',
    },
    portsProject: {
      values: ['same', 'other', 'unknown'],
      says: 'whether that port is of the virtual-ip’s own project; unknown if it is not to be seen',
    },
    ownersProject: {
      values: ['none', 'same', 'other'],
      says: 'whether a port that owns the address is of the virtual-ip’s own project; none: nobody owns it',
    },
    named: { values: [true, false], says: 'whether its name is one that we give' },
  },
  impossible: [
    {
      when: { recordedPort: ['owner', 'elsewhere'], portsProject: 'unknown' },
      because: 'a port that is there tells its project',
    },
    {
      when: { recordedPort: ['gone', 'unreadable'], portsProject: ['same', 'other'] },
      because: 'a port that is not to be seen tells no project',
    },
    { when: { recordedPort: 'owner', ownersProject: 'none' }, because: 'it owns the address itself' },
    {
      when: { recordedPort: 'owner', portsProject: 'same', ownersProject: 'other' },
      because: 'it is one of those that own the address',
    },
  ],
  rules: [
    {
      rule: 'of-the-vip-ports-project',
      when: { recordedPort: 'owner', portsProject: 'same' },
      stands: 'ours',
      says: 'the port that it names owns the address, and is of its own project',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
    {
      rule: 'of-another-project',
      when: { recordedPort: ['owner', 'elsewhere'], portsProject: 'other' },
      stands: 'forged',
      says: 'the port that it names is of another project',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
    {
      rule: 'over-by-our-name',
      when: { recordedPort: ['elsewhere', 'gone'], named: true },
      stands: 'ours',
      says: 'the port that it names is gone or has lost the address, and its name is one that we give: it is to be cleared away',
      cites: 'docs/design.md, "Identity"',
    },
    {
      rule: 'over-by-another-name',
      when: { recordedPort: ['elsewhere', 'gone'] },
      stands: 'forged',
      says: 'the port that it names is gone or has lost the address, and its name is none that we give',
      cites: 'docs/design.md, "Trust"',
    },
    {
      rule: 'unreadable-port',
      when: { ownersProject: ['none', 'same'] },
      stands: 'ours',
      says: 'the port that it names cannot be read, and nobody of another project alone owns the address',
      cites: 'docs/design.md, "Trust"',
    },
    {
      rule: 'unreadable-port-of-others',
      when: {},
      stands: 'forged',
      says: 'the port that it names cannot be read, and ports of other projects own the address',
      cites: 'docs/design.md, "Trust"',
    },
  ],
};

/** Whose record a virtual-ip of ours holds: that of the VIP port now, that of a former one, or `left`: it is not known to be over. */
export type HolderStanding = 'current' | 'former' | 'left';

/** What is known of the VIP port that a record names, and of the address. */
export type HolderFacts = {
  readonly recordedPort: 'vip-port' | 'owner' | 'elsewhere' | 'gone' | 'unreadable';
  readonly address: 'vip-port' | 'others' | 'nobody';
};

/** Whose record a virtual-ip of ours holds: an association is of one VIP port, and over when that has lost its address to another. */
export const holderRules: RuleTable<HolderFacts, HolderStanding> = {
  name: 'Whose record a virtual-ip holds',
  says: 'Asked of each virtual-ip that is ours for the VIP.',
  facts: {
    recordedPort: {
      values: ['vip-port', 'owner', 'elsewhere', 'gone', 'unreadable'],
      says: 'the port that it names as VIP port: it is the VIP port, it owns the address as well, is there and does not, is gone, or cannot be read',
    },
    address: {
      values: ['vip-port', 'others', 'nobody'],
      says: 'whether there is a VIP port; else whether other ports own the address, or nobody does',
    },
  },
  impossible: [
    {
      when: { recordedPort: 'vip-port', address: ['others', 'nobody'] },
      because: 'there is a VIP port: the one that it names',
    },
    { when: { recordedPort: 'owner', address: 'nobody' }, because: 'it owns the address itself' },
  ],
  rules: [
    {
      rule: 'of-the-vip-port',
      when: { recordedPort: 'vip-port' },
      stands: 'current',
      says: 'the port that it names is the VIP port',
      cites: 'docs/design.md, "Identity"',
    },
    {
      rule: 'address-free',
      when: { address: 'nobody' },
      stands: 'current',
      says: 'nobody has the address: what has become of the floating ips is still to be decided',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'over',
      when: { recordedPort: ['elsewhere', 'gone'] },
      stands: 'former',
      says: 'the port that it names is gone or has lost the address, and another has it',
      cites: 'docs/design.md, "Identity"; recordings 43 to 46',
    },
    {
      rule: 'no-vip-port-now',
      when: { address: 'others' },
      stands: 'current',
      says: 'there is no VIP port now, and the one that it names is not known to be gone',
      cites: 'docs/design.md, "Identity"',
    },
    {
      rule: 'of-another-vip-port',
      when: {},
      stands: 'left',
      says: 'the port that it names is not the VIP port, and owns the address as well or cannot be read: left as it is',
      cites: 'docs/design.md, "Identity"',
    },
  ],
};
