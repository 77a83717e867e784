import type { RuleTable } from '../../../planning/index.js';

/** What a VIP holds a floating ip by. */
export type Hold = 'attached' | 'restore-begun' | 'seen-last' | 'recorded' | 'written' | 'none';

/** What tells whether a VIP holds a floating ip. */
export type HoldFacts = {
  readonly served: boolean;
  readonly shows: 'attached' | 'attached-by-us' | 'fixed-ip' | 'nothing';
  readonly seenLast: boolean;
  readonly record: 'none' | 'believed' | 'port-gone';
  readonly wrote: boolean;
};

const recorded = ['believed', 'port-gone'] as const;

/**
 * Which of several VIPs holds a floating ip. What the server shows comes before what this process remembers: two monitors that remember
 * different things agree as soon as one has written.
 */
export const holdRules: RuleTable<HoldFacts, Hold> = {
  name: 'What a VIP holds a floating ip by',
  says: 'Asked of each VIP that may hold a floating ip, where there are several: it is held by the one to which the first of these rows applies, of equals by the one that is first in order. The others neither restore it nor write on it.',
  facts: {
    served: {
      values: [true, false],
      says: 'whether there is a VIP port, or it may only be unreadable; and a member or a virtual-ip of ours',
    },
    shows: {
      values: ['attached', 'attached-by-us', 'fixed-ip', 'nothing'],
      says: 'what it shows: a reference to the VIP port and the VIP as fixed ip; the same, while this process has added that reference; the VIP as fixed ip alone; neither',
    },
    seenLast: {
      values: [true, false],
      says: 'whether this process saw it attached to a VIP last here, and that is not over',
    },
    record: {
      values: ['none', ...recorded],
      says: 'whether the record names it, and is believed in that; and whether a port that it names is gone',
    },
    wrote: { values: [true, false], says: 'whether what this process wrote on it for the VIP is left' },
  },
  rules: [
    {
      rule: 'not-served',
      when: { served: false },
      stands: 'none',
      says: 'nothing is kept for the VIP',
      cites: 'docs/design.md, "Identity"',
    },
    {
      rule: 'attached',
      when: { shows: 'attached' },
      stands: 'attached',
      says: 'it references the VIP port, and its fixed ip is the VIP',
      cites: 'docs/design.md, "Floating ip"; recording 02',
    },
    {
      rule: 'attached-by-us',
      when: { shows: 'attached-by-us' },
      stands: 'attached',
      says: 'its fixed ip is the VIP, and we have added the reference to the VIP port',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'first-step-seen-last',
      when: { shows: 'fixed-ip', seenLast: true },
      stands: 'restore-begun',
      says: 'its restore has begun, and it was seen attached here last',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'first-step-recorded',
      when: { shows: 'fixed-ip', record: recorded },
      stands: 'restore-begun',
      says: 'its restore has begun, by another monitor or before the start, and it is recorded',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'seen-last',
      when: { seenLast: true },
      stands: 'seen-last',
      says: 'it was seen attached here last: a record of another VIP is of the time before',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'recorded-and-port-gone',
      when: { record: 'port-gone' },
      stands: 'recorded',
      says: 'it is recorded, and a port that may have stripped it is gone',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'recorded',
      when: { record: 'believed' },
      stands: 'recorded',
      says: 'it is recorded',
      cites: 'docs/design.md, "Floating ip"',
    },
    {
      rule: 'written',
      when: { wrote: true },
      stands: 'written',
      says: 'it bears what we wrote, and nothing says that it is associated with another VIP',
      cites: 'docs/architecture.md, "Decisions"',
    },
    {
      rule: 'nothing',
      when: {},
      stands: 'none',
      says: 'nothing says that it is associated with the VIP',
      cites: 'docs/design.md, "Floating ip"',
    },
  ],
};
