import { expect } from 'chai';
import { describeFault, FaultStage, type Served } from './support/stage.js';
import { isMonitors } from './support/races.js';

const workers = 8;
const retriesPerWorkerAndSecond = 10;

describeFault('F9 a config API that answers with errors', (schema) => {
  let stage: FaultStage;
  let served: Served[];

  beforeEach(async () => {
    stage = await FaultStage.open({ schema, seed: 9, monitor: { workers } });
    served = [];
    for (let count = 0; count < 4; count += 1) served.push(await stage.serve());
  });

  afterEach(() => stage.close());

  const requests = (): number => stage.shop.cloud.server.requests.find().filter(isMonitors).length;
  const userAgent = 'opensdn-svc-monitor';

  for (const status of [500, 502, 503, 504]) {
    for (const outageMs of status === 503 ? [2_000, 60_000] : [2_000]) {
      describe(`when it answers ${status} to everything for ${outageMs / 1_000} s`, () => {
        it('should back off, and have everything right within a second of its end', async () => {
          const outage = stage.faults.add({ on: 'request', match: { userAgent }, fault: { kind: 'error', status } });
          for (const { loadBalancer } of served) await stage.failover(loadBalancer, { skipUnbind: true });
          const before = requests();
          await stage.pass(outageMs, 100);
          const perSecond = (requests() - before) / (outageMs / 1_000);
          expect(perSecond).to.be.greaterThan(0);
          expect(perSecond, 'requests per second').to.be.at.most(workers * retriesPerWorkerAndSecond);
          outage.remove();
          await stage.pass(1_000, 50);
          expect(stage.differences(), 'one second after its end').to.deep.equal([]);
          expect(await stage.complaints()).to.deep.equal([]);
          expect(stage.monitor.monitor.status().problems).to.deep.equal([]);
        });
      });
    }
  }

  for (const carriedOut of [false, true]) {
    describe(`when 30 % of all requests fail${carriedOut ? ', although they are carried out' : ''}`, () => {
      it('should get through with few retries, and have everything right within a second of the last change', async () => {
        const statuses = [500, 502, 503, 504] as const;
        const errors = statuses.map((status, index) =>
          // 30 % in all: what one has spared the next may strike.
          stage.faults.add({
            on: 'request',
            match: { userAgent },
            probability: 1 - 0.7 ** (1 / statuses.length),
            fault: { kind: 'error', status, carriedOut },
            name: `share ${index + 1}`,
          }),
        );
        for (const { loadBalancer } of served) {
          await stage.failoverCalmly(loadBalancer, () => stage.pass(1_000));
        }
        await stage.failover(served[0]!.loadBalancer, { skipUnbind: true });
        await stage.pass(1_000);
        const { struck, matched } = errors.reduce(
          (sum, { status }) => ({ struck: sum.struck + status.struck, matched: Math.max(sum.matched, status.matched) }),
          { struck: 0, matched: 0 },
        );
        expect(struck / matched).to.be.within(0.15, 0.45);
        for (const error of errors) error.remove();
        await stage.pass(1_000, 50);
        expect(stage.differences()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when errors come in bursts', () => {
    it('should end as without them', async () => {
      for (let burst = 0; burst < 8; burst += 1) {
        stage.faults.add({
          on: 'request',
          match: { userAgent },
          durationMs: 300,
          fault: { kind: 'error', status: burst % 2 === 0 ? 503 : 500 },
        });
        await stage.failover(served[burst % served.length]!.loadBalancer, { skipUnbind: burst % 3 === 0 });
        await stage.pass(1_000, 50);
      }
      await stage.pass(1_000, 50);
      expect(stage.differences()).to.deep.equal([]);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when only writes fail for a while', () => {
    it('should spread its retries: two VIPs that failed together do not come back together', async () => {
      const outage = stage.faults.add({
        on: 'request',
        match: { userAgent, access: 'write' },
        fault: { kind: 'error', status: 503 },
      });
      for (const { loadBalancer } of served) await stage.failover(loadBalancer);
      const perStep: number[] = [];
      for (let step = 0; step < 300; step += 1) {
        const before = requests();
        await stage.pass(10, 10);
        perStep.push(requests() - before);
      }
      const busiest = Math.max(...perStep.slice(20));
      const total = perStep.slice(20).reduce((sum, count) => sum + count, 0);
      // Were they in step, all requests of a round would fall into one interval of 10 ms.
      expect(busiest, `of ${total}`).to.be.at.most(served.length * 2);
      outage.remove();
      await stage.pass(10_000, 500);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
