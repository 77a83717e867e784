import { expect } from 'chai';
import type { EmbeddedMonitorOptions, SchemaName } from '../../fixtures/index.js';
import { FaultStage, type Served } from './support/stage.js';

const additional = { cidrs: ['10.107.0.0/24', '10.108.0.0/24', 'fd00:107::/64'] };
const schemas: readonly SchemaName[] = ['stock', 'native'];
const ways: readonly (readonly [how: string, hears: NonNullable<EmbeddedMonitorOptions['hears']>])[] = [
  ['by the bus', 'bus'],
  ['by the watch', 'watch'],
];

for (const schema of schemas) {
  for (const [how, hears] of ways) {
    describe(`a floating ip that is moved among the VIPs of one VIP port, heard of ${how}, on the ${schema} schema`, () => {
      let stage: FaultStage;
      let served: Served;

      const restart = async (): Promise<void> => {
        const { cloud } = stage.shop;
        for (const monitor of cloud.monitors) await stage.whileTimePasses(cloud.stopMonitor(monitor));
        await cloud.startMonitor({ hears, settings: { schema } });
      };
      const moveTo = async (index: number): Promise<void> => {
        const { loadBalancer, floatingIp } = served;
        await stage.shop.user.associate(floatingIp, loadBalancer, loadBalancer.vips[index]).run();
      };

      beforeEach(async () => {
        stage = await FaultStage.open({ schema, tenant: additional, monitor: { hears } });
        const additionalSubnetIds = stage.shop.tenant.subnets.slice(1).map(({ id }) => id);
        served = await stage.serve({ additionalSubnetIds });
      });

      afterEach(() => stage.close());

      for (const target of [1, 2]) {
        for (const skipUnbind of [true, false]) {
          const deleted = skipUnbind ? 'while bound' : 'after they were unbound';

          it(`should stay at VIP ${target} when amphora ports are deleted ${deleted}`, async () => {
            await moveTo(target);
            await stage.shop.cloud.settled();
            for (let failovers = 0; failovers < 2; failovers += 1) {
              await stage.failover(served.loadBalancer, { skipUnbind });
              expect(await stage.complaints()).to.deep.equal([]);
            }
          });

          it(`should stay at VIP ${target} and back when amphora ports are deleted ${deleted} in between`, async () => {
            for (const index of [target, 0, target]) {
              await moveTo(index);
              await stage.failover(served.loadBalancer, { skipUnbind });
              await stage.shop.cloud.settled();
            }
            expect(await stage.complaints()).to.deep.equal([]);
          });

          it(`should stay at VIP ${target} when the monitor is restarted and amphora ports are deleted ${deleted}`, async () => {
            await moveTo(target);
            await restart();
            await stage.failover(served.loadBalancer, { skipUnbind });
            expect(await stage.complaints()).to.deep.equal([]);
          });
        }

        for (const heard of [1, 3, 8]) {
          it(`should stay at VIP ${target} when port deletes go on while ${heard} messages at a time are heard`, async () => {
            const { channel } = stage.monitor;
            channel.hold();
            await moveTo(target);
            // It does its part, and hears nothing of that.
            channel.flush();
            await stage.shop.cloud.settled();
            const pause = async (): Promise<void> => {
              channel.release(heard);
              await stage.calm();
            };
            const { server } = stage.shop.cloud;
            const ends = (['looked', 'disassociated'] as const).map((at) => server.pausePortDeletes(pause, at));
            await stage.failover(served.loadBalancer, { skipUnbind: false });
            for (const end of ends) end();
            channel.resume();
            expect(await stage.complaints()).to.deep.equal([]);
          });
        }

        it(`should stay at VIP ${target} when requests fail meanwhile`, async () => {
          const failing = [
            stage.faults.add({
              on: 'request',
              match: { userAgent: stage.monitor.userAgent },
              probability: 0.1,
              fault: { kind: 'reset', carriedOut: true },
            }),
            stage.faults.add({
              on: 'request',
              match: { userAgent: stage.monitor.userAgent },
              probability: 0.1,
              fault: { kind: 'reset', carriedOut: false },
            }),
          ];
          await moveTo(target);
          await stage.shop.cloud.settled();
          await stage.failover(served.loadBalancer, { skipUnbind: true });
          await stage.shop.cloud.settled();
          expect(failing.length).to.equal(2);
          stage.faults.clear();
          expect(await stage.complaints()).to.deep.equal([]);
        });

        if (hears === 'bus') {
          it(`should stay at VIP ${target} with two monitors`, async () => {
            await stage.shop.cloud.startMonitor({ settings: { schema }, userAgent: 'opensdn-svc-monitor-2' });
            await moveTo(target);
            await stage.shop.cloud.settled();
            for (let failovers = 0; failovers < 2; failovers += 1) {
              await stage.failover(served.loadBalancer, { skipUnbind: true });
              expect(await stage.complaints()).to.deep.equal([]);
            }
          });
        }

        it(`should go to VIP ${target} when its user moves it there after a port delete has looked at it`, async () => {
          let moves = 0;
          const end = stage.shop.cloud.server.pausePortDeletes(async () => {
            if (moves > 0) return;
            moves += 1;
            await moveTo(target);
            await stage.calm();
          }, 'looked');
          await stage.failover(served.loadBalancer, { skipUnbind: true });
          await stage.shop.cloud.settled();
          end();
          expect(moves).to.equal(1);
          expect(await stage.complaints()).to.deep.equal([]);
        });
      }
    });
  }
}
