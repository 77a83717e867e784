import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { Operator, type LoadBalancer, type Tenant } from '../../fixtures/index.js';
import { membersPerVip, recordBounds, recordsPerFloatingIp } from '../../lib/rules.js';
import { pairBound } from '../../lib/model/index.js';
import { type Problem } from '../../lib/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const prefix = 'opensdn-svc-monitor';

interface Annotation {
  readonly key: string;
  readonly value: string;
}

describeFault('objects that a tenant has made as large as he likes', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  // But that amphorae of other tenants would not be trusted in a shared network.
  const problems = (): readonly Problem[] =>
    stage.monitor.monitor.status().problems.filter(({ type }) => type !== 'unlisted-project');
  const oversized = (): readonly (string | undefined)[] =>
    problems().flatMap(({ type, uuid }) => (type === 'oversized' ? [uuid] : []));
  const adds = (): number => stage.metrics.count('queue_adds_total');
  const requests = (): number => stage.shop.cloud.server.requests.count();

  /** The ports that the floating ip references, sorted. */
  const wired = ({ floatingIp }: Served): readonly string[] => {
    const object = stage.shop.cloud.server.read('floating-ip', floatingIp.id) as {
      readonly virtual_machine_interface_refs?: readonly { readonly uuid: string }[];
    };
    return (object.virtual_machine_interface_refs ?? []).map(({ uuid }) => uuid).sort();
  };
  const portsOf = ({ vipPortId, amphorae }: LoadBalancer): readonly string[] =>
    [vipPortId, ...amphorae.filter(({ state }) => state === 'bound').map(({ portId }) => portId)].sort();

  describe('when a port like an amphora has a thousand pairs, and they change ten times a second', () => {
    const pairs = (count: number, offset: number): Readonly<Record<string, unknown>> => ({
      virtual_machine_interface_allowed_address_pairs: {
        allowed_address_pair: Array.from({ length: count }, (_, index) => ({
          ip: { ip_prefix: `10.9.${(index + offset) >> 8}.${(index + offset) & 255}`, ip_prefix_len: 32 },
          mac: '',
          address_mode: 'active-standby',
        })),
      },
    });

    it('should look at no more VIPs than an amphora has, serve all others, and say so until it is over', async () => {
      const others = await stage.addTenant({ name: 'others', cidrs: ['10.108.0.0/24'] });
      const healthy = await stage.serve({}, others);
      const port = await stage.shop.user.createHostilePort(stage.shop.tenant, served.loadBalancer.vips[0]!).run();
      await stage.shop.cloud.settled();
      const rounds = 20;
      const before = adds();
      const writes = stage.shop.cloud.countWrites();
      for (let round = 0; round < rounds; round += 1) {
        await operator.setProperties('virtual-machine-interface', port.id, pairs(1_000, round % 2 === 0 ? 0 : 5_000));
        await stage.pass(100);
      }
      expect(adds() - before).to.be.at.most(rounds * (2 * pairBound + 2));
      expect(stage.shop.cloud.countWrites() - writes, 'writes').to.be.at.most(10);
      expect(oversized()).to.deep.equal([port.id]);
      await stage.failoverCalmly(healthy.loadBalancer, () => stage.calm());
      expect(wired(healthy)).to.deep.equal(portsOf(healthy.loadBalancer));
      await stage.shop.user.deletePort(port.id).run();
      await stage.pass(3_000);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when an ordinary port has a thousand pairs', () => {
    it('should say nothing of it: none of them counts', async () => {
      const port = await stage.shop.user.createServerPort().run();
      const allowed = Array.from({ length: 1_000 }, (_, index) => ({
        ip: { ip_prefix: `10.9.${index >> 8}.${index & 255}`, ip_prefix_len: 32 },
        mac: '',
        address_mode: 'active-active',
      }));
      await operator.setProperties('virtual-machine-interface', port.id, {
        virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: allowed },
      });
      await stage.shop.cloud.settled();
      expect(problems()).to.deep.equal([]);
    });
  });

  describe('when forty ports carry one VIP', () => {
    it('should wire no more than count, and say so until it is over', async () => {
      const { user, tenant } = stage.shop;
      const ports: string[] = [];
      for (let count = 0; count < 40; count += 1) {
        ports.push((await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run()).id);
      }
      await stage.shop.cloud.settled();
      expect(wired(served)).to.have.length(1 + membersPerVip);
      expect(problems().map(({ type, message }) => [type, message.split(' ')[0]])).to.deep.equal([['oversized', '10']]);
      for (const port of ports) await user.deletePort(port).run();
      await stage.pass(4_000);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when a floating ip references three hundred ports besides the VIP', () => {
    it('should take turns with the other VIPs until they are dropped', async () => {
      const other = await stage.serve();
      const before = stage.metrics.count('reconciles_total', { controller: 'octavia-vip', outcome: 'unfinished' });
      const { cloud, tenant } = stage.shop;
      const fqName = (index: number): readonly string[] => ['default-domain', 'shop', `many-${index}`];
      const ports = Array.from({ length: 300 }, (_, index) =>
        cloud.server.seed('virtual-machine-interface', {
          fq_name: fqName(index),
          parent_type: 'project',
          parent_uuid: tenant.projectId,
        }),
      );
      await stage.monitor.resync();
      const { id } = served.floatingIp;
      await Promise.all(ports.map((port) => operator.updateReference({ kind: 'floating-ip', id }, port, 'ADD')));
      await stage.failoverCalmly(other.loadBalancer, () => stage.calm());
      expect(wired(other)).to.deep.equal(portsOf(other.loadBalancer));
      await stage.pass(3_000);
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
      expect(
        stage.metrics.count('reconciles_total', { controller: 'octavia-vip', outcome: 'unfinished' }),
      ).to.be.greaterThan(before);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when many virtual-ips record one floating ip', () => {
    /** Records of it at addresses that nobody has. */
    const claim = async (count: number, tenant: Tenant): Promise<void> => {
      for (let index = 0; index < count; index += 1) {
        stage.shop.cloud.server.seed('virtual-ip', {
          fq_name: ['default-domain', tenant.name, `claim-${index}`],
          parent_type: 'project',
          parent_uuid: tenant.projectId,
          annotations: {
            key_value_pair: [
              { key: `${prefix}/managed-by`, value: prefix },
              { key: `${prefix}/vip`, value: `${tenant.networkId}/10.9.1.${index}` },
              { key: `${prefix}/loadbalancer`, value: tenant.projectId },
              { key: `${prefix}/vip-port`, value: served.loadBalancer.vipPortId },
              { key: `${prefix}/floating-ip/${served.floatingIp.id}`, value: `10.9.1.${index}` },
            ],
          },
        });
      }
      await stage.monitor.resync();
      await stage.pass(3_000);
    };
    const changeIt = async (): Promise<number> => {
      const before = adds();
      await stage.shop.user.setDescription(served.floatingIp, randomUUID()).run();
      await stage.shop.cloud.settled();
      return adds() - before;
    };

    it('should look at none of another tenant’s when it changes', async () => {
      const alone = await changeIt();
      const { user: stranger } = await stage.addTenant({ name: 'stranger', cidrs: ['10.108.0.0/24'] });
      await claim(60, stranger.tenant);
      expect(await changeIt()).to.equal(alone);
      expect(oversized()).to.deep.equal([]);
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
    });

    it('should look at no more of its own tenant’s than count, and say so until it is over', async () => {
      const alone = await changeIt();
      await claim(60, stage.shop.tenant);
      expect(await changeIt()).to.be.at.most(alone + recordsPerFloatingIp);
      expect([...new Set(oversized())]).to.deep.equal([served.floatingIp.id]);
      expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
    });
  });

  const virtualIpId = (): string =>
    String(
      stage.shop.cloud.server
        .list('virtual-ip')
        .find((object) => JSON.stringify(object['fq_name']).includes(served.loadBalancer.id))?.['uuid'],
    );
  const annotations = (): readonly Annotation[] =>
    (stage.shop.cloud.server.read('virtual-ip', virtualIpId()) as { annotations: { key_value_pair: Annotation[] } })
      .annotations.key_value_pair;
  const flood = (keyOf: (index: number) => string): Promise<void> =>
    operator.setProperties('virtual-ip', virtualIpId(), {
      annotations: {
        key_value_pair: [
          ...annotations(),
          ...Array.from({ length: 5_000 }, (_, index) => ({ key: keyOf(index), value: '10.9.0.1' })),
        ],
      },
    });
  const drain = (): Promise<void> =>
    operator.setProperties('virtual-ip', virtualIpId(), {
      annotations: { key_value_pair: annotations().filter(({ value }) => value !== '10.9.0.1') },
    });

  describe('when a virtual-ip has 5,000 annotations that are not ours', () => {
    it('should read it once, and do nothing', async () => {
      const before = requests();
      await flood((index) => `somebody/${index}`);
      await stage.shop.cloud.settled();
      expect(requests() - before).to.be.at.most(3);
      expect(problems()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  for (const [what, keyOf] of [
    ['floating ips', () => `${prefix}/floating-ip/${randomUUID()}`],
    ['members', () => `${prefix}/member/${randomUUID()}`],
  ] as const) {
    describe(`when the record of a virtual-ip names 5,000 ${what}`, () => {
      beforeEach(async () => {
        const before = requests();
        await flood(keyOf);
        await stage.shop.cloud.settled();
        expect(requests() - before, 'requests').to.be.at.most(2 * recordBounds.floatingIps);
      });

      it('should serve its floating ip on, leave it as it is, and say so', async () => {
        const id = virtualIpId();
        expect(oversized()).to.deep.equal([id]);
        const writes = stage.writesOn(id).length;
        await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
        expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
        await stage.monitor.resync();
        await stage.pass(3_000);
        expect(stage.writesOn(id).length).to.equal(writes);
        expect(stage.metrics.count('associations_stripped_total')).to.equal(0);
      });

      it('should restore what a port delete strips', async () => {
        await stage.failover(served.loadBalancer, { skipUnbind: true });
        await stage.pass(3_000);
        expect(wired(served)).to.deep.equal(portsOf(served.loadBalancer));
      });

      it('should leave alone what its user has freed, for good', async () => {
        await stage.shop.user.disassociate(served.floatingIp).run();
        await stage.pass(3_000);
        expect(wired(served)).to.deep.equal([]);
        await stage.failover(served.loadBalancer, { skipUnbind: true });
        await stage.pass(3_000);
        await stage.monitor.resync();
        await stage.pass(3_000);
        expect(wired(served)).to.deep.equal([]);
      });

      it('should be as after an undisturbed run when it is over', async () => {
        await stage.failoverCalmly(served.loadBalancer, () => stage.calm());
        await drain();
        await stage.pass(3_000);
        expect(problems()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });

      it('should delete it with its load balancer', async () => {
        await stage.calmly(stage.shop.octavia.deleteLoadBalancer(served.loadBalancer), () => stage.calm());
        await stage.pass(4_000);
        expect(problems()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }
});
