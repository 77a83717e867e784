import { expect } from 'chai';
import { managers } from '../../../../lib/index.js';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { RecordingLogger } from '../../../support/recording-logger.js';
import { isWhole } from '../../../support/scope.js';
import { HaproxyStage, uuidOf } from './haproxy/support/haproxy-stage.js';

type Json = Readonly<Record<string, unknown>>;

const number = { admin_state: 7 };

// What a row of the database holds in place of what it should; of the load balancer in haproxy, of LBaaS v1, or of the native one.
const corruptions: readonly {
  readonly what: string;
  readonly kind: string;
  readonly uuid: string;
  readonly fields: Json;
  /** In the quick form, too. */
  readonly isQuick?: boolean;
}[] = [
  {
    what: 'a load balancer in haproxy with a number for its address',
    kind: 'loadbalancer',
    uuid: uuidOf(1),
    fields: { loadbalancer_properties: { vip_address: 7 } },
    isQuick: true,
  },
  {
    what: 'a native load balancer with a number for its provider',
    kind: 'loadbalancer',
    uuid: uuidOf(2),
    fields: { loadbalancer_provider: 7 },
    isQuick: true,
  },
  {
    what: 'a listener with a text for its properties',
    kind: 'loadbalancer-listener',
    uuid: uuidOf(11),
    fields: { loadbalancer_listener_properties: 'garbage' },
    isQuick: true,
  },
  {
    what: 'a pool with a number for a flag',
    kind: 'loadbalancer-pool',
    uuid: uuidOf(21),
    fields: { loadbalancer_pool_properties: number },
  },
  {
    what: 'a pool of LBaaS v1 with a number for its provider',
    kind: 'loadbalancer-pool',
    uuid: uuidOf(23),
    fields: { loadbalancer_pool_provider: 7 },
  },
  {
    what: 'a member with a list for its address',
    kind: 'loadbalancer-member',
    uuid: uuidOf(31),
    fields: { loadbalancer_member_properties: { address: [] } },
  },
  {
    what: 'a member with a port that is none',
    kind: 'loadbalancer-member',
    uuid: uuidOf(32),
    fields: { loadbalancer_member_properties: { protocol_port: 'http' } },
  },
  {
    what: 'a monitor with a text for a number',
    kind: 'loadbalancer-healthmonitor',
    uuid: uuidOf(41),
    fields: { loadbalancer_healthmonitor_properties: { delay: 'long' } },
  },
];

describe('a broken object of load balancers in the database', () => {
  let stage: HaproxyStage;
  let monitor: EmbeddedMonitor;
  let logger: RecordingLogger;
  let pod: string;

  const port = async (name: string): Promise<string> => {
    const made = await stage.createPort(name);
    await stage.createAddress(`address of ${name}`, made);
    return made;
  };
  const serve = async (lb: number, provider: string): Promise<void> => {
    await stage.createLoadbalancer(`lb-${lb}`, uuidOf(lb), { port: await port(`vip-${lb}`), provider });
    const [listener, pool] = [uuidOf(10 + lb), uuidOf(20 + lb)];
    await stage.createListener(`listener-${lb}`, listener, uuidOf(lb), { protocol: 'HTTP', protocol_port: 80 });
    await stage.createPool(`pool-${lb}`, pool, listener, { protocol: 'HTTP' });
    await member(lb);
  };
  const member = async (lb: number): Promise<void> => {
    await stage.createMember(uuidOf(30 + lb), uuidOf(20 + lb), { protocol_port: 8080, address: '10.50.2.7' });
    const annotations = { key_value_pair: [{ key: 'vmi', value: pod }] };
    await stage.set('loadbalancer-member', uuidOf(30 + lb), { annotations });
  };
  const start = (): Promise<EmbeddedMonitor> => {
    const acting = managers.filter(({ name }) => ['service-instance', 'loadbalancer', 'octavia-vip'].includes(name));
    return stage.startMonitor({ managers: acting, logger });
  };
  /** What there is, with the texts and the mappings; and only what stays, whatever a load balancer looks like. */
  const whole = (): readonly string[] => [
    ...stage.end(),
    ...stage.server
      .list('floating-ip')
      .filter((one) => one['parent_type'] === 'instance-ip')
      .map((one) => JSON.stringify([one['floating_ip_port_mappings'], one['virtual_machine_interface_refs']])),
  ];
  const lasting = (): readonly string[] => [
    ...stage
      .end()
      .filter((line) => /^(machine|interface|address) /.test(line))
      .map((line) => line.replace(/ flows .*/, '')),
    ...stage.server.list('service-instance').map(({ uuid }) => String(uuid)),
    ...stage.server.list('floating-ip').map(({ uuid }) => String(uuid)),
  ];
  const rejected = (): readonly string[] =>
    logger.lines.flatMap((line) => {
      const { message, uuid } = JSON.parse(line) as { readonly message: string; readonly uuid?: string };
      return message === 'object rejected' ? [uuid ?? ''] : [];
    });
  const problems = (): readonly unknown[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type === 'object')
      .map(({ kind, uuid }) => ({ kind, uuid }));

  beforeEach(async () => {
    stage = await HaproxyStage.open();
    stage.template();
    logger = new RecordingLogger();
    monitor = await start();
    pod = await stage.createPort('pod', { virtual_machine_interface_device_owner: 'compute:nova' });
    await serve(1, 'opencontrail');
    await serve(2, 'native');
    await stage.create('loadbalancer-healthmonitor', {
      uuid: uuidOf(41),
      fq_name: ['default-domain', 'shop', 'monitor'],
      parent_type: 'project',
      loadbalancer_healthmonitor_properties: { admin_state: true, monitor_type: 'HTTP', delay: 5, timeout: 3 },
    });
    await stage.refer(
      'ADD',
      { kind: 'loadbalancer-pool', uuid: uuidOf(21) },
      {
        kind: 'loadbalancer-healthmonitor',
        uuid: uuidOf(41),
      },
    );
    await stage.createPool('pool-3', uuidOf(23), undefined, { protocol: 'HTTP' });
    await stage.createVirtualIp('vip-3', uuidOf(53), { pool: uuidOf(23), port: await port('vip-3') });
    await stage.cloud.settled();
  });

  afterEach(() => stage.cloud.during(stage.stop()));

  for (const { what, kind, uuid, fields } of corruptions.filter(({ isQuick = false }) => isQuick || isWhole)) {
    describe(`when the monitor starts upon ${what}`, () => {
      it('should keep what was made, say so once, serve others, and go on when it is right again', async () => {
        const [before, stays] = [whole(), lasting()];
        await stage.cloud.stopMonitor(monitor);
        const right = stage.server.read(kind, uuid) ?? {};
        stage.server.seed(kind, { ...right, ...fields });
        monitor = await start();
        expect(lasting()).to.deep.equal(stays);
        expect(rejected()).to.deep.equal([uuid]);
        expect(problems()).to.deep.equal([{ kind, uuid }]);
        await serve(4, 'opencontrail');
        await stage.cloud.settled();
        expect(stage.configOf(uuidOf(4))).to.include('server ');
        stage.server.seed(kind, right);
        await monitor.resync();
        await stage.cloud.settled();
        expect(problems()).to.deep.equal([]);
        expect(before.filter((line) => !whole().includes(line))).to.deep.equal([]);
      });
    });
  }
});
