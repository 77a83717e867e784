import type { ProblemTypes } from '../../base/problems/index.js';

/** The types of problems with load balancers, whoever serves them. */
export const loadbalancerProblems = {
  'unknown-driver': {
    meaning: 'A service appliance set names a driver that there is none of: its load balancers are not served.',
    since: 'when it was first seen',
    advice: 'The drivers of the sets `opencontrail` and `native` are there, and those that an embedder has registered.',
  },
  'unknown-provider': {
    meaning: 'Load balancers name a provider of which there is no service appliance set: they are not served.',
    since: 'when the first of them was seen',
    advice: 'Make the set, or name a provider that there is. It goes on by itself then.',
  },
  'driver-failed': {
    meaning: 'A driver that an embedder has registered has failed with a load balancer, or took too long.',
    since: 'the first failure in a row',
    advice: 'Look at the log, where the cause stands. The driver is told again, at the latest after a minute.',
  },
} as const satisfies ProblemTypes;
