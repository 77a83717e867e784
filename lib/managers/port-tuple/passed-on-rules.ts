import type { RuleTable } from '../../planning/index.js';

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
      says: 'another service instance, or another type, passes it on to the interface, and has noted that',
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
      cites: 'docs/original/port-tuple.md, "Links"',
    },
    {
      rule: 'interface-left',
      when: { isPart: false, isLinked: true },
      stands: 'remove',
      says: 'the interface is no part of the service any more',
      cites: 'docs/original/port-tuple.md, "Links"',
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
      cites: 'recording svc-monitor/79; docs/original/port-tuple.md, "Links"',
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
      cites: 'docs/original/port-tuple.md, "Allowed address pairs"',
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
      cites: 'recording svc-monitor/72; docs/original/port-tuple.md, "Allowed address pairs"',
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
