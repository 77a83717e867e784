import { expect } from 'chai';
import { liveAmphorae } from '../../fixtures/index.js';
import { SystemClock } from '../../lib/index.js';
import { eventually } from '../support/eventually.js';
import { OwnZookeeper } from '../support/own-zookeeper.js';
import { after, pass } from '../support/real-time.js';
import { Shop } from '../support/shop.js';
import { zookeeperHosts } from '../support/zookeeper.js';
import { ZookeeperStage, type Contender } from '../support/zookeeper-stage.js';

describe('F18 ZooKeeper fails', () => {
  let host: string;
  let stage: ZookeeperStage;
  let one: Contender;
  let two: Contender;

  /** One leads, two stands by. No two ever act at once: `watched` and `leads` see to it. */
  const elect = async (at: string, sessionTimeoutMs: number): Promise<void> => {
    stage = await new ZookeeperStage(at).start();
    one = await stage.entered('one', { sessionTimeoutMs });
    two = await stage.entered('two', { sessionTimeoutMs });
    await stage.leads(one);
  };
  const timesLost = ({ log }: Contender): number => log.of('no longer leading').length;

  before(function () {
    [host = ''] = zookeeperHosts(this);
  });

  afterEach(() => stage.stop());

  describe('when connections break (SUSPENDED)', () => {
    it('should keep the place of each, and the leader should go on leading', async () => {
      await elect(host, 10_000);
      for (let breaks = 0; breaks < 5; breaks += 1) {
        one.proxy.reset();
        two.proxy.reset();
        await eventually('both are connected again', () =>
          [one, two].every(({ election }) => election.status().connected),
        );
      }
      await stage.present('one', 'two');

      expect(timesLost(one)).to.equal(0);
      expect(one.election.status().role).to.equal('leader');
      expect(two.election.status()).to.include({ role: 'standby', leaderName: 'one' });
    });

    it('should not lose the watch on the one before: it leads at once when that goes', async () => {
      await elect(host, 60_000);
      two.proxy.reset();
      await eventually('it is connected again', () => two.election.status().connected);
      await one.election.stop();
      await stage.leads(two);
    });
  });

  describe('when the leader is cut off for longer than its session (LOST)', () => {
    for (const [how, cutOff] of [
      [
        'by a black hole',
        (on: boolean) => {
          one.proxy.blackHole(on);
        },
      ],
      ['by refused connections', (on: boolean) => one.proxy.refuse(on)],
    ] as const) {
      it(`should stop acting before another one leads, say why, and stand by as soon as it is back, ${how}`, async () => {
        await elect(host, 1_500);
        await cutOff(true);
        // Fails if both act at once.
        await stage.leads(two);
        expect(one.election.mayAct()).to.equal(false);
        expect(one.election.status().lastError).to.be.a('string');
        await cutOff(false);
        await stage.watched('it stands by', () => one.election.status().leaderName === 'two');

        await stage.present('one', 'two');
        expect(one.election.status()).to.include({ role: 'standby', connected: true });
        expect(one.election.status().lastError).to.equal(undefined);
        expect(timesLost(one)).to.equal(1);
        expect(one.log.of('no longer leading')[0]!['reason']).to.match(/two thirds|place/);
      });
    }

    it('should lead again by itself where there is no other one', async () => {
      stage = await new ZookeeperStage(host).start();
      one = await stage.entered('one');
      await stage.leads(one);
      one.proxy.blackHole(true);
      await eventually('it has stopped acting', () => !one.election.mayAct());
      await pass(3_000);
      one.proxy.blackHole(false);
      await stage.leads(one);

      await stage.present('one');
    });
  });

  describe('when answers come slowly', () => {
    it('should lead on while they come in time', async () => {
      await elect(host, 10_000);
      one.proxy.latency(300);
      await pass(4_000);

      expect(timesLost(one)).to.equal(0);
      expect(one.election.mayAct()).to.equal(true);
    });

    it('should act for no longer than its lease when they do not, and never beside another one', async () => {
      await elect(host, 1_500);
      one.proxy.latency(1_200);
      await stage.watched('it has stopped acting', () => !one.election.mayAct());
      const isOver = after(4_000);
      await stage.watched('a while passes', isOver);
      one.proxy.latency(0);
      await stage.watched('one of them leads', () => one.election.mayAct() !== two.election.mayAct());
    });
  });

  describe('when all servers are down, or freeze', () => {
    let zookeeper: OwnZookeeper;

    beforeEach(async () => {
      zookeeper = await OwnZookeeper.start();
    });

    afterEach(() => zookeeper.stop());

    for (const [how, down, up] of [
      ['is killed', () => zookeeper.kill(), () => zookeeper.restart()],
      ['freezes', () => zookeeper.pause(), () => zookeeper.resume()],
    ] as const) {
      it(`should have nobody act when the server ${how}, and somebody when it is back`, async () => {
        await elect(zookeeper.host, 1_500);
        await down();
        await stage.watched('nobody acts', () => !one.election.mayAct() && !two.election.mayAct());
        await eventually('both say what is wrong', () =>
          [one, two].every(({ election }) => election.status().lastError !== undefined),
        );
        await up();
        await stage.watched('somebody leads', () => one.election.mayAct() || two.election.mayAct());
        await stage.watched('both know who', () =>
          [one, two].every(({ election }) => election.status().leaderName !== undefined),
        );
      });
    }
  });

  describe('when a monitor that leads is cut off from ZooKeeper', () => {
    it('should write nothing until it leads again, and then make good what it missed', async () => {
      stage = await new ZookeeperStage(host).start();
      one = await stage.contender('one');
      const shop = await Shop.open({ clock: new SystemClock(), monitor: { ownership: one.election } });
      try {
        await stage.leads(one);
        const loadBalancer = await shop.octavia.createLoadBalancer().run();
        await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
        await eventually('it is wired', () => shop.differences().length === 0);
        await shop.monitor.settled();
        one.proxy.blackHole(true);
        await eventually('it has stopped acting', () => !one.election.mayAct());
        const writes = shop.monitor.countWrites();
        await shop.octavia.failoverAmphora(loadBalancer, liveAmphorae(loadBalancer)[0]!, { skipUnbind: true }).run();
        await shop.monitor.settled();
        expect(shop.monitor.countWrites()).to.equal(writes);
        expect(shop.differences()).to.not.deep.equal([]);
        one.proxy.blackHole(false);

        await eventually('all is as it should be', () => shop.differences().length === 0);
      } finally {
        await shop.close();
      }
    });
  });
});
