import { expect } from 'chai';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const resyncIntervalMs = 30_000;
// What a full read finds is decided upon and made good in two steps of one strip window each, for their notifications are lost, too.
const stalenessMs = resyncIntervalMs + 5_000;

describeFault('F5 messages that are lost', (schema) => {
  let stage: FaultStage;
  let served: Served[];

  beforeEach(async () => {
    stage = await FaultStage.open({ schema, seed: 5, monitor: { resyncIntervalMs } });
    served = [await stage.serve(), await stage.serve({ topology: 'SINGLE' }), await stage.serve({ pairsFirst: true })];
    expect(await stage.complaints()).to.deep.equal([]);
  });

  afterEach(() => stage.close());

  /** Everything that changes what should be. One kind of change for each floating ip: with nothing heard, a strip hides what its user did. */
  const work = async (round: number): Promise<void> => {
    const { user, octavia } = stage.shop;
    const [first, second, third] = served;
    await stage.failover(first!.loadBalancer, { skipUnbind: round % 2 === 0 });
    if (second!.floatingIp.association === undefined)
      await user.associate(second!.floatingIp, second!.loadBalancer).run();
    else await user.disassociate(second!.floatingIp).run();
    await stage.failover(third!.loadBalancer);
    const passing = await octavia.createLoadBalancer({ topology: 'SINGLE' }).run();
    const floatingIp = await user.createFloatingIp().run();
    await user.associate(floatingIp, passing).run();
    if (round % 2 === 0) await octavia.deleteLoadBalancer(passing).run();
  };

  for (const { rate, rounds } of [
    { rate: 0.001, rounds: 6 },
    { rate: 0.1, rounds: 4 },
    { rate: 0.5, rounds: 3 },
  ]) {
    describe(`when ${rate * 100} % of all messages are lost`, () => {
      it('should have repaired everything one resync period after the last change', async () => {
        const losses = stage.faults.add({ on: 'notification', probability: rate, fault: { kind: 'lose' } });
        for (let round = 0; round < rounds; round += 1) {
          await work(round);
          await stage.pass(2_500);
        }
        await stage.pass(stalenessMs, 500);
        expect(stage.differences()).to.deep.equal([]);
        if (rate >= 0.1) expect(losses.status.struck).to.be.greaterThan(0);
        losses.remove();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when all messages are lost for a minute', () => {
    it('should never be older than one resync period', async () => {
      const losses = stage.faults.add({ on: 'notification', durationMs: 2 * stalenessMs, fault: { kind: 'lose' } });
      for (let round = 0; round < 2; round += 1) {
        await work(round);
        expect(stage.differences()).not.to.deep.equal([]);
        await stage.pass(stalenessMs, 500);
        expect(stage.differences(), `after ${round + 1} periods`).to.deep.equal([]);
      }
      expect(losses.status.active).to.equal(false);
      expect(losses.status.struck).to.be.greaterThan(50);
      await work(3);
      expect(await stage.complaints()).to.deep.equal([]);
    });

    it('should count what the full reads found', async () => {
      stage.faults.add({ on: 'notification', durationMs: 2 * stalenessMs, fault: { kind: 'lose' } });
      await work(0);
      await stage.pass(resyncIntervalMs, 500);
      expect(stage.metrics.count('resync_repairs_total')).to.be.greaterThan(0);
    });
  });
});
