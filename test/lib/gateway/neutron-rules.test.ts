import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { ManualClock, NeutronRules, observedOctaviaVip } from '../../../lib/index.js';
import { GatewayStage, releases, type ReadAnswer } from './support/gateway-stage.js';

/** The text of an answer without the times, which each write of the monitor moves on. */
function timeless({ status, text }: ReadAnswer): string {
  return `${status} ${text.replaceAll(/"updated_at": ?"[^"]*"/g, '"updated_at":"-"')}`;
}

describe('NeutronRules', () => {
  for (const release of releases) {
    for (const order of [
      ['8', '0', 'f'],
      ['0', '8', 'f'],
      ['f', '0', '8'],
    ]) {
      describe(`when the API server is of release ${release}, and the first digits of the ports are ${order.join(' ')}`, () => {
        let stage: GatewayStage;

        beforeEach(async () => {
          stage = await GatewayStage.open({ release, order, leads: false, routed: true });
        });

        afterEach(async () => {
          await stage.close();
        });

        it('should answer as if the VIP port were the only reference', async () => {
          const { id } = stage.floatingIp;
          const { port_id: vipPort, fixed_ip_address: address } = stage.vip;
          const tenant = stage.shop.tenant.projectId.replaceAll('-', '');
          const lists = [
            {},
            { port_id: [vipPort] },
            { port_id: [vipPort.replaceAll('-', '')], floating_ip_address: [stage.floatingIp.address] },
            { port_id: [vipPort], floating_ip_address: ['192.0.2.1'] },
            { port_id: [vipPort], id: [id] },
            { port_id: [vipPort], id: [randomUUID()] },
            { port_id: [vipPort], tenant_id: [tenant] },
            { port_id: stage.ports },
            { port_id: stage.ports.filter((port) => port !== vipPort) },
            { port_id: [randomUUID()] },
            { id: [id] },
            { tenant_id: [tenant] },
          ].map((filters) => ({ fields: [], filters }));
          const asked = [
            ...lists.map((data) => ({ operation: 'READALL', data })),
            { operation: 'READ', data: { id, fields: [] } },
          ];
          const single: string[] = [];
          for (const { operation, data } of asked)
            single.push(timeless(await stage.direct('floatingip', operation, data)));
          expect(stage.references()).to.deep.equal([vipPort]);
          await stage.lead(true);
          expect(stage.references()).to.deep.equal(stage.ports);

          const several: string[] = [];
          for (const { operation, data } of asked) {
            const changed = await stage.ask('floatingip', operation, data);
            several.push(timeless(changed ?? (await stage.direct('floatingip', operation, data))));
          }
          expect(several).to.deep.equal(single);
          expect(single.at(-1)).to.include(`"port_id":"${vipPort}"`).and.include(`"fixed_ip_address":"${address}"`);
          expect(single.at(-1)).to.match(/"router_id":"[0-9a-f-]{36}"/);
        });

        it('should answer as if the VIP port were the only reference when the description is set', async () => {
          const data = { id: stage.floatingIp.id, resource: { description: 'wéb "1"' } };
          const single = timeless(await stage.direct('floatingip', 'UPDATE', data));
          await stage.lead(true);
          await stage.shop.user.setDescription(stage.floatingIp, 'before').run();
          await stage.shop.cloud.settled();
          const answer = await stage.ask('floatingip', 'UPDATE', data);

          expect(answer && timeless(answer)).to.equal(single);
          expect(stage.references()).to.deep.equal(stage.ports);
          expect(stage.stored()).to.include({ floating_ip_fixed_ip_address: stage.vip.fixed_ip_address });
        });
      });
    }
  }

  describe('when the monitor is not ready', () => {
    it('should let all pass, and count it', async () => {
      const stage = await GatewayStage.open({ rules: { isReady: () => false } });
      try {
        const answer = await stage.ask('floatingip', 'READ', { id: stage.floatingIp.id, fields: [] });

        expect(answer).to.equal(undefined);
        expect(stage.upstream.sent).to.deep.equal([]);
        expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'not-ready' })).to.equal(1);
      } finally {
        await stage.close();
      }
    });
  });

  describe('when it is not about a VIP', () => {
    let stage: GatewayStage;

    beforeEach(async () => {
      stage = await GatewayStage.open();
    });

    afterEach(async () => {
      await stage.close();
    });

    it('should let it pass without a request of its own', async () => {
      const { id } = stage.floatingIp;
      const free = await stage.shop.user.createFloatingIp().run();
      const port = await stage.shop.user.createServerPort().run();
      await stage.shop.cloud.settled();
      const asked = [
        ['floatingip', 'READ', { id: free.id, fields: [] }],
        ['floatingip', 'READ', { id: randomUUID() }],
        ['floatingip', 'READ', {}],
        ['floatingip', 'READCOUNT', { filters: {} }],
        ['floatingip', 'DELETE', { id }],
        ['floatingip', 'CREATE', { resource: { floating_network_id: stage.shop.tenant.externalNetworkId } }],
        ['floatingip', 'UPDATE', { id, resource: {} }],
        ['floatingip', 'UPDATE', { id, resource: { id } }],
        ['floatingip', 'UPDATE', { id, resource: { port_id: null } }],
        ['floatingip', 'UPDATE', { id, resource: { port_id: port.id } }],
        ['floatingip', 'UPDATE', { id, resource: { fixed_ip_address: '10.0.0.9' } }],
        ['floatingip', 'UPDATE', { id: free.id, resource: { description: 'free' } }],
        ['floatingip', 'UPDATE', { id: randomUUID(), resource: { description: 'nobody' } }],
        ['port', 'READ', { id: stage.vip.port_id }],
        ['port', 'READALL', { filters: {} }],
        ['port', 'DELETE', { id: port.id }],
        ['port', 'UPDATE', { id: stage.ports[0], resource: {} }],
      ] as const;
      for (const [resource, operation, data] of asked) {
        expect(await stage.ask(resource, operation, data), `${operation} ${JSON.stringify(data)}`).to.equal(undefined);
      }
      expect(stage.upstream.sent).to.deep.equal([]);
    });

    it('should let pass what is no question', async () => {
      const bodies = ['', '{', '[]', 'null', '"x"', '{"context": {"operation": "READ"}}', '{"context": 1, "data": 2}'];
      for (const text of bodies) {
        const request = { resource: 'floatingip' as const, rawHeaders: [], body: Buffer.from(text) };
        expect(await stage.rules.handle(request, stage.upstream, new AbortController().signal), text).to.equal(
          undefined,
        );
      }
      const odd = [
        ...[{ port_id: [7] }, { port_id: 'x' }, { port_id: [''] }, { port_id: [[stage.vip.port_id]] }, { id: [null] }],
        { port_id: Array.from({ length: 10_000 }, () => randomUUID()) },
      ];
      for (const filters of odd) expect(await stage.ask('floatingip', 'READALL', { filters })).to.equal(undefined);
      expect(await stage.ask('floatingip', 'READALL', { filters: null })).to.equal(undefined);
      expect(stage.upstream.sent).to.deep.equal([]);
      expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'too-large' })).to.equal(1);
    });

    it('should let the lists of a project without VIPs pass', async () => {
      const stranger = { context: { tenant: randomUUID().replaceAll('-', ''), is_admin: false } };
      for (const filters of [{}, { port_id: [stage.vip.port_id] }, { id: [stage.floatingIp.id] }]) {
        expect(await stage.ask('floatingip', 'READALL', { fields: [], filters }, stranger)).to.equal(undefined);
      }
    });
  });

  describe('when the monitor is made anew', () => {
    it('should ask the one that there is, and say so while there was none', async () => {
      const { manager, directory } = observedOctaviaVip();
      expect(() => directory())
        .to.throw('no monitor was made that could be asked')
        .with.property('code', 'closed');
      const stage = await GatewayStage.open({ monitor: { managers: [manager] }, rules: { directory } });
      try {
        await stage.shop.cloud.stopMonitor(stage.shop.monitor);
        const amphoraProjects = [stage.loadBalancer.amphorae[0]!.projectId!];
        const first = directory();
        await stage.shop.cloud.startMonitor({ managers: [manager], settings: { amphoraProjects } });
        expect(directory()).not.to.equal(first);
        await stage.shop.user.disassociate(stage.floatingIp).run();
        await stage.shop.cloud.settled();
        const rules = new NeutronRules({ directory, isReady: () => true, clock: new ManualClock() });
        const context = { operation: 'READ', is_admin: true };
        const body = Buffer.from(JSON.stringify({ context, data: { id: stage.floatingIp.id } }));
        const request = { resource: 'floatingip' as const, rawHeaders: [], body };

        expect(await rules.handle(request, stage.upstream, new AbortController().signal)).to.equal(undefined);
        expect(first.associationOf(stage.floatingIp.id)).not.to.equal(undefined);
      } finally {
        await stage.close();
      }
    });
  });
});
