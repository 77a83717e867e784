import type { ProblemTypes } from '../../base/problems/index.js';

const untilNow = 'the reconcile of the service instance that found it first';

/** The types of problems with port tuples. */
export const portTupleProblems = {
  'service-address-taken': {
    meaning:
      'An instance-ip of somebody else has the name of an address of a service: the address cannot be made, and what hangs on it is not done.',
    since: untilNow,
    advice:
      'Look who made the instance-ip, and delete it: names that begin with the uuid of a service instance are of no other use.',
  },
  'service-interface-unknown': {
    meaning:
      'An interface in a port tuple has an interface type that the template, or the service instance, lacks, or none at all: it is no part of the service.',
    since: untilNow,
    advice:
      'Set the service interface type of the port to one that the template has, or take it out of the port tuple.',
  },
  'service-incomplete': {
    meaning:
      'A service instance has interfaces in port tuples, and its template, or the IPAM `service-chain-flat-ipam`, is not there: nothing is done for them.',
    since: untilNow,
    advice: 'Look at the template of the service instance, and whether the API server has made its IPAMs.',
  },
  'port-tuples-oversized': {
    meaning:
      'A service instance has more interfaces, route tables or health checks than any service needs: the first count.',
    since: untilNow,
    advice: 'Look who made so many of them. What does not count is left alone.',
  },
} as const satisfies ProblemTypes;

/** One of the names of {@link portTupleProblems}. */
export type PortTupleProblemType = keyof typeof portTupleProblems;
