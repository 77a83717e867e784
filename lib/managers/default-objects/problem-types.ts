import type { ProblemTypes } from '../../base/problems/index.js';

/** The types of problems with default objects. */
export const defaultObjectProblems = {
  'unknown-driver': {
    meaning: 'A service appliance set names a driver that there is none of: its load balancers are not served.',
    since: 'when it was first seen',
    advice: 'Only the drivers of the sets `opencontrail` and `native` are there. Delete the set if nobody needs it.',
  },
} as const satisfies ProblemTypes;
