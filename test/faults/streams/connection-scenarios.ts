import { expect } from 'chai';
import { ManualClock } from '../../../lib/index.js';
import { eventually } from '../../support/eventually.js';
import { after } from '../../support/real-time.js';
import type { StageKind } from './stream-stage.js';
import { letPass, stepUntil, StreamWorld, type StreamWorldOptions } from './stream-world.js';

/** What users and Octavia do while nobody hears of it: a failover to its end, an association that ends, one that begins. */
async function changeUnheard(world: StreamWorld): Promise<void> {
  await world.failover(1).run();
  await world.user.disassociate(world.floatingIp(2)).run();
  const floatingIp = await world.user.createFloatingIp().run();
  await world.user.associate(floatingIp, world.loadBalancer(2)).run();
}

/** F1: the broker is down, for a second, a minute, ten minutes. Minutes pass on the source's own clock. */
export function itSurvivesABrokerThatIsDown(kind: StageKind): void {
  describe('F1 broker down', () => {
    let world: StreamWorld;

    before(function () {
      return kind.prepare(this);
    });

    const open = async (options: StreamWorldOptions = {}): Promise<StreamWorld> => {
      world = await StreamWorld.open(await kind.open(), options);
      return world;
    };

    afterEach(() => world.close());

    const rereads = kind.keepsMessages ? 0 : 1;

    describe('when it is down for a second, and nothing happens', () => {
      it(`should be back, read all anew ${rereads} times, and write nothing`, async () => {
        await open();
        const { writes, resyncs } = world;
        await world.stage.down();
        await eventually('the loss is noticed', () => !world.isConnected);
        await eventually('a second has passed', after(1_000));
        await world.stage.up();
        await world.connected();
        await eventually('all was read anew', () => world.resyncs >= resyncs + rereads);

        expect(world.resyncs).to.equal(resyncs + rereads);
        expect(world.writes).to.equal(writes);
        expect(world.differences()).to.deep.equal([]);
      });
    });

    for (const { what, ms } of [
      { what: 'a minute', ms: 60_000 },
      { what: 'ten minutes', ms: 600_000 },
    ]) {
      describe(`when it is down for ${what}, in the middle of a failover`, () => {
        it('should say so once, be back, and make good what it missed', async () => {
          const sourceClock = new ManualClock();
          await open({ sourceClock });
          const failover = world.failover(0);
          await failover.step();
          await world.stage.down();
          await stepUntil(sourceClock, 'the loss is noticed', () => !world.isConnected);
          await failover.run();
          await changeUnheard(world);
          await letPass(sourceClock, ms);
          const said = world.log.lines.filter(({ level }) => level !== 'info');
          await world.stage.up();
          await stepUntil(sourceClock, 'the stream is followed', () => world.isConnected);
          await world.converged();

          expect(said.filter(({ message }) => message === 'the change stream is not connected, going on trying').length)
            .to.be.greaterThan(0)
            .and.at.most(3);
          // Live again.
          const { resyncs } = world;
          await world.failover(3).run();
          await world.converged();
          expect(world.resyncs).to.equal(resyncs);
        });
      });
    }

    describe('when it goes and comes at each step of a failover', () => {
      it('should end where an undisturbed failover ends', async () => {
        await open({ size: 2 });
        const failover = world.failover(0);
        while ((await failover.step()) !== undefined) {
          await world.stage.down();
          await eventually('the loss is noticed', () => !world.isConnected);
          await world.stage.up();
          await world.connected();
        }
        await world.converged();
      });
    });
  });
}

/** F2: the network is a black hole: connections stand, and nothing gets through. */
export function itSurvivesABlackHole(kind: StageKind): void {
  describe('F2 black hole', () => {
    let world: StreamWorld;

    before(function () {
      return kind.prepare(this);
    });

    beforeEach(async () => {
      world = await StreamWorld.open(await kind.open());
    });

    afterEach(() => world.close());

    describe('when nothing gets through', () => {
      it('should notice, be back after its end, and make good what it missed', async () => {
        const { resyncs } = world;
        const failover = world.failover(0);
        await failover.step();
        world.stage.blackHole(true);
        await eventually('the silence is noticed', () => !world.isConnected);
        await failover.run();
        await changeUnheard(world);
        world.stage.blackHole(false);
        await world.connected();
        await world.converged();

        if (!kind.keepsMessages) await eventually('all was read anew', () => world.resyncs > resyncs);
      });
    });

    describe('when it is over before it is noticed', () => {
      it('should lose nothing, and not even connect anew', async () => {
        const connects = world.metrics.count('source_connects_total');
        world.stage.blackHole(true);
        await world.failover(0).run();
        world.stage.blackHole(false);
        await world.converged();

        expect(world.metrics.count('source_connects_total')).to.equal(connects);
      });
    });
  });
}
