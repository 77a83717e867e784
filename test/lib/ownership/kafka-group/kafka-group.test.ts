import { expect } from 'chai';
import { ManualClock, shareOf, SvcMonitorError, type KafkaGroup } from '../../../../lib/index.js';
import { vipKey, type VipKey } from '../../../../lib/rules.js';
import { uuidOf } from '../../../support/change-messages.js';
import { eventually } from '../../../support/eventually.js';
import { KafkaStage } from '../../../support/kafka-stage.js';
import { pass } from '../../../support/real-time.js';
import { kafkaBroker, type KafkaBroker } from '../../../support/kafka.js';

const partitions = 6;
const keys = Array.from({ length: 60 }, (_, i) => vipKey(uuidOf(1), `10.0.0.${i}`));

describe('KafkaGroup', () => {
  let broker: KafkaBroker;
  let stage: KafkaStage;
  let members: KafkaGroup[];

  const member = (delta: Parameters<KafkaStage['shares']>[0] = {}): KafkaGroup => {
    const shares = stage.shares(delta);
    members.push(shares);
    return shares;
  };
  const owned = (shares: KafkaGroup): readonly VipKey[] => keys.filter((key) => shares.owns(key));
  /** Waits until each of these has its part, and all VIPs have exactly one owner. */
  const divided = (...among: readonly KafkaGroup[]): Promise<void> =>
    eventually('the VIPs are divided', () => {
      const sizes = among.map((shares) => shares.status().owned.length);
      return (
        sizes.every((size) => size >= Math.floor(partitions / among.length)) &&
        sizes.reduce((sum, size) => sum + size, 0) === partitions &&
        keys.every((key) => among.filter((shares) => shares.owns(key)).length === 1)
      );
    });

  before(function () {
    broker = kafkaBroker(this);
  });

  beforeEach(async () => {
    members = [];
    stage = await new KafkaStage(broker.brokers).start(partitions);
  });

  afterEach(async () => {
    await Promise.all(members.map((shares) => shares.stop()));
    await stage.close();
  });

  it('should own nothing before it has joined, and then say that it does', async () => {
    const shares = member();
    let told = 0;
    shares.onChanged(() => (told += 1));
    expect(owned(shares)).to.deep.equal([]);
    expect(shares.status()).to.deep.equal({ mode: 'kafka', group: stage.group, joined: false, owned: [], of: 0 });
    shares.start();
    await divided(shares);

    expect(told).to.equal(1);
    expect(shares.status()).to.deep.equal({
      mode: 'kafka',
      group: stage.group,
      joined: true,
      owned: [0, 1, 2, 3, 4, 5],
      of: 6,
    });
  });

  it('should refuse a second start', () => {
    const shares = member();
    shares.start();

    expect(() => {
      shares.start();
    })
      .to.throw(SvcMonitorError)
      .with.property('code', 'already-started');
  });

  it('should divide the VIPs among the members, each by its share', async () => {
    const three = [member(), member(), member()] as const;
    for (const shares of three) shares.start();
    await divided(...three);

    for (const shares of three) {
      const status = shares.status();
      expect(owned(shares)).to.deep.equal(keys.filter((key) => status.owned.includes(shareOf(key, partitions))));
    }
  });

  it('should hand over at once when it is stopped', async () => {
    // So long that what is handed over in time was not taken after a session.
    const [first, second] = [member({ sessionTimeoutMs: 30_000 }), member({ sessionTimeoutMs: 30_000 })];
    first.start();
    second.start();
    await divided(first, second);
    await first.stop();
    expect(owned(first)).to.deep.equal([]);

    await divided(second);
  });

  it('should keep what it has while nothing happens', async () => {
    const shares = member();
    shares.start();
    await divided(shares);
    let lost = 0;
    shares.onChanged(() => (lost += 1));
    // Two sessions: without heartbeats it would be gone by then.
    await pass(3_000);

    expect(lost).to.equal(0);
    expect(owned(shares)).to.have.length(keys.length);
  });

  it('should own nothing once the last sign of life was sent a session ago, and all again with the next', async () => {
    const clock = new ManualClock();
    const shares = member({ clock });
    shares.start();
    await divided(shares);
    clock.step(1_500);
    expect(owned(shares)).to.deep.equal([]);

    await divided(shares);
  });

  it('should count a sign of life from when it was sent, however late its answer is read', async () => {
    const clock = new ManualClock();
    const shares = member({ ...stage.connection(), clock, requestTimeoutMs: 30_000 });
    shares.start();
    await divided(shares);
    // Each answer takes 800 ms from now on, and this is past those that were faster.
    stage.proxy.latency(400);
    await pass(1_500);
    clock.step(1_500);
    expect(owned(shares)).to.deep.equal([]);
    await divided(shares);
    clock.step(701);

    expect(owned(shares)).to.deep.equal([]);
  });

  it('should leave no member behind when it is stopped while it joins, however far it has come', async () => {
    for (let ms = 0; ms < 120; ms += 10) {
      const shares = member();
      shares.start();
      await pass(ms);
      await shares.stop();
    }

    // One that went on would send heartbeats for ever.
    await eventually('the group is empty', async () => (await stage.members()) === 0);
  });

  it('should leave nobody without when there are more members than shares', async () => {
    const many = Array.from({ length: partitions + 1 }, () => member());
    for (const shares of many) shares.start();
    await eventually('all have joined', () => many.every((shares) => shares.status().joined));

    await eventually('each share has one owner', () =>
      keys.every((key) => many.filter((shares) => shares.owns(key)).length === 1),
    );
    expect(many.filter((shares) => shares.status().owned.length === 0)).to.have.length(1);
  });

  for (const { what, harm, heal } of [
    {
      what: 'the connection is refused',
      harm: () => stage.proxy.refuse(true),
      heal: () => stage.proxy.refuse(false),
    },
    {
      what: 'the network is a black hole',
      harm: () => {
        stage.proxy.blackHole(true);
        return Promise.resolve();
      },
      heal: () => {
        stage.proxy.blackHole(false);
        return Promise.resolve();
      },
    },
  ]) {
    describe(`when it is cut off: ${what}`, () => {
      it('should stop acting, leave its shares to the others, and take its part again afterwards', async () => {
        const [cut, other] = [member(stage.connection()), member()];
        cut.start();
        other.start();
        await divided(cut, other);
        let told = 0;
        cut.onChanged(() => (told += 1));
        await harm();
        await divided(other);
        await eventually('it owns nothing', () => owned(cut).length === 0);
        expect(told).to.be.at.least(1);
        expect(cut.status().joined).to.equal(false);
        await heal();

        await divided(cut, other);
      });
    });
  }

  describe('when the topic gets more partitions', () => {
    it('should divide anew, by the new number', async () => {
      const [first, second] = [member(), member()];
      first.start();
      second.start();
      await divided(first, second);
      await stage.publisher.addPartitions(2 * partitions);
      // Those who have not noticed do with a newcomer.
      const third = member();
      third.start();
      const all = [first, second, third];
      await eventually('all know', () => all.every((shares) => shares.status().of === 2 * partitions));

      await eventually('each VIP has one owner', () =>
        keys.every((key) => all.filter((shares) => shares.owns(key)).length === 1),
      );
    });
  });

  describe('when the topic is not there yet', () => {
    it('should own nothing, say why, and join once it is', async () => {
      const other = await new KafkaStage(broker.brokers).start(0);
      const shares = other.shares();
      try {
        shares.start();
        await eventually('it says why', () => shares.status().lastError !== undefined);
        expect(owned(shares)).to.deep.equal([]);
        await other.publisher.createTopic({ partitions });

        await divided(shares);
        expect(shares.status().lastError).to.equal(undefined);
      } finally {
        await shares.stop();
        await other.close();
      }
    });
  });
});
