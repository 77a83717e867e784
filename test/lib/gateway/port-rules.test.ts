import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { NetworkUser, type Amphora } from '../../../fixtures/index.js';
import { SvcMonitorError, type DepartingPort, type Departures } from '../../../lib/index.js';
import { rejectionOf, turns } from '../../support/turns.js';
import { GatewayStage, KeptDepartures, releases, type GatewayStageOptions } from './support/gateway-stage.js';

describe('PortRules', () => {
  let stage: GatewayStage;
  let departures: KeptDepartures;

  /** The stage, with departures that drop the references. The monitor stands by once all is wired: nothing but these writes on floating ips. */
  async function open(options: GatewayStageOptions = {}): Promise<Amphora> {
    stage = await GatewayStage.open({
      departures: (opened) => {
        departures = new KeptDepartures((departing) => drop(opened, departing));
        return departures;
      },
      ...options,
    });
    await stage.lead(false);
    return stage.loadBalancer.amphorae[0]!;
  }

  afterEach(async () => {
    await stage.close();
  });

  for (const release of releases) {
    describe(`when a port that carries a VIP is deleted, and the API server is of release ${release}`, () => {
      it('should let go of it first, so that the association stays', async () => {
        const { portId } = await open({ release });
        const answer = await stage.ask('port', 'DELETE', { id: portId });

        expect(answer?.status).to.equal(200);
        expect(stage.shop.cloud.server.read('virtual-machine-interface', portId)).to.equal(undefined);
        expect(stage.references()).to.deep.equal(stage.ports.filter((port) => port !== portId));
        expect(stage.stored()).to.include({ floating_ip_fixed_ip_address: stage.vip.fixed_ip_address });
        const { networkId } = stage.loadBalancer;
        expect(departures.begun).to.deep.equal([{ vip: `${networkId}/${stage.vip.fixed_ip_address}`, port: portId }]);
        expect(departures.ended).to.deep.equal(['deleted']);
      });

      it('should lose the association without it: what there is to be prevented', async () => {
        const { portId } = await open({ release });
        await stage.direct('port', 'DELETE', { id: portId });

        expect(stage.references()).to.deep.equal([]);
      });
    });
  }

  describe('when the port waits for Nova, or was unbound', () => {
    it('should let go of it as well', async () => {
      const { portId } = await open();
      await stage.shop.cloud.server.ask({
        method: 'PUT',
        path: `/virtual-machine-interface/${portId}`,
        body: {
          'virtual-machine-interface': { virtual_machine_interface_device_owner: '', virtual_machine_refs: [] },
        },
      });
      await stage.shop.cloud.settled();
      await stage.ask('port', 'DELETE', { id: portId });

      expect(stage.references()).to.deep.equal(stage.ports.filter((port) => port !== portId));
      expect(departures.ended).to.deep.equal(['deleted']);
    });
  });

  describe('when the delete is refused', () => {
    it('should say so to who has let go, and give the refusal back', async () => {
      const { portId } = await open();
      await blockDelete(stage, portId);
      const answer = await stage.ask('port', 'DELETE', { id: portId });

      expect(answer?.status).to.equal(400);
      expect(departures.ended).to.deep.equal(['refused']);
    });

    it('should say so, too, if no answer comes', async () => {
      const { portId } = await open();
      stage.shop.cloud.server.use((request, next) =>
        request.method === 'POST' && request.path === '/neutron/port'
          ? Promise.resolve({ status: 200, body: '', transport: { kind: 'reset' } })
          : next(),
      );
      await rejectionOf(stage.ask('port', 'DELETE', { id: portId }));
      await turns();

      expect(departures.ended).to.deep.equal(['refused']);
    });
  });

  describe('when it is not for the caller to delete', () => {
    it('should let go of nothing for a user of another project', async () => {
      const { portId } = await open();
      const context = { tenant: randomUUID().replaceAll('-', ''), is_admin: false };

      expect(await stage.ask('port', 'DELETE', { id: portId }, { context })).to.equal(undefined);
      expect(departures.begun).to.deep.equal([]);
      expect(stage.upstream.sent).to.deep.equal([]);
      expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'not-allowed' })).to.equal(1);
    });

    it('should let go of it for its project, and for that of its network', async () => {
      const { portId, projectId } = await open();
      const [, second] = stage.loadBalancer.amphorae;
      for (const [id, tenant] of [
        [portId, projectId!],
        [second!.portId, stage.shop.tenant.projectId],
      ] as const) {
        const context = { tenant: tenant.replaceAll('-', ''), is_admin: false };
        expect((await stage.ask('port', 'DELETE', { id }, { context }))?.status).to.equal(200);
      }

      expect(departures.ended).to.deep.equal(['deleted', 'deleted']);
      expect(stage.references()).to.deep.equal([stage.vip.port_id]);
    });

    for (const status of [401, 403, 404]) {
      it(`should let go of nothing if the API server answers ${status} when it is read in his name`, async () => {
        const { portId } = await open();
        stage.shop.cloud.server.use((request, next) =>
          request.method === 'GET' && request.userAgent === 'neutron'
            ? Promise.resolve({ status, body: 'no' })
            : next(),
        );

        expect(await stage.ask('port', 'DELETE', { id: portId })).to.equal(undefined);
        expect(departures.begun).to.deep.equal([]);
      });
    }

    it('should let it pass if the API server gives no answer', async () => {
      const { portId } = await open();
      stage.shop.cloud.server.use((request, next) =>
        request.method === 'GET' && request.userAgent === 'neutron'
          ? Promise.resolve({ status: 200, body: '', transport: { kind: 'reset' } })
          : next(),
      );

      expect(await stage.ask('port', 'DELETE', { id: portId })).to.equal(undefined);
      expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'upstream-failed' })).to.equal(1);
      expect(stage.log.of('the API server did not say whether a port may be deleted')).to.be.an('array').of.length(1);
    });
  });

  describe('when the API server does not say in time whether he may', () => {
    it('should let it pass, no later than the bound', async () => {
      const { portId } = await open({ rules: { questionBoundMs: 300 } });
      const { cloud } = stage.shop;
      const stop = cloud.server.use((request, next) =>
        request.method === 'GET' && request.userAgent === 'neutron' ? new Promise(() => undefined) : next(),
      );
      expect(await cloud.during(stage.ask('port', 'DELETE', { id: portId }))).to.equal(undefined);
      expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'upstream-failed' })).to.equal(1);
      stop();
    });
  });

  describe('when it cannot be let go of', () => {
    it('should delete it all the same, log it and count it', async () => {
      const failing: Departures = {
        begin: () => Promise.reject(new SvcMonitorError('unavailable', 'the API server is away')),
      };
      const { portId } = await open({ departures: () => failing });
      const answer = await stage.ask('port', 'DELETE', { id: portId });

      expect(answer?.status).to.equal(200);
      expect(stage.metrics.count('gateway_rules_skipped_total', { reason: 'departure-failed' })).to.equal(1);
      expect(stage.log.of('a port is deleted without being let go of before')[0]).to.include({ portUuid: portId });
    });

    it('should wait no longer than the bound, and end what has begun late', async () => {
      let release: () => void = () => undefined;
      const ended: string[] = [];
      const slow: Departures = {
        begin: async () => {
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return {
            end: (outcome) => {
              ended.push(outcome);
              return Promise.resolve();
            },
          };
        },
      };
      const { portId } = await open({ departures: () => slow, rules: { departureBoundMs: 400 } });
      const { cloud } = stage.shop;
      const before = cloud.clock.monotonic();
      const answer = await cloud.during(stage.ask('port', 'DELETE', { id: portId }));

      expect(answer?.status).to.equal(200);
      expect(cloud.clock.monotonic() - before).to.be.at.least(400);
      expect(stage.metrics.count('gateway_waits_total', { for: 'departure', outcome: 'over-bound' })).to.equal(1);
      expect(ended).to.deep.equal([]);
      release();
      await turns();
      expect(ended).to.deep.equal(['deleted']);
    });

    it('should log a departure that cannot be ended', async () => {
      const endless: Departures = {
        begin: () => Promise.resolve({ end: () => Promise.reject(new SvcMonitorError('closed', 'stopped')) }),
      };
      const { portId } = await open({ departures: () => endless });
      await stage.ask('port', 'DELETE', { id: portId });
      await turns();

      expect(stage.log.of('the departure of a port could not be ended')[0]).to.include({ portUuid: portId });
    });
  });

  describe('when no floating ip of a VIP is on the port', () => {
    it('should let it pass', async () => {
      const { portId } = await open();
      await stage.shop.user.disassociate(stage.floatingIp).run();
      await stage.lead(true);

      expect(await stage.ask('port', 'DELETE', { id: portId })).to.equal(undefined);
      expect(stage.upstream.sent).to.deep.equal([]);
    });

    it('should let the VIP port pass', async () => {
      await open();

      expect(await stage.ask('port', 'DELETE', { id: stage.vip.port_id })).to.equal(undefined);
    });

    it('should leave a floating ip that its user has put on the amphora’s own port', async () => {
      const { portId } = await open();
      const own = new NetworkUser({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
      const floatingIp = await own.createFloatingIp().run();
      const { server } = stage.shop.cloud;
      const fqName = server.read('virtual-machine-interface', portId)!['fq_name'];
      await server.ask({
        method: 'PUT',
        path: `/floating-ip/${floatingIp.id}`,
        body: {
          'floating-ip': {
            floating_ip_fixed_ip_address: '10.107.0.77',
            virtual_machine_interface_refs: [{ to: fqName, uuid: portId }],
          },
        },
      });
      await stage.shop.user.disassociate(stage.floatingIp).run();
      await stage.lead(true);

      expect(await stage.ask('port', 'DELETE', { id: portId })).to.equal(undefined);
      expect(departures.begun).to.deep.equal([]);
    });
  });

  describe('when nobody lets go of ports', () => {
    it('should let their deletes pass', async () => {
      stage = await GatewayStage.open();

      expect(await stage.ask('port', 'DELETE', { id: stage.loadBalancer.amphorae[0]!.portId })).to.equal(undefined);
    });
  });
});

// As a monitor does, with an account of its own.
async function drop({ shop, floatingIp }: GatewayStage, { port }: DepartingPort): Promise<void> {
  const body = {
    ...{ type: 'floating-ip', uuid: floatingIp.id, 'ref-type': 'virtual-machine-interface', 'ref-uuid': port },
    operation: 'DELETE',
  };
  const { status } = await shop.cloud.server.ask({ method: 'POST', path: '/ref-update', body });
  expect(status).to.equal(200);
}

// What references a port without a relaxed reference keeps it from being deleted (recording 08).
async function blockDelete({ shop }: GatewayStage, port: string): Promise<void> {
  const { cloud, tenant } = shop;
  const to = cloud.server.read('virtual-machine-interface', port)!['fq_name'];
  const body = {
    'virtual-ip': {
      ...{ fq_name: ['default-domain', tenant.name, 'in-the-way'], parent_type: 'project' },
      virtual_machine_interface_refs: [{ to, uuid: port }],
    },
  };
  const { status } = await cloud.server.ask({ method: 'POST', path: '/virtual-ips', body });
  expect(status).to.equal(200);
}
