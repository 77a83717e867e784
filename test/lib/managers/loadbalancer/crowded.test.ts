import { expect } from 'chai';
import { managers } from '../../../../lib/index.js';
import { mostListeners, mostMembers } from '../../../../lib/managers/loadbalancer/index.js';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { HaproxyStage, uuidOf } from './haproxy/support/haproxy-stage.js';

type Json = Readonly<Record<string, unknown>>;

const acting = managers.filter(({ name }) => ['service-instance', 'loadbalancer', 'octavia-vip'].includes(name));

describe('a tenant who makes more of a load balancer than anybody needs', () => {
  let stage: HaproxyStage;
  let monitor: EmbeddedMonitor;

  beforeEach(async () => {
    stage = await HaproxyStage.open();
    stage.template();
  });

  afterEach(() => stage.cloud.during(stage.stop()));

  const inShop = (name: string): Json => ({ fq_name: ['default-domain', 'shop', name], parent_type: 'project' });
  const seedListener = (name: string, loadbalancer: string, port: number): string =>
    stage.server.seed('loadbalancer-listener', {
      ...inShop(name),
      loadbalancer_listener_properties: { protocol: 'TCP', protocol_port: port, admin_state: true },
      loadbalancer_refs: [{ to: ['default-domain', 'shop', 'crowded'], uuid: loadbalancer }],
    });
  const seedMembers = (pool: string, count: number, fields: (at: number) => Json): void => {
    const name = stage.server.read('loadbalancer-pool', pool)?.['fq_name'] as readonly string[];
    for (let at = 0; at < count; at += 1) {
      stage.server.seed('loadbalancer-member', {
        fq_name: [...name, `member-${at}`],
        parent_type: 'loadbalancer-pool',
        ...fields(at),
      });
    }
  };
  const oversized = (): readonly unknown[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type.endsWith('-oversized'))
      .map(({ type, uuid }) => ({ type, uuid }));
  const crowded = async (provider: string): Promise<void> => {
    const port = await stage.createPort('vip');
    await stage.createAddress('address', port);
    await stage.createLoadbalancer('crowded', uuidOf(1), { port, provider });
  };

  describe('when it is one in haproxy with too many listeners and members', () => {
    it('should have the oldest served, and be told so', async () => {
      await crowded('opencontrail');
      for (let at = 0; at <= mostListeners; at += 1) seedListener(`listener-${at}`, uuidOf(1), 1_000 + at);
      const pool = await stage.createPool('pool', uuidOf(2), stage.uuidOf('loadbalancer-listener', 'listener-0'), {
        protocol: 'TCP',
      });
      seedMembers(pool, mostMembers + 1, (at) => ({
        loadbalancer_member_properties: {
          address: `10.60.${Math.floor(at / 250)}.${(at % 250) + 1}`,
          protocol_port: 80,
          weight: 1,
          admin_state: true,
        },
      }));
      monitor = await stage.startMonitor({ managers: acting });
      const text = stage.configOf(uuidOf(1));
      expect(text.match(/^frontend /gm) ?? []).to.have.length(mostListeners);
      expect(text.match(/^\tserver /gm) ?? []).to.have.length(mostMembers);
      expect(oversized()).to.deep.include({ type: 'haproxy-oversized', uuid: uuidOf(1) });
      expect(monitor.writes().length).to.be.lessThan(20);
    });
  });

  describe('when members of a native one name the interfaces of others, and what is none', () => {
    it('should have none of them referenced, and be told of a few', async () => {
      const foreign = await stage.createPort('foreign', { project: 'other' });
      await crowded('native');
      const listener = seedListener('listener', uuidOf(1), 80);
      const pool = await stage.createPool('pool', uuidOf(2), listener, { protocol: 'TCP' });
      seedMembers(pool, 500, (at) => ({
        loadbalancer_member_properties: { protocol_port: 80, admin_state: true },
        annotations: {
          key_value_pair: [{ key: 'vmi', value: ['../../', foreign.toUpperCase(), uuidOf(7_000 + at)][at % 3] }],
        },
      }));
      monitor = await stage.startMonitor({ managers: acting });
      const [internal] = stage.server.list('floating-ip');
      expect(internal?.['virtual_machine_interface_refs'] ?? []).to.deep.equal([]);
      const refused = monitor.monitor.status().problems.filter(({ type }) => type === 'native-member-refused');
      expect(refused.length).to.be.within(1, 32);
      expect(monitor.writes().length).to.be.lessThan(10);
    });
  });
});
