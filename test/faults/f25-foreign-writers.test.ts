import { expect } from 'chai';
import { Operator } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';
import { isMonitors } from './support/races.js';

const slowedDown = 'key is written to again and again, perhaps somebody undoes the writes: slowed down';

describeFault('F25 somebody else who undoes what we write', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;
  let end: () => void;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(async () => {
    end();
    await stage.close();
  });

  /** A watcher that drops the reference to an amphora as soon as it is written, or some time later. */
  const fight = (afterMs: number | undefined): void => {
    const { id } = served.floatingIp;
    const portId = served.loadBalancer.amphorae[0]?.portId ?? '';
    const undo = (): void => {
      void operator.updateReference({ kind: 'floating-ip', id }, portId, 'DELETE').catch(() => undefined);
    };
    end = stage.shop.cloud.server.requests.subscribe(({ userAgent, operation, body, status }) => {
      const written = (body ?? {}) as Readonly<Record<string, unknown>>;
      if (!isMonitors({ userAgent }) || status !== 200 || operation !== 'ref-update') return;
      if (written['uuid'] !== id || written['ref-uuid'] !== portId || written['operation'] !== 'ADD') return;
      if (afterMs === undefined) undo();
      else stage.clock.schedule(afterMs, undo);
    });
    undo();
  };
  const writes = (): number => stage.writesOn(served.floatingIp.id).length;

  for (const { when, afterMs } of [
    { when: 'at once', afterMs: undefined },
    { when: 'a moment later', afterMs: 50 },
    { when: 'every ten seconds, as a cron job', afterMs: 10_000 },
  ]) {
    describe(`when he does so ${when}`, () => {
      it('should write no more than once a second in the long run, serve all others, and win when he stops', async () => {
        const healthy = await stage.serve();
        fight(afterMs);
        await stage.pass(60_000, 100);
        const before = writes();
        await stage.failoverCalmly(healthy.loadBalancer, () => stage.pass(1_000));
        expect(stage.differences().filter((line) => line.includes(healthy.floatingIp.id))).to.deep.equal([]);
        await stage.pass(56_000, 100);
        expect(writes() - before, 'writes in the second minute').to.be.at.most(60 + 1);
        end();
        await stage.pass(62_000, 500);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  for (const { when, afterMs } of [
    { when: 'at once', afterMs: undefined },
    { when: 'a moment later', afterMs: 50 },
  ]) {
    describe(`when he does so ${when}, again and again`, () => {
      it('should say so in the log and in the status, and say when it is over', async () => {
        fight(afterMs);
        await stage.pass(60_000, 100);
        expect(stage.log.of(slowedDown)).to.have.length(1);
        const { networkId, vips } = served.loadBalancer;
        const shown = stage.monitor.monitor
          .status()
          .problems.filter(({ key }) => key === `${networkId}/${vips[0]!.address}`);
        expect(shown).to.have.length(1);
        end();
        await stage.pass(130_000, 1_000);
        // That it was fought for is shown for an hour.
        const types = (): readonly string[] => stage.monitor.monitor.status().problems.map(({ type }) => type);
        expect(new Set(types())).to.deep.equal(new Set(['repaired-again']));
        await stage.pass(3_600_000, 60_000);
        expect(types()).to.deep.equal([]);
        expect(stage.log.of('key is at rest again: no longer slowed down')).to.have.length(1);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  for (const everyMs of [10_000, 30_000]) {
    describe(`when a script does so every ${everyMs / 1000} s, as operators' cron jobs do`, () => {
      it('should say so after some minutes, with the last request of the other, and stop to an hour after it has ended', async () => {
        fight(everyMs);
        await stage.pass(5 * everyMs, 500);
        const shown = () => stage.monitor.monitor.status().problems.filter(({ type }) => type === 'repaired-again');
        expect(shown().map(({ uuid }) => uuid)).to.include(served.floatingIp.id);
        expect(shown()[0]?.message).to.match(/put right \d+ times .*request of somebody else on it was req-/);
        expect(stage.log.of(slowedDown)).to.deep.equal([]);
        end();
        await stage.pass(everyMs + 3_600_000, 60_000);
        expect(shown()).to.deep.equal([]);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }
});
