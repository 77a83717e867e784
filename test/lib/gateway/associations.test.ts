import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { ManualClock } from '../../../lib/index.js';
import { rejectionOf, turns } from '../../support/turns.js';
import { GatewayStage, releases } from './support/gateway-stage.js';

describe('FloatingIpRules, of an association', () => {
  let stage: GatewayStage | undefined;

  afterEach(async () => {
    await stage?.close();
    stage = undefined;
  });

  for (const release of releases) {
    describe(`when the API server is of release ${release}`, () => {
      it('should answer an update when it is wired, and name VIP port and VIP', async () => {
        stage = await GatewayStage.open({ release });
        const { floatingIp, vip } = stage;
        await stage.shop.user.disassociate(floatingIp).run();
        await stage.shop.cloud.settled();
        const answer = await stage.ask('floatingip', 'UPDATE', { id: floatingIp.id, resource: vip });

        expect(stage.references()).to.deep.equal(stage.ports);
        expect(answer?.value).to.include({ id: floatingIp.id, status: 'ACTIVE', ...vip });
        expect(stage.metrics.count('gateway_waits_total', { for: 'wiring', outcome: 'done' })).to.equal(1);
      });

      it('should answer a create when it is wired', async () => {
        stage = await GatewayStage.open({ release });
        const { tenant, user } = stage.shop;
        await user.disassociate(stage.floatingIp).run();
        await stage.shop.cloud.settled();
        const resource = {
          ...{ floating_network_id: tenant.externalNetworkId, tenant_id: tenant.projectId.replaceAll('-', '') },
          port_id: stage.vip.port_id,
        };
        const answer = await stage.ask('floatingip', 'CREATE', { resource });

        const { id } = answer?.value as { readonly id: string };
        const stored = stage.shop.cloud.server.read('floating-ip', id)!;
        expect(answer?.value).to.include({ status: 'ACTIVE', ...stage.vip });
        expect(stored['virtual_machine_interface_refs']).to.be.an('array').of.length(stage.ports.length);
      });
    });
  }

  describe('when it is wired already, and associated again', () => {
    it('should not take the wiring of before for that of now', async () => {
      stage = await GatewayStage.open();
      await stage.lead(false);
      const { cloud } = stage.shop;
      const { clock } = cloud;
      const before = clock.monotonic();
      const answer = await cloud.during(
        stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip }),
      );

      expect(answer?.value).to.include(stage.vip);
      expect(clock.monotonic() - before).to.be.at.least(1_000);
      expect(stage.metrics.count('gateway_waits_total', { for: 'wiring', outcome: 'over-bound' })).to.equal(1);
    });

    it('should answer when it is wired anew', async () => {
      stage = await GatewayStage.open();
      await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip });

      expect(stage.references()).to.deep.equal(stage.ports);
    });
  });

  describe('when another monitor acts', () => {
    for (const hears of ['bus', 'watch'] as const) {
      it(`should wait for what that one writes, by the ${hears}`, async () => {
        stage = await GatewayStage.open({ leads: false, monitor: { hears, userAgent: 'standby' } });
        const { shop } = stage;
        const amphoraProjects = [
          String(shop.cloud.server.read('virtual-machine-interface', stage.ports[0]!)!['parent_uuid']),
        ];
        await shop.cloud.startMonitor({ settings: { amphoraProjects }, userAgent: 'leader' });
        await shop.cloud.settled();
        await shop.user.disassociate(stage.floatingIp).run();
        await shop.cloud.settled();
        await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip });

        expect(stage.references()).to.deep.equal(stage.ports);
        expect(stage.metrics.count('gateway_waits_total', { for: 'wiring', outcome: 'done' })).to.equal(1);
        expect(shop.cloud.server.requests.count({ userAgent: 'standby', access: 'write' })).to.equal(0);
      });
    }
  });

  describe('when nothing is to be wired', () => {
    it('should let it pass where nobody carries the VIP', async () => {
      stage = await GatewayStage.open();
      for (const amphora of stage.loadBalancer.amphorae) await stage.shop.octavia.deleteAmphora(amphora).run();
      await stage.shop.cloud.settled();
      const answer = await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip });

      expect(answer).to.equal(undefined);
      expect(stage.upstream.sent).to.deep.equal([]);
    });

    it('should answer at once in a dry run', async () => {
      stage = await GatewayStage.open({ monitor: { dryRun: true } });
      const answer = await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip });

      expect(answer?.value).to.include(stage.vip);
    });

    it('should give a refusal back at once', async () => {
      stage = await GatewayStage.open();
      const stranger = { context: { tenant: randomUUID().replaceAll('-', ''), is_admin: false } };
      const data = { id: stage.floatingIp.id, resource: stage.vip };
      const answer = await stage.ask('floatingip', 'UPDATE', data, stranger);

      expect(answer?.status).to.equal(400);
      expect(answer?.text).to.equal((await stage.direct('floatingip', 'UPDATE', data, stranger)).text);
      expect(stage.metrics.count('gateway_waits_total')).to.equal(0);
    });
  });

  describe('when the API server refuses to record it', () => {
    it('should wait for the references alone', async () => {
      stage = await GatewayStage.open();
      const { cloud, user } = stage.shop;
      await user.disassociate(stage.floatingIp).run();
      await cloud.settled();
      const end = cloud.server.use((request, next) =>
        request.path === '/prop-collection-update'
          ? Promise.resolve({ status: 403, body: 'Permission Denied' })
          : next(),
      );
      await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource: stage.vip });
      end();

      expect(stage.references()).to.deep.equal(stage.ports);
      expect(stage.metrics.count('gateway_waits_total', { for: 'wiring', outcome: 'done' })).to.equal(1);
    });
  });

  describe('when who asks goes away', () => {
    it('should end the wait with `aborted`', async () => {
      const clock = new ManualClock();
      stage = await GatewayStage.open({ clock });
      await stage.lead(false);
      const { pending } = clock;
      const caller = new AbortController();
      const answer = stage.ask(
        'floatingip',
        'UPDATE',
        { id: stage.floatingIp.id, resource: stage.vip },
        { signal: caller.signal },
      );
      await stage.shop.cloud.still();
      await turns();
      expect(clock.pending).to.equal(pending + 1);
      caller.abort();

      expect(await rejectionOf(answer)).to.include({ code: 'aborted' });
      expect(clock.pending).to.equal(pending);
    });
  });

  describe('when an update names no port', () => {
    it('should keep the association where an amphora’s port has two addresses', async () => {
      stage = await GatewayStage.open({
        order: ['f', '0', '8'],
        tenant: { cidrs: ['10.107.0.0/24', '10.108.0.0/24'] },
      });
      await stage.shop.octavia.plugMember(stage.loadBalancer, stage.shop.tenant.subnets[1]!.id).run();
      await stage.shop.cloud.settled();
      const data = { id: stage.floatingIp.id, resource: { description: 'web' } };
      const answer = await stage.ask('floatingip', 'UPDATE', data);

      expect(answer?.value).to.include({ description: 'web', ...stage.vip });
      expect(stage.references()).to.deep.equal(stage.ports);
      expect((await stage.direct('floatingip', 'UPDATE', data)).status).to.equal(400);
    });

    it('should clear a description as Neutron does', async () => {
      stage = await GatewayStage.open();
      const { id } = stage.floatingIp;
      await stage.ask('floatingip', 'UPDATE', { id, resource: { description: 'web' } });
      const answer = await stage.ask('floatingip', 'UPDATE', { id, resource: { description: null } });

      expect(answer?.value).to.include(stage.vip).and.not.to.have.property('description');
    });

    it('should write nothing of the floating ip but the description, in the caller’s name', async () => {
      stage = await GatewayStage.open();
      const { id } = stage.floatingIp;
      const resource = { description: 'web', qos_policy_id: null };
      await stage.ask('floatingip', 'UPDATE', { id, resource });

      const [put, read, ...more] = stage.upstream.sent;
      expect(put).to.include({ method: 'PUT', path: `/floating-ip/${id}` });
      expect(put?.body).to.equal('{"floating-ip":{"id_perms":{"description":"web"}}}');
      expect(JSON.parse(read!.body!)).to.deep.include({ data: { id, fields: [] } });
      expect(more).to.deep.equal([]);
    });

    for (const resource of [{ description: 'web' }, { tags: ['a'] }, { description: 'web', fixed_ip_address: null }]) {
      it(`should name the VIP port where the API server does not take it otherwise: ${JSON.stringify(resource)}`, async () => {
        stage = await GatewayStage.open();
        const end = stage.shop.cloud.server.use((request, next) =>
          request.method === 'PUT' && request.userAgent === 'neutron'
            ? Promise.resolve({ status: 403, body: 'Permission Denied' })
            : next(),
        );
        const answer = await stage.ask('floatingip', 'UPDATE', { id: stage.floatingIp.id, resource });
        end();

        expect(answer?.status).to.equal(200);
        expect(answer?.value).to.include(stage.vip);
        expect(stage.references()).to.deep.equal(stage.ports);
        expect(
          (JSON.parse(stage.upstream.sent.at(-1)!.body!) as { readonly data: { readonly resource: unknown } }).data
            .resource,
        ).to.include(stage.vip);
      });
    }

    it('should show at once what its user has freed', async () => {
      stage = await GatewayStage.open();
      const { id } = stage.floatingIp;
      await stage.direct('floatingip', 'UPDATE', { id, resource: {} });
      const answer =
        (await stage.ask('floatingip', 'READ', { id, fields: [] })) ??
        (await stage.direct('floatingip', 'READ', { id, fields: [] }));

      expect(answer.value).to.include({ port_id: null, fixed_ip_address: null, status: 'DOWN' });
    });
  });
});
