import type { ProblemTypes } from '../../base/problems/index.js';

const untilNow = 'the reconcile of the VIP that found it first';

/** The types of problems with VIPs. */
export const octaviaVipProblems = {
  oversized: {
    meaning:
      'An object of which only a part counts, a VIP that too many ports carry, or a floating ip that too many virtual-ips record.',
    since: 'when it was first seen',
    advice: 'Look who made so many of them: no load balancer needs them. What does not count is left alone.',
  },
  'refused-port': {
    meaning: 'A port looks like an amphora of the VIP and does not count: anybody could have made it.',
    since: untilNow,
    settings: ['rules.amphora_projects'],
    advice:
      'If the port is Octavia’s own, add its project to `rules.amphora_projects`. If not, somebody tries to get the traffic of the VIP.',
  },
  'refused-vip-port': {
    meaning:
      'A port looks like a VIP port and belongs to no project: no virtual-ip is kept for it, and no floating ip is wired.',
    since: untilNow,
    advice: 'Look how the port was made: a port of Neutron’s has a project.',
  },
  'left-behind': {
    meaning:
      'An amphora port was left behind: its VIP is gone, while an instance, a router or the like has the address.',
    since: untilNow,
    advice: 'Delete the port, and the amphora if there is one: Octavia has given it up.',
  },
  'unlisted-project': {
    meaning: 'Amphorae in use are of this project, and would be refused if their network were shared.',
    since: 'the first VIP whose amphorae were of it',
    settings: ['rules.amphora_projects'],
    advice: 'Add the project to `rules.amphora_projects` if it is Octavia’s own.',
  },
  'refused-association': {
    meaning: 'A record names a floating ip of another project that was not seen attached: it is not served.',
    since: untilNow,
    advice:
      'Associate the floating ip with the load balancer once more, or remove the record from the annotations of the virtual-ip.',
  },
  'name-taken': {
    meaning:
      'Virtual-ips of somebody else have all names that ours could have: nothing records the associations of the VIP.',
    since: untilNow,
    advice: 'Rename or delete those virtual-ips.',
  },
  unrecorded: {
    meaning:
      'The config API refuses our virtual-ip, or its record: floating ips are served, and nothing remembers them.',
    since: 'the first refusal',
    advice: 'The message says why it is refused, and what to do.',
  },
} as const satisfies ProblemTypes;

/** One of the names of {@link octaviaVipProblems}. */
export type VipProblemType = keyof typeof octaviaVipProblems;
