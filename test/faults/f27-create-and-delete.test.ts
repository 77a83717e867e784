import { expect } from 'chai';
import { Operator, type ApiAnswer } from '../../fixtures/index.js';
import { eventually } from '../support/eventually.js';
import { describeFault, FaultStage, type Served } from './support/stage.js';
import { isMonitors } from './support/races.js';

const kinds = ['virtual-network', 'virtual-machine-interface', 'instance-ip', 'floating-ip', 'virtual-ip'];

describeFault('F27 objects that are made and deleted within one full read', (schema) => {
  let stage: FaultStage;
  let served: Served;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
  });

  afterEach(() => stage.close());

  const expectNoLeak = (): void => {
    const { cache, problems } = stage.monitor.monitor.status();
    for (const kind of kinds) expect(cache[kind], kind).to.equal(stage.shop.cloud.server.count(kind));
    expect(problems).to.deep.equal([]);
  };

  /** Begins a full read and holds up its list of a kind, before or after the server has made it. Returns how to let it go. */
  const holdList = async (kind: string, at: 'request' | 'answer'): Promise<() => void> => {
    let isHeld = false;
    let letGo: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const end = stage.shop.cloud.server.use(async (request, next): Promise<ApiAnswer> => {
      if (!isMonitors(request) || request.path !== `/${kind}s` || isHeld) return next();
      const answer = at === 'answer' ? await next() : undefined;
      isHeld = true;
      await gate;
      return answer ?? next();
    });
    stage.monitor.source.disconnect();
    stage.monitor.source.reconnect();
    await eventually(`the list of ${kind}s is held up`, () => isHeld);
    return () => {
      end();
      letGo();
    };
  };

  /** What comes and goes while the list is held up: of every kind that the cache holds. */
  const comeAndGo = async (): Promise<void> => {
    const { user, octavia, cloud, tenant } = stage.shop;
    const floatingIp = await user.createFloatingIp().run();
    const port = await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run();
    await user.deletePort(port.id).run();
    await user.deleteFloatingIp(floatingIp).run();
    const passing = await octavia.createLoadBalancer({ topology: 'SINGLE' }).run();
    await octavia.deleteLoadBalancer(passing).run();
    const brief = await cloud.createTenant({ name: `brief-${cloud.server.count('virtual-network')}` });
    const operator = new Operator({ url: cloud.url, tenant: brief });
    await operator.delete('virtual-network', brief.networkId);
  };

  for (const kind of kinds) {
    for (const at of ['request', 'answer'] as const) {
      describe(`when the list of ${kind}s is under way, its ${at} held up`, () => {
        it('should keep none of them', async () => {
          const letGo = await holdList(kind, at);
          await comeAndGo();
          letGo();
          await stage.shop.cloud.settled();
          expectNoLeak();
          expect(await stage.complaints()).to.deep.equal([]);
        });
      });
    }

    describe(`when an object is in the list of ${kind}s, and gone before the list is read`, () => {
      it('should keep none of them', async () => {
        const { user, octavia, tenant } = stage.shop;
        const floatingIp = await user.createFloatingIp().run();
        const port = await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run();
        const passing = await octavia.createLoadBalancer({ topology: 'SINGLE' }).run();
        const letGo = await holdList(kind, 'answer');
        await user.deletePort(port.id).run();
        await user.deleteFloatingIp(floatingIp).run();
        await octavia.deleteLoadBalancer(passing).run();
        letGo();
        await stage.shop.cloud.settled();
        expectNoLeak();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });

    describe(`when it is gone before the list of ${kind}s is read, and its DELETE comes only after that, or is lost`, () => {
      it('should keep none of them', async () => {
        const { user, tenant } = stage.shop;
        const { channel } = stage.monitor;
        channel.hold();
        const letGo = await holdList(kind, 'answer');
        for (let count = 0; count < 2; count += 1) {
          const floatingIp = await user.createFloatingIp().run();
          const port = await user.createHostilePort(tenant, served.loadBalancer.vips[0]!).run();
          await user.deletePort(port.id).run();
          await user.deleteFloatingIp(floatingIp).run();
          if (count === 0) channel.lose();
        }
        letGo();
        await stage.calm();
        channel.resume();
        await stage.shop.cloud.settled();
        expectNoLeak();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the DELETE comes before the CREATE', () => {
    it('should keep none of them', async () => {
      const { channel } = stage.monitor;
      channel.hold();
      await comeAndGo();
      const messages = channel.lose();
      channel.resume();
      for (const message of messages.toReversed()) channel.inject(message);
      await stage.shop.cloud.settled();
      expectNoLeak();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  describe('when they come and go many times, with full reads all along', () => {
    it('should keep none of them', async () => {
      for (let count = 0; count < 10; count += 1) {
        stage.monitor.source.disconnect({ queueLost: count % 2 === 0 });
        stage.monitor.source.reconnect();
        await comeAndGo();
      }
      await stage.shop.cloud.settled();
      expectNoLeak();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });
});
