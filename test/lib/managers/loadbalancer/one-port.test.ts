import { expect } from 'chai';
import {
  NetworkUser,
  Nova,
  Octavia,
  type EmbeddedMonitor,
  type Tenant,
  type UserFloatingIp,
} from '../../../../fixtures/index.js';
import { ManualClock, managers } from '../../../../lib/index.js';
import { isWhole } from '../../../support/scope.js';
import { HaproxyStage, uuidOf } from './haproxy/support/haproxy-stage.js';

type Json = Readonly<Record<string, unknown>>;

const users = ['native', 'native-2', 'haproxy', 'haproxy-2', 'v1', 'octavia'] as const;
type User = (typeof users)[number];

const pairs = users.flatMap((first) =>
  users.filter((second) => second !== first && second !== 'octavia').map((second) => [first, second] as const),
);
const isQuick = ([first, second]: readonly [User, User]): boolean =>
  ['octavia native', 'haproxy native', 'native haproxy'].includes(`${first} ${second}`);

describe('two load balancers on one port', () => {
  let stage: HaproxyStage;
  let tenant: Tenant;
  let user: NetworkUser;
  let monitor: EmbeddedMonitor;
  let floatingIp: UserFloatingIp;
  let port: string;

  beforeEach(async () => {
    stage = await HaproxyStage.open();
    tenant = await stage.cloud.createTenant({ name: 'pair' });
    user = new NetworkUser({ url: stage.cloud.url, tenant });
    monitor = await stage.startMonitor({ managers });
  });

  afterEach(() => stage.stop());

  const inProject = (name: string): Json => ({
    fq_name: ['default-domain', tenant.name, name],
    parent_type: 'project',
  });
  const to = (kind: string, uuid: string): Json => ({ to: stage.server.read(kind, uuid)?.['fq_name'], uuid });

  const createPort = async (first: User): Promise<void> => {
    let fixedIp: string;
    if (first === 'octavia') {
      const { url } = stage.cloud;
      const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
      const { vipPortId, vips } = await octavia.createLoadBalancer().run();
      port = vipPortId;
      fixedIp = vips[0]?.address ?? '';
    } else {
      const made = await user.createServerPort('vip').run();
      port = made.id;
      fixedIp = made.fixed_ips[0]?.ip_address ?? '';
      await stage.set('virtual-machine-interface', port, { virtual_machine_interface_device_owner: '' });
    }
    floatingIp = await user.createFloatingIp().run();
    await user.attachTo(floatingIp, { portId: port, fixedIp }).run();
  };

  const serve = async (who: User): Promise<void> => {
    if (who === 'octavia') return;
    const number = 10 * (users.indexOf(who) + 1);
    const server = (await user.createServerPort(`server-of-${who}`).run()).id;
    const properties = { admin_state: true, protocol: 'HTTP', loadbalancer_method: 'ROUND_ROBIN' };
    const pool = uuidOf(number + 3);
    if (who === 'v1') {
      await stage.create('loadbalancer-pool', {
        ...inProject(`pool-${who}`),
        uuid: pool,
        loadbalancer_pool_properties: properties,
      });
      await stage.create('virtual-ip', {
        ...inProject(`vip-${who}`),
        virtual_ip_properties: { protocol: 'HTTP', protocol_port: 80, admin_state: true },
        virtual_machine_interface_refs: [to('virtual-machine-interface', port)],
        loadbalancer_pool_refs: [to('loadbalancer-pool', pool)],
      });
    } else {
      await stage.create('loadbalancer', {
        ...inProject(`lb-${who}`),
        uuid: uuidOf(number + 1),
        loadbalancer_provider: who.startsWith('native') ? 'native' : 'opencontrail',
        virtual_machine_interface_refs: [to('virtual-machine-interface', port)],
      });
      await stage.create('loadbalancer-listener', {
        ...inProject(`listener-${who}`),
        uuid: uuidOf(number + 2),
        loadbalancer_refs: [to('loadbalancer', uuidOf(number + 1))],
        loadbalancer_listener_properties: { protocol: 'HTTP', protocol_port: number },
      });
      await stage.create('loadbalancer-pool', {
        ...inProject(`pool-${who}`),
        uuid: pool,
        loadbalancer_pool_properties: properties,
        loadbalancer_listener_refs: [to('loadbalancer-listener', uuidOf(number + 2))],
      });
    }
    await stage.create('loadbalancer-member', {
      uuid: uuidOf(number + 4),
      fq_name: ['default-domain', tenant.name, `pool-${who}`, `member-${who}`],
      parent_type: 'loadbalancer-pool',
      loadbalancer_member_properties: { protocol_port: 8080, weight: 1, address: '10.0.0.9' },
      annotations: { key_value_pair: [{ key: 'vmi', value: server }] },
    });
  };

  /** Where the floating ip leads, by names. */
  const leads = (): readonly string[] => {
    const refs = stage.server.read('floating-ip', floatingIp.id)?.['virtual_machine_interface_refs'] as
      readonly Json[] | undefined;
    return (refs ?? []).map((ref) => String((ref['to'] as readonly string[]).at(-1))).sort();
  };

  const rights = (who: User): readonly string[] => {
    const uuid = uuidOf(10 * (users.indexOf(who) + 1) + (who === 'v1' ? 3 : 1));
    return [1, 2].map((number) => `default-domain__${tenant.name}__${uuid}__${number}__right__1`);
  };

  for (const pair of pairs.filter((one) => isWhole || isQuick(one))) {
    const [first, second] = pair;
    describe(`when a port that ${first} has is taken for the VIP of ${second}`, () => {
      it('should come to rest, the floating ip be of the first one, beside others in haproxy only, and of the other when that goes', async () => {
        await createPort(first);
        await serve(first);
        await monitor.settled();
        const before = leads();
        const { clock } = stage.cloud;
        if (clock instanceof ManualClock) clock.step(1_000);
        await serve(second);
        await monitor.settled();
        const isShared = ![...pair].some((who) => who.startsWith('native') || who === 'octavia');
        if (isShared) expect(leads()).to.include.members([...before]);
        else expect(leads()).to.deep.equal(before);
        const writes = monitor.countWrites();
        await monitor.resync();
        expect(monitor.countWrites() - writes).to.equal(0);
        // What it waits for is over when the first one goes.
        if (first === 'octavia') return;
        if (first === 'v1') await stage.remove('virtual-ip', stage.uuidOf('virtual-ip', 'vip-v1', tenant.name));
        else {
          const number = 10 * (users.indexOf(first) + 1);
          await stage.remove('loadbalancer-member', uuidOf(number + 4));
          await stage.remove('loadbalancer-pool', uuidOf(number + 3));
          await stage.remove('loadbalancer-listener', uuidOf(number + 2));
          await stage.remove('loadbalancer', uuidOf(number + 1));
        }
        await monitor.settled();
        const alone = second.startsWith('native') ? [`server-of-${second}`, 'vip'] : [...rights(second), 'vip'];
        expect(leads()).to.deep.equal(alone);
        expect(monitor.monitor.status().problems.filter(({ type }) => type === 'failing')).to.deep.equal([]);
      });
    });
  }
});
