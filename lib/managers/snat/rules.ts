import type { RuleTable } from '../../planning/index.js';

/** What is known of a router. */
export type RouterFacts = {
  readonly router: 'there' | 'gone' | 'not-seen';
  readonly gateway: 'none' | 'known' | 'not-seen';
  readonly instances: 'seen' | 'not-seen';
  readonly lacks: 'nothing' | 'template' | 'ipam' | 'name';
  readonly isAnythingLeft: boolean;
};

/** What becomes of a router's SNAT. */
export type RouterDeed = 'serve' | 'clear' | 'look' | 'wait' | 'nothing';

/** What becomes of the SNAT of a router. */
export const routerRules: RuleTable<RouterFacts, RouterDeed> = {
  name: 'Which routers have SNAT',
  says: 'Asked of each router that has an external network, and of each of which a service instance, a left network or a route table has the name.',
  facts: {
    router: { values: ['there', 'gone', 'not-seen'], says: 'gone: a message or a 404 said so' },
    gateway: {
      values: ['none', 'known', 'not-seen'],
      says: 'whether it has external networks, and one of them is known by its name',
    },
    instances: {
      values: ['seen', 'not-seen'],
      says: 'the service instances that it refers to; not-seen: one is not known, and not known to be gone',
    },
    lacks: {
      values: ['nothing', 'template', 'ipam', 'name'],
      says: 'what is not there of what a service instance is made with; nothing: all is there, or is not needed',
    },
    isAnythingLeft: {
      values: [true, false],
      says: 'there is something that has a name as what is made for the router',
    },
  },
  impossible: [
    {
      when: { router: ['gone', 'not-seen'], gateway: ['known', 'not-seen'] },
      because: 'of a router that is not there nobody knows a gateway',
    },
    { when: { router: ['gone', 'not-seen'], instances: 'not-seen' }, because: 'it refers to nothing then' },
    { when: { gateway: ['none', 'not-seen'], lacks: ['template', 'ipam', 'name'] }, because: 'nothing is to be made' },
  ],
  rules: [
    {
      rule: 'no-gateway',
      when: { gateway: 'none', isAnythingLeft: false },
      stands: 'nothing',
      says: 'it has no external network, and nothing was made for it',
      cites: 'recording svc-monitor/62',
    },
    {
      rule: 'router-not-seen',
      when: { router: 'not-seen' },
      stands: 'look',
      says: 'it is not known whether the router is there: it is read',
      cites: 'recording svc-monitor/65',
    },
    {
      rule: 'instance-not-seen',
      when: { instances: 'not-seen' },
      stands: 'look',
      says: 'it refers to a service instance that is not known: that is read, and while it cannot be, all stays as it is',
      cites: 'docs/service-chains.md, "Service instances"',
    },
    {
      rule: 'router-gone',
      when: { router: 'gone' },
      stands: 'clear',
      says: 'the router is gone',
      cites: 'recordings svc-monitor/63, 65',
    },
    {
      rule: 'gateway-cleared',
      when: { gateway: 'none' },
      stands: 'clear',
      says: 'it has no external network any more',
      cites: 'recordings svc-monitor/62, 64',
    },
    {
      rule: 'network-not-seen',
      when: { gateway: 'not-seen' },
      stands: 'wait',
      says: 'its external network is not known yet',
      cites: 'recording svc-monitor/60',
    },
    {
      rule: 'no-template',
      when: { lacks: 'template' },
      stands: 'wait',
      says: 'the service template netns-snat-template is not there',
      cites: 'recording svc-monitor/60',
    },
    {
      rule: 'no-ipam',
      when: { lacks: 'ipam' },
      stands: 'wait',
      says: 'neither its project nor the default project has a default-network-ipam',
      cites: 'recording svc-monitor/60',
    },
    {
      rule: 'no-name',
      when: { lacks: 'name' },
      stands: 'wait',
      says: 'somebody has all names that its service instance and its left network could have',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'gateway-set',
      when: {},
      stands: 'serve',
      says: 'it has an external network',
      cites: 'recordings svc-monitor/60, 61, 66',
    },
  ],
};

/** What is asked of the router as a whole: a deed that changes something. */
export type Aim = 'serve' | 'clear';

const aim = { values: ['serve', 'clear'], says: 'what becomes of the SNAT of the router' } as const;
const isElsewhere = {
  values: [true, false],
  says: 'it is in another project than the router; of a router that is gone nobody knows the project',
} as const;

/** What is known of a service instance that has a name as those of a router have. */
export type InstanceFacts = {
  readonly aim: Aim;
  readonly isElsewhere: boolean;
  readonly isSourceNat: boolean;
  readonly routers: 'this' | 'none' | 'others' | 'both';
  readonly isFirst: boolean;
};

/** What becomes of a service instance that has a name as those of a router have. */
export const instanceRules: RuleTable<InstanceFacts, 'use' | 'remove' | 'leave'> = {
  name: 'Which service instances are a router’s',
  says: 'Asked of each service instance that has a name as those of the router have.',
  facts: {
    aim,
    isElsewhere,
    isSourceNat: { values: [true, false], says: 'its template is of the type source-nat' },
    routers: {
      values: ['this', 'none', 'others', 'both'],
      says: 'which routers refer to it; both: the router and others',
    },
    isFirst: {
      values: [true, false],
      says: 'the first that could be used: those that the router refers to come first, then it goes by their names',
    },
  },
  impossible: [
    { when: { isFirst: true, isElsewhere: true }, because: 'it could not be used' },
    { when: { isFirst: true, isSourceNat: false }, because: 'it could not be used' },
    { when: { isFirst: true, routers: 'others' }, because: 'it could not be used' },
  ],
  rules: [
    {
      rule: 'in-another-project',
      when: { isElsewhere: true },
      stands: 'leave',
      says: 'anybody can make one of that name in a project of his own',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'of-another-kind',
      when: { isSourceNat: false },
      stands: 'leave',
      says: 'it is no SNAT',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'in-use',
      when: { aim: 'serve', isFirst: true },
      stands: 'use',
      says: 'it is the router’s, or was left behind by whoever made it',
      cites: 'recording svc-monitor/60; docs/original/snat.md, What is right instead',
    },
    {
      rule: 'of-another-router',
      when: { routers: ['others', 'both'] },
      stands: 'leave',
      says: 'another router refers to it',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'not-wanted',
      when: { aim: 'clear' },
      stands: 'remove',
      says: 'the router needs none any more',
      cites: 'recordings svc-monitor/62, 63, 64, 65',
    },
    {
      rule: 'one-too-many',
      when: {},
      stands: 'remove',
      says: 'the router has another one',
      cites: 'docs/original/snat.md, What is right instead',
    },
  ],
};

/** What is known of a hidden network that has a name as the left networks of a router have. */
export type LeftNetworkFacts = {
  readonly isElsewhere: boolean;
  readonly isUsed: boolean;
  readonly isEmpty: boolean;
};

/** What becomes of a hidden network that has a name as the left networks of a router have. */
export const leftNetworkRules: RuleTable<LeftNetworkFacts, 'leave' | 'remove' | 'wait'> = {
  name: 'Which left networks are removed',
  says: 'Asked of each hidden network that has a name as the left networks of the router have.',
  facts: {
    isElsewhere,
    isUsed: { values: [true, false], says: 'a service instance stays, or is to be made, whose left network it is' },
    isEmpty: { values: [true, false], says: 'no interface and no address is in it' },
  },
  rules: [
    {
      rule: 'in-another-project',
      when: { isElsewhere: true },
      stands: 'leave',
      says: 'it is none of the router’s',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'used',
      when: { isUsed: true },
      stands: 'leave',
      says: 'it is the left network of a service instance',
      cites: 'recording svc-monitor/60',
    },
    {
      rule: 'empty',
      when: { isEmpty: true },
      stands: 'remove',
      says: 'its service instance is gone, and nothing is in it',
      cites: 'recording svc-monitor/62',
    },
    {
      rule: 'inhabited',
      when: {},
      stands: 'wait',
      says: 'its service instance is gone; it goes with the last interface that is in it',
      cites: 'recording svc-monitor/62',
    },
  ],
};

/** What is known of a route table that has the name of that of a router. */
export type RouteTableFacts = {
  readonly aim: Aim;
  readonly isElsewhere: boolean;
  readonly routes: 'snat' | 'none' | 'others';
};

/** What becomes of a route table that has the name of that of a router. */
export const routeTableRules: RuleTable<RouteTableFacts, 'use' | 'remove' | 'leave'> = {
  name: 'Which route tables are a router’s',
  says: 'Asked of each route table that has the name of that of the router.',
  facts: {
    aim,
    isElsewhere,
    routes: {
      values: ['snat', 'none', 'others'],
      says: 'snat: one leads to a service instance that has a name as those of the router have, in the project of the table',
    },
  },
  rules: [
    {
      rule: 'in-another-project',
      when: { isElsewhere: true },
      stands: 'leave',
      says: 'anybody can make one of that name in a project of his own',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'wanted',
      when: { aim: 'serve' },
      stands: 'use',
      says: 'it is the router’s',
      cites: 'recordings svc-monitor/60, 94',
    },
    {
      rule: 'of-a-tenant',
      when: { routes: 'others' },
      stands: 'leave',
      says: 'no route in it leads to SNAT of the router',
      cites: 'docs/original/snat.md, What is right instead',
    },
    {
      rule: 'not-wanted',
      when: {},
      stands: 'remove',
      says: 'the router needs none any more',
      cites: 'recordings svc-monitor/62, 63, 64, 65',
    },
  ],
};
