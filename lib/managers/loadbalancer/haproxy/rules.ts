import type { RuleTable } from '../../../planning/index.js';

/** What is known of a load balancer, before anything is made for it in haproxy. */
export type HaproxyFacts = {
  readonly loadbalancer: 'there' | 'none' | 'gone' | 'not-seen';
  readonly driver: 'haproxy' | 'another' | 'unknown';
  readonly instance: 'none' | 'ours' | 'of-others';
  readonly port: 'own' | 'foreign' | 'taken' | 'none' | 'not-seen';
  readonly lacks: 'nothing' | 'project' | 'address' | 'template' | 'network' | 'right-to-network';
};

/** What becomes of a load balancer in haproxy. */
export type HaproxyDeed = 'serve' | 'remove' | 'look' | 'wait' | 'refuse' | 'leave' | 'nothing';

const page = 'docs/original/loadbalancer-haproxy.md';

/** What becomes of a load balancer in haproxy. */
export const haproxyRules: RuleTable<HaproxyFacts, HaproxyDeed> = {
  name: 'What becomes of a load balancer in haproxy',
  says: 'Asked of each load balancer, whoever serves it, and of each service instance that has the uuid of one for a name.',
  facts: {
    loadbalancer: {
      values: ['there', 'none', 'gone', 'not-seen'],
      says: 'whether it is there; none: a pool that no virtual-ip refers to, or that has a listener',
    },
    driver: { values: ['haproxy', 'another', 'unknown'], says: 'the driver of its provider' },
    instance: {
      values: ['none', 'ours', 'of-others'],
      says: 'the service instance that has its uuid for a name; ours: of the template for haproxy, and of no other load balancer by what it says',
    },
    port: {
      values: ['own', 'foreign', 'taken', 'none', 'not-seen'],
      says: 'its VIP port; foreign: of another project; taken: an older load balancer of another driver has it, or Octavia',
    },
    lacks: {
      values: ['nothing', 'project', 'address', 'template', 'network', 'right-to-network'],
      says: 'what is missing: the network or an address of the VIP port, the template of a new service instance, or, in LBaaS v1, the network of the pool’s subnet, or the right to use it',
    },
  },
  impossible: [
    {
      when: { loadbalancer: ['none', 'gone', 'not-seen'], driver: ['haproxy', 'another'] },
      because: 'what is not there names no provider',
    },
    {
      when: { loadbalancer: ['none', 'gone', 'not-seen'], port: ['own', 'foreign', 'taken', 'not-seen'] },
      because: 'what is not there has no VIP port',
    },
    {
      when: { port: ['none', 'not-seen'], lacks: ['project', 'template', 'network', 'right-to-network'] },
      because: 'without a VIP port its address is what is missing first',
    },
    { when: { port: ['none', 'not-seen'], lacks: 'nothing' }, because: 'without a VIP port there is no address' },
    { when: { instance: 'ours', lacks: 'template' }, because: 'what is made needs no template' },
  ],
  rules: [
    {
      rule: 'gone',
      when: { loadbalancer: ['gone', 'none'], instance: 'ours' },
      stands: 'remove',
      says: 'the load balancer is gone, and so is what was made for it',
      cites: 'recordings svc-monitor/38, 53, 92',
    },
    {
      rule: 'not-there',
      when: { loadbalancer: ['gone', 'none'] },
      stands: 'nothing',
      says: 'there is no load balancer, and nothing of it',
      cites: 'recording svc-monitor/50',
    },
    {
      rule: 'not-seen',
      when: { loadbalancer: 'not-seen', instance: 'ours' },
      stands: 'look',
      says: 'the load balancer is not known: it is read before anything is removed',
      cites: `${page}, "What is right instead"`,
    },
    {
      rule: 'named-by-chance',
      when: { loadbalancer: 'not-seen' },
      stands: 'nothing',
      says: 'a name that is a uuid makes no load balancer',
      cites: `${page}, "What is right instead"`,
    },
    {
      rule: 'driver-unknown',
      when: { driver: 'unknown' },
      stands: 'leave',
      says: 'its provider has no driver that is known: all stays as it is',
      cites: `${page}, "Whose load balancer it is"`,
    },
    {
      rule: 'moved-away',
      when: { driver: 'another', instance: 'ours' },
      stands: 'remove',
      says: 'another driver serves it now',
      cites: `${page}, "Whose load balancer it is"`,
    },
    {
      rule: 'not-haproxy',
      when: { driver: 'another' },
      stands: 'nothing',
      says: 'another driver serves it',
      cites: 'recording svc-monitor/40',
    },
    {
      rule: 'name-taken',
      when: { instance: 'of-others' },
      stands: 'refuse',
      says: 'a service instance of somebody else has the name that its own is to have',
      cites: `${page}, "What is right instead"`,
    },
    {
      rule: 'port-not-seen',
      when: { port: 'not-seen' },
      stands: 'look',
      says: 'its VIP port is not known: it is read first',
      cites: `${page}, "The VIP port"`,
    },
    {
      rule: 'port-lost',
      when: { port: ['none', 'foreign', 'taken'], instance: 'ours' },
      stands: 'remove',
      says: 'it has no VIP port of its own any more',
      cites: `${page}, "The VIP port"`,
    },
    {
      rule: 'no-port',
      when: { port: 'none' },
      stands: 'wait',
      says: 'it has no VIP port',
      cites: 'recording svc-monitor/97',
    },
    {
      rule: 'foreign-port',
      when: { port: 'foreign' },
      stands: 'refuse',
      says: 'its VIP port is of another project',
      cites: `${page}, "The VIP port"`,
    },
    {
      rule: 'taken-port',
      when: { port: 'taken' },
      stands: 'refuse',
      says: 'an older load balancer of another driver, or Octavia, has its VIP port',
      cites: `${page}, "The VIP port"`,
    },
    {
      rule: 'no-project',
      when: { lacks: 'project' },
      stands: 'look',
      says: 'it is not known yet of which project it is',
      cites: `${page}, "What is right instead"`,
    },
    {
      rule: 'no-address',
      when: { lacks: 'address' },
      stands: 'wait',
      says: 'its VIP port has no address yet',
      cites: 'recording svc-monitor/97',
    },
    {
      rule: 'foreign-network',
      when: { lacks: 'right-to-network' },
      stands: 'refuse',
      says: 'the subnet of its pool is in a network of another project, which does not share it',
      cites: `${page}, "LBaaS v1"`,
    },
    {
      rule: 'no-network',
      when: { lacks: 'network' },
      stands: 'wait',
      says: 'the network of its VIP, or that of the subnet of its pool, is not there',
      cites: `${page}, "LBaaS v1"`,
    },
    {
      rule: 'no-template',
      when: { lacks: 'template' },
      stands: 'wait',
      says: 'the service-template for haproxy is not there',
      cites: 'recording svc-monitor/30',
    },
    {
      rule: 'served',
      when: {},
      stands: 'serve',
      says: 'it is served in haproxy',
      cites: 'recordings svc-monitor/32, 51',
    },
  ],
};

/** What is known of a reference between an interface of a load balancer and something that the VIP port may have, too. */
export type FollowerFacts = {
  readonly vip: 'has' | 'has-not';
  readonly follower: 'has' | 'has-not';
};

/** What the interfaces of a load balancer have of the VIP port. */
export const followerRules: RuleTable<FollowerFacts, 'add' | 'remove' | 'keep'> = {
  name: 'What follows a VIP in haproxy',
  says: 'Asked of each interface on the side of the VIP, and of each floating ip, security group and tag that it or the VIP port has. A VIP port without security groups counts as one with the default group of its network’s project.',
  facts: {
    vip: { values: ['has', 'has-not'], says: 'whether the VIP port has it' },
    follower: { values: ['has', 'has-not'], says: 'whether the interface has it' },
  },
  impossible: [{ when: { vip: 'has-not', follower: 'has-not' }, because: 'what neither has is not asked for' }],
  rules: [
    {
      rule: 'follows',
      when: { vip: 'has', follower: 'has-not' },
      stands: 'add',
      says: 'the VIP port has it',
      cites: 'recordings svc-monitor/37, 58',
    },
    {
      rule: 'followed',
      when: { vip: 'has-not' },
      stands: 'remove',
      says: 'the VIP port has it no more, and nobody else gives one of these interfaces anything',
      cites: 'recording svc-monitor/37; docs/original/loadbalancer-haproxy.md, "What follows the VIP"',
    },
    {
      rule: 'same',
      when: {},
      stands: 'keep',
      says: 'both have it',
      cites: 'recording svc-monitor/37',
    },
  ],
};
