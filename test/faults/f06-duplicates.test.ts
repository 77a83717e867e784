import { expect } from 'chai';
import { describeFault, FaultStage, type Served } from './support/stage.js';

describeFault('F6 messages that come again', (schema) => {
  let stage: FaultStage;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
  });

  afterEach(() => stage.close());

  /** A day's work, the monitor at rest after each step: so its writes depend on the steps alone. Returns the writes by what they did. */
  const work = async (): Promise<readonly string[]> => {
    const { octavia, user } = stage.shop;
    const served: Served[] = [];
    for (const topology of ['ACTIVE_STANDBY', 'SINGLE'] as const) {
      const loadBalancer = await stage.calmly(octavia.createLoadBalancer({ topology }));
      const floatingIp = await stage.calmly(user.createFloatingIp());
      await stage.calmly(user.associate(floatingIp, loadBalancer));
      await stage.failoverCalmly(loadBalancer);
      await stage.failoverCalmly(loadBalancer, undefined, { skipUnbind: true });
      await stage.calmly(user.setDescription(floatingIp, 'mine'));
      served.push({ loadBalancer, floatingIp });
    }
    const { loadBalancer, floatingIp } = served[1]!;
    await stage.calmly(user.disassociate(floatingIp));
    await stage.calmly(user.associate(floatingIp, loadBalancer));
    await stage.calmly(user.disassociate(floatingIp));
    await stage.calmly(octavia.deleteLoadBalancer(loadBalancer));
    return stage.monitor
      .writes()
      .map(({ operation, kind, body }) => {
        const { operation: change = '', 'ref-type': target = '' } = (body ?? {}) as Readonly<Record<string, string>>;
        return `${operation} ${kind} ${target} ${change}`.trim();
      })
      .sort();
  };

  for (const times of [2, 10]) {
    describe(`when each message comes ${times} times`, () => {
      it('should write exactly what it writes when each comes once', async () => {
        const undisturbed = await work();
        await stage.close();
        stage = await FaultStage.open({ schema });
        const doubling = stage.faults.add({ on: 'notification', fault: { kind: 'duplicate', times } });
        const written = await work();
        expect(doubling.status.struck).to.be.greaterThan(100);
        expect(written).to.deep.equal(undisturbed);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the last 10,000 messages come again', () => {
    /** As a broker hands on again what was not acknowledged: as fast as they are taken. */
    const comeAgain = async (): Promise<number> => {
      const messages = stage.faults.published.find().map(({ message }) => message);
      let count = 0;
      while (count < 10_000) {
        for (const message of messages) stage.monitor.channel.inject(message);
        count += messages.length;
        await stage.monitor.channel.idle();
      }
      return count;
    };

    it('should write nothing', async () => {
      await work();
      const writes = stage.monitor.countWrites();
      expect(await comeAgain()).to.be.at.least(10_000);
      await stage.shop.cloud.settled();
      expect(stage.monitor.countWrites() - writes).to.equal(0);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when the messages of a strip come again after the user has freed the floating ip', () => {
    const strip = async (): Promise<Served> => {
      const served = await stage.serve();
      await stage.failover(served.loadBalancer, { skipUnbind: true });
      await stage.shop.cloud.settled();
      return served;
    };

    for (const { when, isDecided } of [
      { when: 'before that is settled', isDecided: false },
      { when: 'when that is settled', isDecided: true },
    ]) {
      it(`should leave it free (${when})`, async () => {
        const { floatingIp } = await strip();
        const old = stage.faults.published.find().map(({ message }) => message);
        await stage.shop.user.disassociate(floatingIp).run();
        if (isDecided) await stage.shop.cloud.settled();
        else await stage.calm();
        for (const message of old) stage.monitor.channel.inject(message);
        await stage.calm();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(stage.metrics.count('associations_ended_total', { reason: 'freed' })).to.equal(1);
      });
    }
  });
});
