import type { ProblemTypes } from '../../../base/problems/index.js';
import type { Trouble } from './plan.js';

const since = 'the reconcile of the load balancer that found it first';

/** The types of problems with load balancers in haproxy, by what is not in order. */
const byTrouble = {
  waits: 'haproxy-waits',
  refused: 'haproxy-refused',
  skipped: 'haproxy-skipped',
  oversized: 'haproxy-oversized',
} as const satisfies Readonly<Record<Trouble['type'], string>>;

/** One of the names of {@link haproxyProblems}. */
export type HaproxyProblemType = (typeof byTrouble)[Trouble['type']];

/** The type of problem that something that is not in order is. */
export function problemTypeOf(type: Trouble['type']): HaproxyProblemType {
  return byTrouble[type];
}

/** The types of problems with load balancers in haproxy. */
export const haproxyProblems = {
  'haproxy-waits': {
    meaning: 'A load balancer cannot be served in haproxy yet.',
    since,
    advice: 'The message says what is missing. It goes on by itself as soon as that is there.',
  },
  'haproxy-refused': {
    meaning: 'A load balancer is not served in haproxy: it would touch what is not its own.',
    since,
    advice:
      'The message says whose it is. Look at what the load balancer names, or at the service instance that has its uuid for a name.',
  },
  'haproxy-skipped': {
    meaning: 'A part of a load balancer is not in the configuration of its haproxy; all else of it is.',
    since,
    advice: 'The message says why. Correct what kind and uuid name; it is taken into the configuration then by itself.',
  },
  'haproxy-oversized': {
    meaning: 'A load balancer has more parts than are looked at: the oldest ones count.',
    since,
    advice: 'Look who made so many of them.',
  },
} as const satisfies ProblemTypes & Readonly<Record<HaproxyProblemType, unknown>>;
