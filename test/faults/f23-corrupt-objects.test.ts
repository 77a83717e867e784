import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { Json } from '../../fixtures/index.js';
import type { ManagerSettings } from '../../lib/index.js';
import { eventually } from '../support/eventually.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

interface Sick {
  readonly kind: string;
  readonly uuid: string;
}

// What a row of the database holds in place of what it should, and of which object of the load balancer.
const corruptions: readonly {
  readonly what: string;
  readonly of: (stage: FaultStage, served: Served) => Sick;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly letsGo?: boolean;
}[] = [
  {
    what: 'a floating ip with a fixed ip that is no text',
    of: (_stage, { floatingIp }) => ({ kind: 'floating-ip', uuid: floatingIp.id }),
    fields: { floating_ip_fixed_ip_address: { not: 'a text' } },
  },
  {
    what: 'an amphora port with garbage for its address pairs',
    of: (_stage, { loadBalancer }) => portOf(loadBalancer.amphorae[0]?.portId),
    fields: { virtual_machine_interface_allowed_address_pairs: 'garbage' },
  },
  {
    what: 'an amphora port with an address pair of nothing',
    of: (_stage, { loadBalancer }) => portOf(loadBalancer.amphorae[0]?.portId),
    fields: { virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: [null] } },
  },
  {
    what: 'a VIP port with a number for its owner',
    of: (_stage, { loadBalancer }) => portOf(loadBalancer.vipPortId),
    fields: { virtual_machine_interface_device_owner: 7 },
  },
  {
    // An amphora port without an address counts as leaving, for that is how its delete begins: it alone is let go of.
    what: 'an amphora’s instance-ip with a list for its address',
    of: (stage, { loadBalancer }) => instanceIpOf(stage, loadBalancer.amphorae[0]?.portId),
    fields: { instance_ip_address: [] },
    letsGo: true,
  },
];

const nothing = '00000000-0000-4000-8000-00000000dead';

function portOf(uuid: string | undefined): Sick {
  return { kind: 'virtual-machine-interface', uuid: uuid ?? '' };
}

function instanceIpOf(stage: FaultStage, portId: string | undefined): Sick {
  const found = stage.shop.cloud.server
    .list('instance-ip')
    .find((ip) => JSON.stringify(ip['virtual_machine_interface_refs']).includes(portId ?? ''));
  return { kind: 'instance-ip', uuid: String(found?.['uuid']) };
}

function virtualIpOf(stage: FaultStage, loadBalancerId: string): Sick {
  const found = stage.shop.cloud.server
    .list('virtual-ip')
    .find((virtualIp) => JSON.stringify(virtualIp['fq_name']).includes(loadBalancerId));
  return { kind: 'virtual-ip', uuid: String(found?.['uuid']) };
}

function vipOf({ loadBalancer }: Served): string {
  return `${loadBalancer.networkId}/${loadBalancer.vips[0]?.address ?? ''}`;
}

describeFault('F23 corrupt object in the database', (schema) => {
  let stage: FaultStage;
  let sick: Served;
  let healthy: Served;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    sick = await stage.serve();
    healthy = await stage.serve();
    expect(await stage.complaints()).to.deep.equal([]);
  });

  afterEach(() => stage.close());

  /** Puts something else in place of an object; returns how to put it right. */
  const corrupt = ({ kind, uuid }: Sick, fields: Readonly<Record<string, unknown>>): (() => void) => {
    const { server } = stage.shop.cloud;
    const whole: Json = { ...server.read(kind, uuid) };
    server.seed(kind, { ...whole, ...fields });
    return () => {
      server.seed(kind, whole);
      stage.announce(kind, uuid);
    };
  };
  const problems = (): readonly string[] =>
    stage.monitor.monitor
      .status()
      .problems.map(({ type, kind, uuid }) => `${type} ${kind ?? ''} ${uuid ?? ''}`)
      .sort();
  const stateOf = (floatingIpId: string): Json => ({ ...stage.shop.cloud.server.read('floating-ip', floatingIpId) });

  const referencesOf = ({ floatingIp }: Served): readonly string[] =>
    ((stateOf(floatingIp.id)['virtual_machine_interface_refs'] ?? []) as readonly Json[]).map((to) =>
      String(to['uuid']),
    );

  const settings = (): Partial<ManagerSettings> => ({ schema, amphoraProjects: [stage.shop.tenant.projectId] });

  for (const { what, of, fields, letsGo = false } of corruptions) {
    describe(`when a change brings ${what}`, () => {
      it('should skip it, say so once in log, metric and status, serve all others, and take it when it is right again', async () => {
        const object = of(stage, sick);
        const repair = corrupt(object, fields);
        const before = stateOf(sick.floatingIp.id);
        stage.announce(object.kind, object.uuid);
        await stage.failover(healthy.loadBalancer);
        await stage.serve();
        await stage.monitor.resync();
        expect(stage.log.of('object rejected').map(({ uuid }) => uuid)).to.deep.equal([object.uuid]);
        expect(stage.metrics.count('objects_rejected_total', { kind: object.kind })).to.be.at.least(1);
        expect(problems()).to.deep.equal([`object ${object.kind} ${object.uuid}`]);
        expect(stateOf(sick.floatingIp.id)).to.deep.equal(before);
        repair();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(problems()).to.deep.equal([]);
      });
    });

    describe(`when the monitor starts upon ${what}`, () => {
      it('should start, serve all others, leave the floating ip of the sick one attached, and take it when it is right again', async () => {
        const object = of(stage, sick);
        await stage.shop.cloud.stopMonitor(stage.monitor);
        const repair = corrupt(object, fields);
        const references = referencesOf(sick);
        const { log, clock } = stage;
        const monitor = await stage.shop.cloud.startMonitor({ logger: log, clock, settings: settings() });
        await stage.failover(healthy.loadBalancer);
        await stage.serve();
        await monitor.resync();
        expect(log.of('object rejected').map(({ uuid }) => uuid)).to.deep.equal([object.uuid]);
        expect(monitor.monitor.status().problems.map(({ uuid }) => uuid)).to.deep.equal([object.uuid]);
        expect(referencesOf(sick)).to.include.members(letsGo ? [sick.loadBalancer.vipPortId] : references);
        repair();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(monitor.monitor.status().problems).to.deep.equal([]);
      });
    });
  }

  describe('when the monitor starts upon a virtual-ip of ours that is garbage', () => {
    it('should say so, serve all others, leave its floating ip as it is, and go on when it is right again', async () => {
      const object = virtualIpOf(stage, sick.loadBalancer.id);
      await stage.shop.cloud.stopMonitor(stage.monitor);
      const before = stateOf(sick.floatingIp.id);
      const repair = corrupt(object, { virtual_ip_properties: 'garbage' });
      const { log, clock } = stage;
      // Its VIP is tried again and again: the monitor comes to rest when the object is right again.
      const starting = stage.shop.cloud.startMonitor({ logger: log, clock, settings: settings() });
      await eventually('the object was rejected', () => log.of('object rejected').length > 0);
      await stage.shop.octavia.failoverLoadBalancer(healthy.loadBalancer).run();
      await stage.pass(3_000, 500);
      expect(stage.differences().filter((line) => !line.includes(vipOf(sick)))).to.deep.equal([]);
      expect(stateOf(sick.floatingIp.id)).to.deep.equal(before);
      const types = stage.shop.cloud.monitors[0]?.monitor.status().problems.map(({ type }) => type);
      expect(types).to.have.members(['object', 'failing']);
      repair();
      const monitor = await starting;
      expect(await stage.complaints()).to.deep.equal([]);
      expect(monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when objects have nulls where they may have nothing', () => {
    it('should take them as they are', async () => {
      const { server } = stage.shop.cloud;
      const [domain, project] = ['default-domain', 'shop'];
      server.seed('virtual-machine-interface', {
        fq_name: [domain, project, 'of-nulls'],
        parent_type: 'project',
        virtual_machine_interface_device_owner: null,
        virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: null },
        annotations: null,
      });
      server.seed('virtual-ip', {
        fq_name: [domain, project, 'of-nulls'],
        parent_type: 'project',
        virtual_ip_properties: null,
        annotations: null,
      });
      await stage.monitor.resync();
      await stage.failover(healthy.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(problems()).to.deep.equal([]);
    });
  });

  describe('when references point to what is not there', () => {
    it('should write nothing because of them, and serve all others', async () => {
      const { server } = stage.shop.cloud;
      const dangling = [{ to: ['default-domain', 'shop', 'gone'], uuid: nothing, attr: null }];
      const writes = stage.monitor.countWrites();
      const pool = server.list('floating-ip-pool')[0]?.['fq_name'];
      const floatingIp = server.seed('floating-ip', {
        fq_name: [...(Array.isArray(pool) ? (pool as string[]) : []), randomUUID()],
        parent_type: 'floating-ip-pool',
        floating_ip_address: '100.64.200.250',
        floating_ip_fixed_ip_address: sick.loadBalancer.vips[0]?.address,
        virtual_machine_interface_refs: dangling,
      });
      server.seed('instance-ip', {
        fq_name: [randomUUID()],
        instance_ip_address: sick.loadBalancer.vips[0]?.address,
        virtual_machine_interface_refs: dangling,
        virtual_network_refs: dangling,
      });
      stage.announce('floating-ip', floatingIp);
      await stage.monitor.resync();
      expect(stage.monitor.countWrites() - writes).to.equal(0);
      await stage.failover(healthy.loadBalancer);
      await stage.failover(sick.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.writesOn(floatingIp)).to.deep.equal([]);
      expect(problems()).to.deep.equal([]);
    });
  });

  describe('when the server itself fails at an object', () => {
    it('should serve all others meanwhile, and the sick one as soon as it can be read', async () => {
      const uuid = sick.loadBalancer.amphorae[0]?.portId ?? '';
      const end = stage.shop.cloud.server.use((request, next) =>
        request.path === `/virtual-machine-interface/${uuid}`
          ? Promise.resolve({ status: 500, body: 'Internal Server Error' })
          : next(),
      );
      stage.announce('virtual-machine-interface', uuid);
      await stage.failover(healthy.loadBalancer);
      await stage.pass(20_000, 1_000);
      const others = stage.differences().filter((line) => !line.includes(sick.floatingIp.id));
      expect(others).to.deep.equal([]);
      expect(stage.log.of('cannot read a changed object, trying again').map((fields) => fields['uuid'])).to.deep.equal([
        uuid,
      ]);
      end();
      await stage.pass(6_000, 500);
      await stage.failover(sick.loadBalancer);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
