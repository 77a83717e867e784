import { expect } from 'chai';
import type { LoggedRequest } from '../../fixtures/index.js';
import { mostRepeated } from './support/races.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const userAgent = 'opensdn-svc-monitor';
// Never within these tests: who converges does so by himself.
const resyncIntervalMs = 3_600_000;

/** What was written, each write once, without the names of the objects. */
function shapesOf(writes: readonly LoggedRequest[]): readonly string[] {
  const shapes = new Map<string, string>();
  for (const { method, path, operation, kind, body } of writes) {
    const { operation: change = '', 'ref-type': target = '' } = (body ?? {}) as Readonly<Record<string, string>>;
    shapes.set(`${method} ${path} ${JSON.stringify(body)}`, `${operation} ${kind} ${target} ${change}`.trim());
  }
  return [...shapes.values()].sort();
}

describeFault('F14 reads that lag behind the writes', (schema) => {
  let stage: FaultStage;

  afterEach(() => stage.close());

  /** What is written on the floating ip and the virtual-ips in the course of one life, in the pace of a cloud. */
  const work = async (): Promise<readonly string[]> => {
    const { user, octavia } = stage.shop;
    const pause = (): Promise<void> => stage.pass(10_000, 200);
    const begun = stage.monitor.countWrites();
    const loadBalancer = await octavia.createLoadBalancer().run();
    await pause();
    const floatingIp = await user.createFloatingIp().run();
    // Two changes of one object within a second cannot be told apart by their age (the limits in docs/architecture.md).
    await pause();
    await user.associate(floatingIp, loadBalancer).run();
    await pause();
    expect(stage.differences(), 'associated').to.deep.equal([]);
    await stage.failoverCalmly(loadBalancer, pause);
    expect(stage.differences(), 'after the failover').to.deep.equal([]);
    await user.disassociate(floatingIp).run();
    await pause();
    expect(stage.differences(), 'freed').to.deep.equal([]);
    const writes = stage.monitor.writes().slice(begun);
    // To send one once more does no harm, to undo it and do it again does.
    expect(mostRepeated(writes), 'times that a write was sent').to.be.at.most(2);
    return shapesOf(writes);
  };

  for (const lagMs of [50, 500, 2_000, { min: 0, max: 2_000 }]) {
    const lag = typeof lagMs === 'number' ? `${lagMs} ms` : `${lagMs.min} to ${lagMs.max} ms`;
    describe(`when they lag ${lag}`, () => {
      it('should write what it writes without, and converge while it lags', async () => {
        stage = await FaultStage.open({ schema, monitor: { resyncIntervalMs } });
        const undisturbed = await work();
        await stage.close();
        stage = await FaultStage.open({ schema, seed: 14, monitor: { resyncIntervalMs } });
        const stale = stage.faults.add({ on: 'request', match: { userAgent }, fault: { kind: 'stale', lagMs } });
        const written = await work();
        expect(stale.status.struck).to.be.greaterThan(10);
        expect(written).to.deep.equal(undisturbed);
        stale.remove();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when they begin to lag in the middle of strips, and it ends', () => {
    it('should converge without a full read, and not lose what was stripped', async () => {
      stage = await FaultStage.open({ schema, seed: 14, monitor: { resyncIntervalMs } });
      const served: Served[] = [await stage.serve(), await stage.serve({ topology: 'SINGLE' })];
      const fault = { kind: 'stale', lagMs: { min: 0, max: 2_000 } } as const;
      for (let round = 0; round < 5; round += 1) {
        const stale = stage.faults.add({ on: 'request', match: { userAgent }, fault });
        for (const { loadBalancer } of served) await stage.failover(loadBalancer, { skipUnbind: round % 2 === 0 });
        await stage.pass(round * 500, 100);
        stale.remove();
        await stage.pass(10_000, 200);
        expect(stage.differences(), `round ${round + 1}`).to.deep.equal([]);
      }
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when every other read is answered by a server that is one write behind', () => {
    it('should not flap, and converge', async () => {
      stage = await FaultStage.open({ schema, seed: 14, monitor: { resyncIntervalMs } });
      const { loadBalancer, floatingIp } = await stage.serve();
      const fault = { kind: 'stale', writes: 1 } as const;
      stage.faults.add({ on: 'request', match: { userAgent }, probability: 0.5, fault });
      await stage.failoverCalmly(loadBalancer, () => stage.pass(10_000, 200));
      expect(stage.differences()).to.deep.equal([]);
      const writes = stage.writesOn(floatingIp.id).length;
      await stage.pass(60_000, 500);
      expect(stage.writesOn(floatingIp.id).length - writes, 'writes at rest').to.equal(0);
      stage.faults.clear();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
