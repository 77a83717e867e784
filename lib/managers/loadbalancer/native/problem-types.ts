import type { ProblemTypes } from '../../../base/problems/index.js';

const untilNow = 'the reconcile of the load balancer that found it first';

/** The types of problems with native load balancers. */
export const nativeProblems = {
  'native-member-refused': {
    meaning:
      'A member of a native load balancer names an interface, or an address, of another project: no traffic is sent to it.',
    since: untilNow,
    advice: 'Look who made the member. Interfaces behind a load balancer have to be in its own project.',
  },
  'native-port-refused': {
    meaning:
      "The VIP's port of a native load balancer is in another project, or an older native load balancer has it: nothing is done for this one.",
    since: untilNow,
    advice: 'Give the load balancer a port of its own, in its own project.',
  },
  'native-oversized': {
    meaning: 'A native load balancer has more listeners, members or floating ips than are looked at: the first count.',
    since: untilNow,
    advice: 'Look who made so many of them. What does not count is left alone.',
  },
} as const satisfies ProblemTypes;

/** One of the names of {@link nativeProblems}. */
export type NativeProblemType = keyof typeof nativeProblems;
