import type { RuleTable } from '../../../planning/index.js';
import type { Loss } from './loss-rules.js';
import type { Standing } from './standing.js';

/** What is known of a floating ip. */
export type FloatingIpFacts = {
  readonly vipPort: 'carried' | 'additional' | 'dormant' | 'unclear' | 'gone';
  readonly references:
    'none' | 'dead' | 'vip-port' | 'vip-port-and-amphorae' | 'vip-port-and-others' | 'amphorae' | 'others';
  readonly fixedIp: 'vip' | 'none' | 'additional' | 'other';
  readonly record: 'none' | 'believed' | 'disbelieved';
  readonly ownWork: boolean;
  readonly loss: Loss | 'none';
  readonly seenAttached: boolean;
  readonly fence: 'open' | 'passed';
  readonly heldElsewhere: boolean;
  readonly known: boolean;
  readonly former: boolean;
  readonly overtaken: boolean;
  readonly crossed: boolean;
  readonly leftOver: boolean;
};

const seenVipPort = ['carried', 'additional', 'dormant'] as const;
const toVipPort = ['vip-port', 'vip-port-and-amphorae', 'vip-port-and-others'] as const;
const toThisVip = { heldElsewhere: false, references: toVipPort, fixedIp: 'vip', ownWork: false } as const;

/**
 * How a floating ip stands to a VIP (docs/design.md, "Floating ip" and "Identity").
 *
 * A restore takes two steps, since a user can disassociate after the strip and before our first write, and nothing in the floating ip tells.
 * The stream does: when the notification of that first write has come, so has that of the disassociation. Only then references follow.
 */
export const floatingIpRules: RuleTable<FloatingIpFacts, Standing> = {
  name: 'How a floating ip stands to a VIP',
  says: 'Asked of each floating ip that references ports of the VIP, that the record names, or that we wrote on for it.',
  facts: {
    vipPort: {
      values: ['carried', 'additional', 'dormant', 'unclear', 'gone'],
      says: 'the VIP port: carried, and the VIP is its first address or an additional one; carried by nobody; not to be seen, but perhaps only unreadable; gone',
    },
    references: {
      values: ['none', 'dead', ...toVipPort, 'amphorae', 'others'],
      says: 'what it references: nothing; only ports that are gone; the VIP port alone, with nothing but amphora ports, or with others; without the VIP port nothing but amphora ports, or others',
    },
    fixedIp: {
      values: ['vip', 'none', 'additional', 'other'],
      says: 'its fixed ip: the VIP, none, another address of the VIP port, or some other',
    },
    record: {
      values: ['none', 'believed', 'disbelieved'],
      says: 'whether the record names it, and is believed in that',
    },
    ownWork: {
      values: [true, false],
      says: 'whether it was detached, and fixed ip and all references can be what we have written since',
    },
    loss: {
      values: ['none', 'stripped', 'freed', 'unverified', 'undecided'],
      says: 'stripped or freed, as the table of that name has it; asked of a recorded one that is not attached or only by our own work, and of one that lost its references by the delete of a port that we made it reference',
    },
    seenAttached: { values: [true, false], says: 'whether this process saw it attached before it was detached' },
    fence: {
      values: ['open', 'passed'],
      says: 'whether what others did before the first step of its restore is known by now',
    },
    heldElsewhere: {
      values: [true, false],
      says: 'whether another VIP holds it, as the table “What a VIP holds a floating ip by” has it',
    },
    known: {
      values: [true, false],
      says: 'whether this process, or the record of another address of the VIP port, knows of an association',
    },
    former: { values: [true, false], says: 'whether it was associated with a VIP port that had the address before' },
    overtaken: {
      values: [true, false],
      says: 'whether it references, beside the VIP port, to which we have added the reference when we restored it, a port that is no amphora’s and not ours, with the VIP as fixed ip',
    },
    crossed: {
      values: [true, false],
      says: 'whether a write of ours that left it with a fixed ip, or none, at the end of an association has crossed what was done to it: it was read since, and references one port, none of ours, with what we left and no address of that port, or nothing with the one that we gave',
    },
    leftOver: { values: [true, false], says: 'whether it bears what we wrote, and nobody else will take away' },
  },
  impossible: [
    {
      when: { vipPort: ['unclear', 'gone'], references: toVipPort },
      because: 'what cannot be seen is not referenced as the VIP port',
    },
    {
      when: { vipPort: ['unclear', 'gone'], fixedIp: 'additional' },
      because: 'of a VIP port that cannot be seen no addresses are known',
    },
    {
      when: { vipPort: ['unclear', 'gone'], loss: ['stripped', 'freed', 'unverified', 'undecided'] },
      because: 'without a VIP port it is not asked',
    },
    {
      when: { ownWork: true, fixedIp: ['none', 'additional', 'other'] },
      because: 'what we write is the VIP as fixed ip',
    },
    {
      when: { vipPort: seenVipPort, record: ['believed', 'disbelieved'], ownWork: true, loss: 'none' },
      because: 'of a recorded one that is not attached but by our own work it is asked',
    },
    {
      when: { vipPort: seenVipPort, record: ['believed', 'disbelieved'], references: 'none', loss: 'none' },
      because: 'of a recorded one that lacks references it is asked',
    },
    {
      when: { vipPort: seenVipPort, record: ['believed', 'disbelieved'], fixedIp: 'none', loss: 'none' },
      because: 'of a recorded one that lacks a fixed ip it is asked',
    },
    {
      when: {
        record: ['believed', 'disbelieved'],
        references: ['dead', ...toVipPort, 'amphorae', 'others'],
        fixedIp: ['vip', 'additional', 'other'],
        ownWork: false,
        loss: ['stripped', 'freed', 'unverified', 'undecided'],
      },
      because: 'of a recorded one that is attached, and by others, it is not asked',
    },
    {
      when: {
        record: 'none',
        references: [...toVipPort, 'others'],
        loss: ['stripped', 'freed', 'unverified', 'undecided'],
      },
      because: 'of one that is not recorded it is asked only if nothing but amphora ports is left',
    },
    {
      when: {
        record: 'none',
        fixedIp: ['additional', 'other'],
        loss: ['stripped', 'freed', 'unverified', 'undecided'],
      },
      because: 'of one that is not recorded it is asked only if no other fixed ip is there than the VIP',
    },
    {
      when: { record: 'none', heldElsewhere: true, loss: ['stripped', 'freed', 'unverified', 'undecided'] },
      because: 'of one that is not recorded and that another VIP holds it is asked there',
    },
    { when: { seenAttached: true, known: false }, because: 'who has seen it attached knows of it' },
    {
      when: { overtaken: true, vipPort: ['unclear', 'gone'] },
      because: 'without a VIP port nothing is restored',
    },
    {
      when: {
        overtaken: true,
        references: ['none', 'dead', 'vip-port', 'vip-port-and-amphorae', 'amphorae', 'others'],
      },
      because: 'it references the VIP port and another',
    },
    { when: { overtaken: true, fixedIp: ['none', 'additional', 'other'] }, because: 'its fixed ip is the VIP' },
    { when: { overtaken: true, crossed: true }, because: 'the VIP is no fixed ip that an end leaves' },
    { when: { crossed: true, fixedIp: 'vip' }, because: 'the VIP is no fixed ip that an end leaves' },
    {
      when: {
        crossed: true,
        fixedIp: 'none',
        references: ['none', 'dead', 'vip-port-and-amphorae', 'vip-port-and-others', 'amphorae'],
      },
      because: 'without a fixed ip it references one port, which is no amphora’s',
    },
    {
      when: {
        crossed: true,
        fixedIp: ['additional', 'other'],
        references: ['vip-port-and-amphorae', 'vip-port-and-others', 'amphorae'],
      },
      because: 'with one that we gave it references nothing, or one port, which is no amphora’s',
    },
  ],
  rules: [
    {
      rule: 'crossed',
      when: { crossed: true },
      stands: { is: 'crossed' },
      says: 'a write of ours that ended its association has crossed what its user, or the delete of a port, did at that moment',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'overtaken',
      when: { overtaken: true },
      stands: { is: 'ended', event: 'moved' },
      says: 'its user has attached it elsewhere while we restored it: Neutron replaces all references by one, and that to the VIP port is ours',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'associated',
      when: { ...toThisVip, record: ['believed', 'disbelieved'] },
      stands: { is: 'associated' },
      says: 'it references the VIP port, its fixed ip is the VIP, and it is recorded',
      cites: 'docs/design.md, "Floating ip"; recording 02',
    },
    {
      rule: 'attached-by-its-user',
      when: { ...toThisVip, vipPort: ['carried', 'additional'] },
      stands: { is: 'associated', event: 'associated' },
      says: 'it references the VIP port, its fixed ip is the VIP, and somebody carries it',
      cites: 'docs/design.md, "Floating ip"; recordings 02, 10',
    },
    {
      rule: 'wired-by-hand',
      when: {
        vipPort: 'carried',
        references: 'vip-port-and-amphorae',
        fixedIp: ['vip', 'none', 'other'],
        record: 'none',
        known: false,
        heldElsewhere: false,
      },
      stands: { is: 'associated', event: 'taken-over' },
      says: 'it references the VIP port and nothing but its amphora ports, and nobody knows why: a workaround did that',
      cites: 'docs/design.md, "Floating ip"; recordings 03, 18',
    },
    {
      rule: 'of-a-former-vip-port',
      when: { record: 'none', former: true },
      stands: { is: 'former' },
      says: 'its association was with a VIP port that had the address before, and ended with that',
      cites: 'docs/design.md, "Identity"; recordings 43 to 46',
    },
    {
      rule: 'record-not-believed',
      when: { record: 'disbelieved' },
      stands: { is: 'untrusted' },
      says: 'the record is of another project, and the association was not seen',
      cites: 'docs/design.md, "Trust"',
    },
    {
      rule: 'vip-port-unclear',
      when: { record: 'believed', vipPort: 'unclear' },
      stands: { is: 'undecided', recheck: 'while' },
      says: 'the VIP port is not to be seen, and nobody told us of its delete: it may only be unreadable',
      cites: 'docs/design.md, "Floating ip"',
    },
    {
      rule: 'vip-port-gone',
      when: { record: 'believed', vipPort: 'gone' },
      stands: { is: 'ended', event: 'vip-gone' },
      says: 'the VIP port is gone, and the association with it',
      cites: 'docs/design.md, "Stripped or freed?"; recordings 09, 19',
    },
    {
      rule: 'held-by-another',
      when: { record: 'believed', heldElsewhere: true },
      stands: { is: 'ended', event: 'moved' },
      says: 'another VIP holds it: what became of it is decided there',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'first-step-found',
      when: { fixedIp: 'vip', seenAttached: false, loss: ['stripped', 'freed', 'unverified', 'undecided'] },
      stands: { is: 'associated', event: 'restored' },
      says: 'its fixed ip is the VIP though it is not attached, as only a restore leaves it that was begun before we looked',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'stripped',
      when: { loss: 'stripped', fixedIp: ['none', 'additional', 'other'] },
      stands: { is: 'associated', event: 'stripped' },
      says: 'a port delete stripped it',
      cites: 'docs/design.md, "Stripped or freed?"; recording 05',
    },
    {
      rule: 'restore-begun',
      when: { loss: 'stripped', fence: 'open' },
      stands: { is: 'undecided', recheck: 'window' },
      says: 'a port delete stripped it, its fixed ip is restored, and what others did before that is not known yet',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'half-restored',
      when: { loss: 'stripped' },
      stands: { is: 'associated', event: 'restored' },
      says: 'a port delete stripped it, and its fixed ip is restored',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'freed',
      when: { loss: 'freed', record: 'believed' },
      stands: { is: 'ended', event: 'freed' },
      says: 'its user freed it',
      cites: 'docs/design.md, "Stripped or freed?"; recording 06',
    },
    {
      rule: 'stripped-or-freed',
      when: { loss: 'undecided' },
      stands: { is: 'undecided', recheck: 'rest-of-window' },
      says: 'it is not known yet whether it was stripped or freed',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'not-verified',
      when: { loss: 'unverified', record: 'believed' },
      stands: { is: 'unverified' },
      says: 'it is about to be given up, and the ports have to be read again before',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'references-dead',
      when: { record: 'believed', references: 'dead' },
      stands: { is: 'associated', event: 'restored' },
      says: 'what it references is gone, deleted past Neutron: a disassociation would have cleared the references',
      cites: 'docs/design.md, "Floating ip"; recording 16',
    },
    {
      rule: 'fixed-ip-spoiled',
      when: { record: 'believed', references: 'vip-port-and-amphorae', fixedIp: 'other' },
      stands: { is: 'associated' },
      says: 'it references VIP port and amphora ports, and Neutron has spoiled its fixed ip',
      cites: 'docs/design.md, "Floating ip"; recording 18',
    },
    {
      rule: 'vip-port-reference-lost',
      when: { record: 'believed', references: 'amphorae', fixedIp: 'vip' },
      stands: { is: 'associated' },
      says: 'it references amphora ports, and its fixed ip is the VIP: Neutron would have set that of the port',
      cites: 'docs/design.md, "Floating ip"; docs/opensdn.md, 5.3',
    },
    {
      rule: 'moved',
      when: { record: 'believed' },
      stands: { is: 'ended', event: 'moved' },
      says: 'its user attached it elsewhere',
      cites: 'docs/design.md, "Floating ip"; recording 18',
    },
    {
      rule: 'left-over',
      when: { leftOver: true },
      stands: { is: 'left-over' },
      says: 'it is not recorded, and bears what we wrote too late',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'not-ours',
      when: {},
      stands: { is: 'none' },
      says: 'it is not associated with the VIP',
      cites: 'docs/design.md, "Floating ip"',
    },
  ],
};
