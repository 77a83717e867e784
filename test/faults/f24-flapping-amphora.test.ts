import { expect } from 'chai';
import { Nova } from '../../fixtures/index.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';

const everyMs = 100;
const flaps = 100;
// Until then the write governor has let pass the same reference 15 times, added and dropped by turns; and then one round a second.
const roundsUntilSlow = 31;

describeFault('F24 an amphora that comes and goes every 100 ms', (schema) => {
  let stage: FaultStage;
  let served: Served;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
  });

  afterEach(() => stage.close());

  /** Flaps, and returns how often the floating ip was written within each interval. */
  const flapping = async (flap: (count: number) => Promise<void>, times = flaps): Promise<readonly number[]> => {
    const writes: number[] = [];
    for (let count = 0; count < times; count += 1) {
      const before = stage.writesOn(served.floatingIp.id).length;
      await flap(count);
      await stage.pass(everyMs);
      writes.push(stage.writesOn(served.floatingIp.id).length - before);
    }
    return writes;
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

  for (const last of ['bound', 'unbound'] as const) {
    describe(`when Nova binds and unbinds its port, and leaves it ${last}`, () => {
      it('should write the floating ip once in 100 ms at most, then once a second, and end right', async () => {
        const amphora = served.loadBalancer.amphorae[0]!;
        const { cloud, tenant } = stage.shop;
        const nova = new Nova({ url: cloud.url, tenant });
        const flapsToBound = last === 'bound' ? 1 : 0;
        const writes = await flapping(async (count) => {
          if (count % 2 === flapsToBound) await nova.bind(amphora.portId);
          else await nova.unbind(amphora.portId);
          amphora.state = count % 2 === flapsToBound ? 'bound' : 'unbound';
        });
        expect(amphora.state).to.equal(last);
        expect(Math.max(...writes)).to.be.at.most(1);
        expect(sum(writes.slice(roundsUntilSlow)), 'writes since it was slowed down').to.be.at.most(
          1 + ((flaps - roundsUntilSlow) * everyMs) / 1_000,
        );
        await stage.pass(2_000);
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when its port is made and deleted, and each delete strips the floating ip', () => {
    it('should write the floating ip no more than once in 100 ms on the whole, and end right', async () => {
      const { user, tenant } = stage.shop;
      let portId: string | undefined;
      const writes = await flapping(async () => {
        if (portId === undefined)
          portId = (await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run()).id;
        else {
          await user.deletePort(portId).run();
          portId = undefined;
        }
      });
      expect(portId).to.equal(undefined);
      expect(sum(writes)).to.be.at.most(flaps);
      await stage.pass(4_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when several flap at once, until all are slowed down', () => {
    it('should not hold up a VIP that does not', async () => {
      const { cloud, tenant } = stage.shop;
      const nova = new Nova({ url: cloud.url, tenant });
      const restless: Served[] = [];
      for (let count = 0; count < 4; count += 1) restless.push(await stage.serve({ topology: 'SINGLE' }));
      await flapping(async (count) => {
        for (const { loadBalancer } of restless) {
          const amphora = loadBalancer.amphorae[0]!;
          if (count % 2 === 1) await nova.bind(amphora.portId);
          else await nova.unbind(amphora.portId);
        }
        if (count !== roundsUntilSlow + 3) return;
        await stage.failover(served.loadBalancer);
        await stage.pass(everyMs);
        expect(stage.differences().filter((line) => line.includes(served.floatingIp.id))).to.deep.equal([]);
      }, roundsUntilSlow + 5);
      await stage.pass(2_000);
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
