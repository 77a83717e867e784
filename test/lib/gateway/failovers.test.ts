import { expect } from 'chai';
import { GatewayStage, releases, type ReadAnswer } from './support/gateway-stage.js';

describe('NeutronRules, through failovers', () => {
  let stage: GatewayStage;

  afterEach(async () => {
    await stage.close();
  });

  for (const release of releases) {
    for (const skipUnbind of [false, true]) {
      describe(`when an amphora is replaced, ${skipUnbind ? 'deleted while it is bound' : 'unbound before its delete'}, on ${release}`, () => {
        it('should show and find it on the VIP port after each step', async () => {
          stage = await GatewayStage.open({ release, order: ['8', '0', 'f', '1', 'e'], routed: true });
          const { id } = stage.floatingIp;
          const { cloud, octavia } = stage.shop;
          const read = async (): Promise<ReadAnswer> => {
            const data = { id, fields: [] };
            return (await stage.ask('floatingip', 'READ', data)) ?? (await stage.direct('floatingip', 'READ', data));
          };
          const list = async (): Promise<ReadAnswer> => {
            const data = { fields: [], filters: { port_id: [stage.vip.port_id] } };
            return (
              (await stage.ask('floatingip', 'READALL', data)) ?? (await stage.direct('floatingip', 'READALL', data))
            );
          };
          const whole = (await read()).value as Readonly<Record<string, unknown>>;
          expect(whole)
            .to.include({ id, status: 'ACTIVE', ...stage.vip })
            .and.not.include({ router_id: null });
          const steps: string[] = [];
          for (const amphora of [...stage.loadBalancer.amphorae]) {
            const afterStep = async (step: string): Promise<void> => {
              steps.push(step);
              await cloud.settled();
              const { updated_at: updated } = (await read()).value as typeof whole;
              expect((await read()).value, step).to.deep.equal({ ...whole, updated_at: updated });
              expect((await list()).value, step).to.deep.equal([{ ...whole, updated_at: updated }]);
            };
            await octavia.failoverAmphora(stage.loadBalancer, amphora, { skipUnbind, afterStep }).run();
            await afterStep('after');
          }

          expect(steps).to.include('created').and.include('bound');
        });
      });
    }
  }
});
