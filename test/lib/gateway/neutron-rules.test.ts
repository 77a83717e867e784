import { expect } from 'chai';
import { GatewayStage, releases } from './support/gateway-stage.js';

describe('NeutronRules', () => {
  for (const release of releases) {
    describe(`when the API server is of release ${release}`, () => {
      let stage: GatewayStage;

      beforeEach(async () => {
        stage = await GatewayStage.open({ release });
      });

      afterEach(async () => {
        await stage.close();
      });

      it('should show the VIP port and the VIP', async () => {
        const { floatingIp } = stage;
        const answer = await stage.ask('floatingip', 'READ', { id: floatingIp.id, fields: [] });

        expect(answer?.value).to.include({ id: floatingIp.id, status: 'ACTIVE', ...stage.vip });
      });

      it('should find it by the VIP port', async () => {
        const answer = await stage.ask('floatingip', 'READALL', {
          fields: [],
          filters: { port_id: [stage.vip.port_id] },
        });

        expect(answer?.value).to.be.an('array').of.length(1);
        expect((answer?.value as unknown[])[0]).to.include({ id: stage.floatingIp.id, ...stage.vip });
      });

      it('should not find it by the port of an amphora', async () => {
        for (const { portId } of stage.loadBalancer.amphorae) {
          const data = { fields: [], filters: { port_id: [portId] } };
          const answer =
            (await stage.ask('floatingip', 'READALL', data)) ?? (await stage.direct('floatingip', 'READALL', data));

          expect(answer.value).to.deep.equal([]);
        }
      });

      it('should leave the association as it is when the description is set', async () => {
        const before = stage.references();
        const data = { id: stage.floatingIp.id, resource: { description: 'wéb' } };
        const answer = await stage.ask('floatingip', 'UPDATE', data);

        expect(answer?.status).to.equal(200);
        expect(answer?.value).to.include({ description: 'wéb', status: 'ACTIVE', ...stage.vip });
        expect(stage.references()).to.deep.equal(before);
        expect(stage.stored()).to.include({ floating_ip_fixed_ip_address: stage.vip.fixed_ip_address });
      });

      it('should answer an association when it is wired', async () => {
        const { floatingIp, vip } = stage;
        await stage.shop.user.disassociate(floatingIp).run();
        await stage.shop.cloud.settled();
        const answer = await stage.ask('floatingip', 'UPDATE', { id: floatingIp.id, resource: vip });

        const ports = [vip.port_id, ...stage.loadBalancer.amphorae.map(({ portId }) => portId)];
        expect(stage.references()).to.deep.equal(ports.sort());
        expect(answer?.value).to.include({ status: 'ACTIVE', ...vip });
      });
    });
  }
});
