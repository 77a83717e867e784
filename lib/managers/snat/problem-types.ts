import type { ProblemTypes } from '../../base/problems/index.js';

/** The types of problems with the SNAT of routers. */
export const snatProblems = {
  'snat-waits': {
    meaning: 'A router has an external gateway, and nothing can be made for it yet.',
    since: 'the reconcile of the router that found it first',
    advice: 'The message says what is missing. It goes on by itself as soon as that is there.',
  },
  'snat-oversized': {
    meaning: 'More service instances have names as those of one router have than are looked at.',
    since: 'the reconcile of the router that found it first',
    advice: 'Look who made so many of them: a router has one.',
  },
} as const satisfies ProblemTypes;

/** One of the names of {@link snatProblems}. */
export type SnatProblemType = keyof typeof snatProblems;
