import type { ProblemTypes } from '../../base/problems/index.js';
import type { Trouble } from './service-plan.js';

const untilNow = 'the reconcile of the service instance that found it first';

/** The types of problems with service instances, by what is not in order. */
const byTrouble = {
  'name-taken': 'service-name-taken',
  waits: 'service-waits',
  unplaced: 'service-unplaced',
  oversized: 'service-oversized',
  held: 'service-held',
} as const satisfies Readonly<Record<Trouble['type'], string>>;

/** One of the names of {@link serviceInstanceProblems}. */
export type ServiceProblemType = (typeof byTrouble)[Trouble['type']];

/** The type of problem that something that is not in order is. */
export function problemTypeOf(type: Trouble['type']): ServiceProblemType {
  return byTrouble[type];
}

/** The types of problems with service instances. */
export const serviceInstanceProblems = {
  'service-name-taken': {
    meaning:
      'Something of somebody else has a name that a part of the service instance is to have: that part is not made.',
    since: untilNow,
    advice: 'Look whose it is, and rename or delete it. Nothing of others is taken over.',
  },
  'service-waits': {
    meaning: 'The service instance waits for a network, or for a subnet of one.',
    since: untilNow,
    advice:
      'Make the network or its subnet, or correct the name in the service instance. It is launched then by itself.',
  },
  'service-unplaced': {
    meaning:
      'A virtual machine of the service instance is on no vRouter: none works that has not one of the instance already.',
    since: untilNow,
    settings: ['scheduler.analytics_servers', 'scheduler.vrouters'],
    advice:
      'Look whether the vRouters’ agents work, and whether analytics, or the introspect of the agents, can be reached from here. It is placed by itself as soon as one is free.',
  },
  'service-oversized': {
    meaning: 'The service instance asks for more instances than count.',
    since: untilNow,
    advice: 'Look who asked for so many.',
  },
  'service-held': {
    meaning: 'A virtual machine of a service instance is to be deleted, and ports of somebody else refer to it.',
    since: untilNow,
    advice:
      'Look at the port: it names the virtual machine as its device. The machine is deleted when the port is gone.',
  },
  'analytics-silent': {
    meaning: 'No analytics server answers: it is not known whether vRouters still work. What runs stays where it is.',
    since: 'the first look that had no answer',
    settings: ['scheduler.analytics_servers', 'auth.mode'],
    advice: 'Look whether analytics runs and can be reached from here, and whether it takes tokens of this account.',
  },
} as const satisfies ProblemTypes & Readonly<Record<ServiceProblemType, unknown>>;
