import { expect } from 'chai';
import { EmbeddedMonitor } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const requestTimeoutMs = 5_000;
const userAgent = 'opensdn-svc-monitor';

describeFault('F10 a config API that hangs, or is slow', (schema) => {
  let stage: FaultStage;
  let sick: Served;
  let healthy: Served[];

  beforeEach(async () => {
    stage = await FaultStage.open({ schema, seed: 10 });
    sick = await stage.serve();
    healthy = [];
    for (let count = 0; count < 4; count += 1) healthy.push(await stage.serve());
  });

  afterEach(() => stage.close());

  const timeouts = (): number => stage.metrics.count('errors_total', { code: 'timeout' });
  const differencesOf = (all: readonly Served[]): readonly string[] =>
    stage
      .differences()
      .filter((line) =>
        all.some(
          ({ floatingIp, loadBalancer }) =>
            line.includes(floatingIp.id) || line.includes(`/${loadBalancer.vips[0]!.address}:`),
        ),
      );
  const failoverHealthy = async (): Promise<void> => {
    for (const { loadBalancer } of healthy) await stage.failover(loadBalancer, { skipUnbind: true });
  };

  for (const { what, match } of [
    { what: 'every request about one floating ip', match: (uuid: string) => ({ userAgent, uuid }) },
    {
      what: 'every write of one floating ip',
      match: (uuid: string) => ({ userAgent, uuid, access: 'write' as const }),
    },
  ]) {
    describe(`when ${what} is never answered`, () => {
      it('should serve all others with no time lost, give each request up after 5 s, and go on when it is over', async () => {
        const hang = stage.faults.add({ on: 'request', match: match(sick.floatingIp.id), fault: { kind: 'hang' } });
        await stage.failover(sick.loadBalancer);
        await stage.calm();
        expect(hang.status.struck).to.be.greaterThan(0);
        const begun = stage.clock.monotonic();
        await failoverHealthy();
        await stage.calm();
        expect(differencesOf(healthy)).to.deep.equal([]);
        expect(stage.clock.monotonic() - begun).to.equal(0);
        const struck = hang.status.struck;
        await stage.pass(requestTimeoutMs - 1, 1_000);
        expect(hang.status.struck).to.equal(struck);
        await stage.pass(1_000);
        expect(hang.status.struck, 'given up and sent again').to.be.greaterThan(struck);
        expect(stage.faults.hanging).to.be.at.most(struck);
        await stage.pass(60_000, 1_000);
        expect(timeouts()).to.be.greaterThan(0);
        hang.remove();
        await stage.pass(2_000);
        expect(await stage.complaints()).to.deep.equal([]);
        expect(stage.monitor.monitor.status().problems).to.deep.equal([]);
      });
    });
  }

  describe('when a write is carried out, and its answer never comes', () => {
    it('should send it again, and end as if it had come', async () => {
      const match = { userAgent, access: 'write' as const, uuid: sick.floatingIp.id };
      const hang = stage.faults.add({ on: 'request', match, count: 3, fault: { kind: 'hang', carriedOut: true } });
      await stage.failover(sick.loadBalancer, { skipUnbind: true });
      await stage.pass(30_000, 500);
      expect(hang.status.struck).to.equal(3);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when several VIPs hang at once', () => {
    it('should serve those that do not', async () => {
      const more = [sick, healthy.pop()!, healthy.pop()!];
      for (const { floatingIp } of more) {
        const match = { userAgent, uuid: floatingIp.id };
        stage.faults.add({ on: 'request', match, durationMs: 30_000, fault: { kind: 'hang' } });
      }
      for (const { loadBalancer } of more) await stage.failover(loadBalancer);
      await stage.calm();
      await failoverHealthy();
      await stage.calm();
      expect(differencesOf(healthy)).to.deep.equal([]);
      await stage.pass(45_000, 1_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when every answer takes 1 to 4 s', () => {
    it('should work more slowly, and give nothing up', async () => {
      const slow = stage.faults.add({
        on: 'request',
        match: { userAgent },
        fault: { kind: 'latency', ms: { min: 1_000, max: 4_000 } },
      });
      await stage.failoverCalmly(sick.loadBalancer, () => stage.pass(30_000, 500));
      await stage.pass(60_000, 500);
      expect(stage.differences()).to.deep.equal([]);
      expect(stage.metrics.count('config_api_retries_total')).to.equal(0);
      slow.remove();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when answers take up to 10 s, longer than a request may', () => {
    it('should get through by sending again, and end right', async () => {
      const slow = stage.faults.add({
        on: 'request',
        match: { userAgent },
        fault: { kind: 'latency', ms: { min: 1_000, max: 10_000 }, carriedOut: true },
      });
      await stage.failoverCalmly(sick.loadBalancer, () => stage.pass(30_000, 500));
      await stage.pass(60_000, 500);
      expect(stage.metrics.count('config_api_retries_total')).to.be.greaterThan(0);
      slow.remove();
      await stage.pass(15_000, 500);
      expect(stage.differences()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the body of an answer trickles in', () => {
    it('should give it up after 5 s, serve all others meanwhile, and go on when it is over', async () => {
      const match = { userAgent, uuid: sick.floatingIp.id, access: 'read' as const };
      const trickle = stage.faults.add({
        on: 'request',
        match,
        fault: { kind: 'trickle', bytes: 4, everyMs: 500 },
      });
      await stage.failover(sick.loadBalancer);
      await stage.calm();
      await failoverHealthy();
      await stage.calm();
      expect(differencesOf(healthy)).to.deep.equal([]);
      const struck = trickle.status.struck;
      await stage.pass(requestTimeoutMs + 1_000, 250);
      expect(trickle.status.struck, 'given up and sent again').to.be.greaterThan(struck);
      trickle.remove();
      await stage.pass(10_000, 250);
      expect(stage.differences()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the API hangs while the monitor starts', () => {
    it('should come up as soon as it answers', async () => {
      const { cloud } = stage.shop;
      const hang = stage.faults.add({
        on: 'request',
        match: { userAgent: 'late' },
        durationMs: 2 * requestTimeoutMs,
        fault: { kind: 'hang' },
      });
      const late = new EmbeddedMonitor(cloud.server, { userAgent: 'late', settings: { schema } });
      await late.start();
      expect(hang.status.struck).to.be.greaterThan(0);
      expect(late.monitor.status().ready).to.equal(true);
      await late.stop();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
