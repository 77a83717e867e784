import { expect } from 'chai';
import { z } from 'zod';
import { liveAmphorae, type LoadBalancer, type UserFloatingIp } from '../../fixtures/index.js';
import { readRecord } from '../../lib/rules.js';
import { type ManagerSettings } from '../../lib/index.js';
import { eventually } from '../support/eventually.js';
import { Shop } from '../support/shop.js';

type Setting = ManagerSettings['schema'];

const virtualIp = z.object({
  annotations: z.object({ key_value_pair: z.array(z.object({ key: z.string(), value: z.string() })) }),
  floating_ip_refs: z.array(z.object({ uuid: z.string() })).default([]),
});

describe('the reference from virtual-ip to floating-ip', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let floatingIp: UserFloatingIp;

  const open = async (server: 'stock' | 'native', setting: Setting): Promise<void> => {
    shop = await Shop.open({ server: { schema: server }, monitor: { settings: { schema: setting } } });
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
  };

  const restart = async (setting: Setting): Promise<void> => {
    for (const monitor of shop.cloud.monitors) await shop.cloud.stopMonitor(monitor);
    await shop.cloud.startMonitor({ settings: { schema: setting } });
  };

  /** Where associations are recorded. Uuids of floating ips. */
  const recorded = (): { annotated: readonly string[]; referenced: readonly string[] } => {
    const all = z.array(virtualIp).parse(shop.cloud.server.list('virtual-ip'));
    return {
      annotated: all.flatMap(({ annotations }) => readRecord(annotations)?.floatingIps ?? []),
      referenced: all.flatMap((one) => one.floating_ip_refs.map(({ uuid }) => uuid)),
    };
  };

  const trials = (operation: 'ADD' | 'DELETE' = 'ADD'): number =>
    shop.cloud.server.requests
      .find({ operation: 'ref-update', kind: 'virtual-ip' })
      .filter(
        ({ body }) =>
          z.looseObject({ 'ref-type': z.literal('floating-ip'), operation: z.literal(operation) }).safeParse(body)
            .success,
      ).length;

  const failover = async (): Promise<void> => {
    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora !== undefined) await shop.octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind: true }).run();
    await shop.cloud.settled();
  };

  afterEach(() => shop.close());

  for (const setting of ['auto', 'native'] as const) {
    describe(`when the server keeps it, and the setting is ${setting}`, () => {
      beforeEach(() => open('native', setting));

      it('should record associations by it, and in no annotation', () => {
        expect(shop.differences()).to.deep.equal([]);
        expect(recorded()).to.deep.equal({ annotated: [], referenced: [floatingIp.id] });
      });

      it('should never keep the user from deleting the floating ip, and leave nothing of it', async () => {
        await shop.user.deleteFloatingIp(floatingIp).run();
        await shop.cloud.settled();
        expect(shop.differences()).to.deep.equal([]);
        expect(recorded()).to.deep.equal({ annotated: [], referenced: [] });
      });

      it('should restore a stripped association by it, also after a restart', async () => {
        for (const monitor of shop.cloud.monitors) await shop.cloud.stopMonitor(monitor);
        const [amphora] = liveAmphorae(loadBalancer);
        if (amphora !== undefined) await shop.octavia.failoverAmphora(loadBalancer, amphora).run();
        await shop.cloud.startMonitor({ settings: { schema: setting } });
        await shop.cloud.settled();
        expect(shop.differences()).to.deep.equal([]);
        await failover();
        expect(shop.differences()).to.deep.equal([]);
      });

      it('should remove it when the user disassociates', async () => {
        await shop.user.disassociate(floatingIp, 'port-null').run();
        await shop.cloud.settled();
        expect(shop.differences()).to.deep.equal([]);
        expect(recorded()).to.deep.equal({ annotated: [], referenced: [] });
      });
    });
  }

  describe('when the server does not keep it, and the setting is auto', () => {
    beforeEach(() => open('stock', 'auto'));

    it('should try it once, and record associations in annotations', async () => {
      expect(recorded()).to.deep.equal({ annotated: [floatingIp.id], referenced: [] });
      const second = await shop.octavia.createLoadBalancer().run();
      await shop.user.associate(await shop.user.createFloatingIp().run(), second).run();
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
      expect(trials()).to.equal(1);
    });

    it('should take the trial back: an extended schema shows what was written before', async () => {
      expect(trials('DELETE')).to.equal(1);
      await shop.user.disassociate(floatingIp, 'port-null').run();
      await shop.cloud.settled();
      for (const monitor of shop.cloud.monitors) await shop.cloud.stopMonitor(monitor);
      shop.cloud.server.extendSchema();
      expect(recorded()).to.deep.equal({ annotated: [], referenced: [] });
      await shop.cloud.startMonitor({ settings: { schema: 'auto' } });
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
    });

    it('should not try it when there is nothing to record: not after a restart either', async () => {
      const before = trials();
      const writes = shop.cloud.server.requests.count({ access: 'write' });
      await restart('auto');
      await shop.cloud.settled();
      expect(shop.cloud.server.requests.count({ access: 'write' })).to.equal(writes);
      await failover();
      expect(trials()).to.equal(before);
    });
  });

  describe('when the server does not keep it, and the setting is stock', () => {
    it('should not try it', async () => {
      await open('stock', 'stock');
      expect(trials()).to.equal(0);
      expect(shop.differences()).to.deep.equal([]);
    });
  });

  describe('when the server does not keep it, and the setting is native', () => {
    it('should say so in the status, and write no reference that could be stripped without a record', async () => {
      shop = await Shop.open({ monitor: { settings: { schema: 'native' }, workers: 1 } });
      loadBalancer = await shop.octavia.createLoadBalancer().run();
      floatingIp = await shop.user.createFloatingIp().run();
      await shop.user.associate(floatingIp, loadBalancer).run();
      await eventually('a problem in the status', () =>
        shop.monitor.monitor
          .status()
          .problems.some(({ type, message }) => type === 'failing' && message.startsWith('schema-mismatch')),
      );
      expect(
        shop.cloud.server.requests.count({ access: 'write', kind: 'floating-ip', userAgent: shop.monitor.userAgent }),
      ).to.equal(0);
    });
  });

  describe('when the schema is extended under records in annotations', () => {
    beforeEach(async () => {
      await open('stock', 'auto');
      for (const monitor of shop.cloud.monitors) await shop.cloud.stopMonitor(monitor);
      shop.cloud.server.extendSchema();
    });

    it('should move each with the setting native, and lose none', async () => {
      await shop.cloud.startMonitor({ settings: { schema: 'native' } });
      await shop.cloud.settled();
      expect(recorded()).to.deep.equal({ annotated: [], referenced: [floatingIp.id] });
      expect(shop.differences()).to.deep.equal([]);
      await failover();
      expect(shop.differences()).to.deep.equal([]);
    });

    it('should move each with the setting auto, at the first association that is new', async () => {
      await shop.cloud.startMonitor({ settings: { schema: 'auto' } });
      await shop.cloud.settled();
      expect(recorded()).to.deep.equal({ annotated: [floatingIp.id], referenced: [] });
      const second = await shop.octavia.createLoadBalancer().run();
      const another = await shop.user.createFloatingIp().run();
      await shop.user.associate(another, second).run();
      await shop.cloud.settled();
      expect(recorded().annotated).to.deep.equal([]);
      expect(recorded().referenced).to.have.members([floatingIp.id, another.id]);
      expect(shop.differences()).to.deep.equal([]);
    });

    it('should restore one that is stripped before it is moved', async () => {
      const [amphora] = liveAmphorae(loadBalancer);
      if (amphora !== undefined) await shop.octavia.failoverAmphora(loadBalancer, amphora).run();
      await shop.cloud.startMonitor({ settings: { schema: 'native' } });
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
      expect(recorded()).to.deep.equal({ annotated: [], referenced: [floatingIp.id] });
    });
  });

  describe('when the setting goes back to stock', () => {
    it('should move each to an annotation, and lose none', async () => {
      await open('native', 'native');
      await restart('stock');
      await shop.cloud.settled();
      expect(recorded()).to.deep.equal({ annotated: [floatingIp.id], referenced: [] });
      expect(shop.differences()).to.deep.equal([]);
    });
  });
});
