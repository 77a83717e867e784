import type { RuleTable } from '../../../planning/index.js';

/** What is made of a detached floating ip. `unverified`: a lost message may hide the reason; read the ports first. */
export type Loss = 'stripped' | 'freed' | 'unverified' | 'undecided';

/** What tells a stripped floating ip from one that its user freed. */
export type LossFacts = {
  readonly latest: 'deleted-a-port' | 'deleted-nothing' | 'unknown';
  readonly withinWindow: boolean;
  readonly verified: boolean;
  readonly gone: 'none' | 'explained' | 'unexplained';
  readonly setting: 'by-state' | 'restore' | 'respect';
};

/**
 * Stripped or freed? Judged by the latest request of somebody else that updated the floating ip: a disassociation that follows a strip is
 * the user's word and holds (docs/design.md, "Stripped or freed?").
 */
export const lossRules: RuleTable<LossFacts, Loss> = {
  name: 'Stripped or freed',
  says: 'Asked of a floating ip that lacks references or a fixed ip, and was associated.',
  facts: {
    latest: {
      values: ['deleted-a-port', 'deleted-nothing', 'unknown'],
      says: 'what the latest request of somebody else that updated it deleted: a port of the VIP other than the VIP port, or none; but for deletes that can only have taken away what was written too late, after the word of its user',
    },
    withinWindow: {
      values: [true, false],
      says: 'whether that request, or where none is known the detaching, is younger than `timings.strip_window`',
    },
    verified: { values: [true, false], says: 'whether the ports were read again just now' },
    gone: {
      values: ['none', 'explained', 'unexplained'],
      says: 'whether recorded ports other than the VIP port are gone, and whether there is one of whose delete nobody told us',
    },
    setting: { values: ['by-state', 'restore', 'respect'], says: '`rules.unclear_disassociation`' },
  },
  rules: [
    {
      rule: 'request-deleted-a-port',
      when: { latest: 'deleted-a-port' },
      stands: 'stripped',
      says: 'the request that detached it deleted a port of the VIP',
      cites: 'docs/design.md, "Stripped or freed?"; recordings 05, 19',
    },
    {
      rule: 'within-the-window',
      when: { withinWindow: true },
      stands: 'undecided',
      says: 'a port delete that explains it may be announced yet',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'not-verified',
      when: { verified: false },
      stands: 'unverified',
      says: 'the message of a port delete may be lost, and the ports were not read again yet',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'request-deleted-nothing',
      when: { latest: 'deleted-nothing', gone: ['none', 'explained'] },
      stands: 'freed',
      says: 'the request that detached it deleted no port',
      cites: 'docs/design.md, "Stripped or freed?"; recording 06',
    },
    {
      rule: 'unclear-restore',
      when: { setting: 'restore' },
      stands: 'stripped',
      says: 'nothing tells, and rules.unclear_disassociation is restore',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'unclear-respect',
      when: { setting: 'respect' },
      stands: 'freed',
      says: 'nothing tells, and rules.unclear_disassociation is respect',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
    {
      rule: 'unclear-port-gone',
      when: { gone: ['explained', 'unexplained'] },
      stands: 'stripped',
      says: 'nothing tells which request detached it, and a recorded port is gone',
      cites: 'docs/design.md, "Stripped or freed?"; recording 16',
    },
    {
      rule: 'unclear-no-port-gone',
      when: {},
      stands: 'freed',
      says: 'nothing tells which request detached it, and no recorded port is gone',
      cites: 'docs/design.md, "Stripped or freed?"',
    },
  ],
};
