import { expect } from 'chai';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const selfTestIntervalMs = 60_000;
const resyncIntervalMs = 300_000;
const deafNews = 'the change stream is deaf: a write of ours has not come back';

describeFault('F5 a stream that says that it is connected, and brings nothing', (schema) => {
  let stage: FaultStage;
  let served: Served;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema, seed: 5, monitor: { resyncIntervalMs, selfTestIntervalMs } });
    served = await stage.serve();
  });

  afterEach(() => stage.close());

  const status = () => stage.monitor.monitor.status();
  const types = (): readonly string[] => status().problems.map(({ type }) => type);

  describe('when nothing happens for long', () => {
    it('should write its own mark anew each interval, hear it, and read nothing because of it', async () => {
      await stage.pass(selfTestIntervalMs, 500);
      const writesBefore = stage.monitor.countWrites();
      const readsBefore = stage.shop.cloud.server.requests.find({ access: 'read' }).length;
      await stage.pass(3 * selfTestIntervalMs, 500);

      expect(stage.monitor.countWrites() - writesBefore).to.equal(3);
      expect(stage.shop.cloud.server.requests.find({ access: 'read' }).length - readsBefore).to.equal(0);
      expect(status().selfTest?.lastRoundTripMs).to.be.a('number');
      expect(status().ready).to.equal(true);
      expect(types()).not.to.include('deaf');
    });
  });

  describe('when messages do not come any more', () => {
    it('should say so within the interval and its bound, and not be ready until something is heard', async () => {
      const losses = stage.faults.add({ on: 'notification', fault: { kind: 'lose' } });
      await stage.pass(2 * selfTestIntervalMs + 10_000, 500);
      expect(types()).to.include('deaf');
      expect(status().ready).to.equal(false);
      expect(status().health.reasons.join()).to.contain('has not come back');
      expect(stage.log.of(deafNews)).to.have.length(1);

      losses.remove();
      await stage.pass(selfTestIntervalMs + 10_000, 500);
      expect(types()).not.to.include('deaf');
      expect(status().ready).to.equal(true);
      expect(stage.log.of('the change stream is heard again')).to.have.length(1);
      expect(stage.log.of(deafNews)).to.have.length(1);
    });

    it('should say how much its full reads have found that nobody announced', async () => {
      const losses = stage.faults.add({ on: 'notification', fault: { kind: 'lose' } });
      await stage.failover(served.loadBalancer);
      // A silence that the self-test does not notice: others are heard.
      losses.remove();
      await stage.pass(2 * resyncIntervalMs, 500);

      const problem = status().problems.find(({ type }) => type === 'unannounced');
      expect(problem?.message).to.match(/virtual-machine-interface: \d/);
      await stage.pass(3_600_000, 60_000);
      expect(types()).not.to.include('unannounced');
    });
  });

  describe('when all is announced', () => {
    it('should find nothing else, however much happens', async () => {
      for (let rounds = 0; rounds < 4; rounds += 1) {
        await stage.failover(served.loadBalancer);
        await stage.pass(resyncIntervalMs / 2, 1_000);
      }
      expect(types()).not.to.include('unannounced');
      expect(types()).not.to.include('deaf');
    });
  });
});
