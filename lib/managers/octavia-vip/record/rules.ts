import type { RuleTable } from '../../../planning/index.js';

/** What becomes of a virtual-ip. `unnamed`: it would be made, and has no name; `bury`: deleted before another is made. */
export type VirtualIpStanding = 'create' | 'unnamed' | 'update' | 'delete' | 'bury' | 'keep' | 'none';

/** What is known of a virtual-ip, or of a VIP that has none. */
export type VirtualIpFacts = {
  readonly virtualIp: 'former' | 'none' | 'first' | 'further';
  readonly vipPort: 'there' | 'recorded' | 'gone';
  readonly undecided: boolean;
  readonly members: boolean;
  readonly nameFree: boolean;
};

/** What becomes of the virtual-ips of a VIP (docs/design.md, "virtual-ip"). */
export const virtualIpRules: RuleTable<VirtualIpFacts, VirtualIpStanding> = {
  name: 'What becomes of the virtual-ip',
  says: 'Asked of each virtual-ip that is ours for the VIP, and once where there is none.',
  facts: {
    virtualIp: {
      values: ['former', 'none', 'first', 'further'],
      says: 'whether its record is of a VIP port that had the address before; else whether there is one, and which by name',
    },
    vipPort: {
      values: ['there', 'recorded', 'gone'],
      says: 'whether there is a VIP port, or only our record names it',
    },
    undecided: {
      values: [true, false],
      says: 'whether there is a floating ip of which it is not known yet how it stands',
    },
    members: { values: [true, false], says: 'whether the VIP has members' },
    nameFree: { values: [true, false], says: 'whether one of the names that it may have is not taken by others' },
  },
  rules: [
    {
      rule: 'of-a-former-vip-port',
      when: { virtualIp: 'former' },
      stands: 'bury',
      says: 'another VIP port has the address: deleted before one of the other’s is made',
      cites: 'docs/design.md, "Identity"; recordings 43 to 46',
    },
    {
      rule: 'no-vip-port',
      when: { vipPort: ['recorded', 'gone'], virtualIp: 'none' },
      stands: 'none',
      says: 'there is no VIP port that somebody carries: none is needed',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'undecided',
      when: { vipPort: ['recorded', 'gone'], undecided: true },
      stands: 'keep',
      says: 'the VIP is gone, and of a floating ip it is not known yet what has become of it',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'vip-gone',
      when: { vipPort: ['recorded', 'gone'] },
      stands: 'delete',
      says: 'the VIP is gone, and of every floating ip it is known what has become of it',
      cites: 'docs/design.md, "virtual-ip"; recordings 09, 19',
    },
    {
      rule: 'not-carried-yet',
      when: { virtualIp: 'none', members: false },
      stands: 'none',
      says: 'nobody carries the VIP yet: none is needed',
      cites: 'docs/design.md, "virtual-ip"; recording 10',
    },
    {
      rule: 'names-taken',
      when: { virtualIp: 'none', nameFree: false },
      stands: 'unnamed',
      says: 'all names that it may have are taken by others: floating ips are served, and nothing records them',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'lacking',
      when: { virtualIp: 'none' },
      stands: 'create',
      says: 'the VIP has members, and there is none',
      cites: 'docs/design.md, "virtual-ip"; recording 08',
    },
    {
      rule: 'further',
      when: { virtualIp: 'further' },
      stands: 'delete',
      says: 'there is another before it by name, which takes over what it records',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'kept',
      when: {},
      stands: 'update',
      says: 'it is the virtual-ip of the VIP, and stays while there is a VIP port, be there members or not',
      cites: 'docs/design.md, "virtual-ip"',
    },
  ],
};

/** What is done so that an association is recorded where it is to be, in this order; an empty list: nothing. */
export type RecordSteps = readonly ('annotate' | 'reference' | 'unannotate' | 'unreference')[];

/** Where an association is recorded, and whether it is to be. */
export type AssociationFacts = {
  readonly wanted: boolean;
  readonly schema: 'stock' | 'native' | 'unknown';
  readonly annotated: boolean;
  readonly referenced: boolean;
};

/** Where an association is recorded. At each moment a wanted one is recorded somewhere: what is removed is removed last. */
export const associationRules: RuleTable<AssociationFacts, RecordSteps> = {
  name: 'Where an association is recorded',
  says: 'Asked of each floating ip that is associated, undecided or recorded.',
  facts: {
    wanted: { values: [true, false], says: 'whether it is associated, undecided, or recorded and not believed' },
    schema: { values: ['stock', 'native', 'unknown'], says: 'what the API server keeps' },
    annotated: { values: [true, false], says: 'whether an annotation names it' },
    referenced: { values: [true, false], says: 'whether the virtual-ip references it' },
  },
  impossible: [
    {
      when: { wanted: false, annotated: false, referenced: false },
      because: 'what is neither wanted nor recorded is not asked for',
    },
  ],
  rules: [
    {
      rule: 'over-in-both-places',
      when: { wanted: false, annotated: true, referenced: true },
      stands: ['unannotate', 'unreference'],
      says: 'it is over',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'over-in-annotations',
      when: { wanted: false, annotated: true },
      stands: ['unannotate'],
      says: 'it is over',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'over-in-references',
      when: { wanted: false },
      stands: ['unreference'],
      says: 'it is over',
      cites: 'docs/design.md, "virtual-ip"',
    },
    {
      rule: 'new-on-stock',
      when: { schema: 'stock', annotated: false, referenced: false },
      stands: ['annotate'],
      says: 'it is recorded nowhere, and a stock schema takes annotations',
      cites: 'docs/design.md, "Modes"',
    },
    {
      rule: 'to-annotations',
      when: { schema: 'stock', annotated: false },
      stands: ['annotate', 'unreference'],
      says: 'it moves to the annotations: the schema is stock by now',
      cites: 'docs/design.md, "Modes"',
    },
    {
      rule: 'annotated-on-stock',
      when: { schema: 'stock', referenced: true },
      stands: ['unreference'],
      says: 'it is in the annotations: the reference is left over',
      cites: 'docs/design.md, "Modes"',
    },
    {
      rule: 'to-references',
      when: { schema: 'native', annotated: true, referenced: false },
      stands: ['reference', 'unannotate'],
      says: 'it moves to the references: the schema is native by now',
      cites: 'docs/design.md, "Modes"; recording 20',
    },
    {
      rule: 'referenced-on-native',
      when: { schema: 'native', annotated: true },
      stands: ['unannotate'],
      says: 'it is among the references: the annotation is left over',
      cites: 'docs/design.md, "Modes"; recording 20',
    },
    {
      rule: 'new-by-reference',
      when: { schema: ['native', 'unknown'], annotated: false, referenced: false },
      stands: ['reference'],
      says: 'it is recorded nowhere: by a reference, and the read that follows tells the schema if it is not known',
      cites: 'docs/design.md, "Modes"; recording 20',
    },
    {
      rule: 'recorded',
      when: {},
      stands: [],
      says: 'it is recorded where it is to be',
      cites: 'docs/design.md, "Modes"',
    },
  ],
};

/** Whether a record is believed in what it says of a floating ip. */
export type BeliefStanding = 'believed' | 'disbelieved';

/** What is known of a record and of a floating ip. */
export type BeliefFacts = {
  readonly ofProject: boolean;
  readonly named: boolean;
  readonly vipPortsProject: 'same' | 'other' | 'unknown';
  readonly floatingIpsProject: 'same' | 'other';
  readonly seenAssociated: boolean;
};

/** Whether a record is believed in what it says of a floating ip. Each for itself: that one is genuine says nothing about another. */
export const beliefRules: RuleTable<BeliefFacts, BeliefStanding> = {
  name: 'Whether a record is believed',
  says: 'Asked of each record of a virtual-ip and each floating ip that it may name.',
  facts: {
    ofProject: { values: [true, false], says: 'whether the virtual-ip has a record, and a project as its parent' },
    named: { values: [true, false], says: 'whether it names the floating ip' },
    vipPortsProject: {
      values: ['same', 'other', 'unknown'],
      says: 'whether the VIP port is, or was when last seen, of the virtual-ip’s own project',
    },
    floatingIpsProject: {
      values: ['same', 'other'],
      says: 'whether the floating ip is of the virtual-ip’s own project',
    },
    seenAssociated: {
      values: [true, false],
      says: 'whether this process has seen the floating ip associated with the VIP port',
    },
  },
  rules: [
    {
      rule: 'of-nobody',
      when: { ofProject: false },
      stands: 'disbelieved',
      says: 'the virtual-ip has no record, or no project as its parent',
      cites: 'docs/design.md, "Trust"',
    },
    {
      rule: 'not-named',
      when: { named: false },
      stands: 'disbelieved',
      says: 'the record says nothing of the floating ip',
      cites: 'docs/design.md, "Trust"',
    },
    {
      rule: 'vip-port-of-others',
      when: { vipPortsProject: 'other' },
      stands: 'disbelieved',
      says: 'the VIP port is of another project than the virtual-ip',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
    {
      rule: 'of-one-project',
      when: { floatingIpsProject: 'same' },
      stands: 'believed',
      says: 'the floating ip is of the virtual-ip’s own project',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
    {
      rule: 'seen-associated',
      when: { vipPortsProject: 'same', seenAssociated: true },
      stands: 'believed',
      says: 'the floating ip is of another project, and this process has seen the association',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
    {
      rule: 'not-seen',
      when: {},
      stands: 'disbelieved',
      says: 'the floating ip is of another project, and nobody has seen the association',
      cites: 'docs/design.md, "Trust"; docs/architecture.md, "Decisions"',
    },
  ],
};
