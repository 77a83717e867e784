import { expect } from 'chai';
import type { NotificationMessage } from '../../fixtures/index.js';
import { describeFault, FaultStage } from './support/stage.js';

const window = 50;
const seeds = 12;

describeFault('F7 messages out of order', (schema) => {
  let stage: FaultStage;

  afterEach(() => stage.close());

  /**
   * What everybody does in a while, all of it underway at once. What a user does to an association has settled before the next strip: out of
   * order, the one cannot be told from the other.
   */
  const work = async (settle: () => Promise<void>): Promise<void> => {
    const { octavia, user } = stage.shop;
    const one = await octavia.createLoadBalancer().run();
    const two = await octavia.createLoadBalancer({ topology: 'SINGLE', pairsFirst: true }).run();
    const [first, second] = [await user.createFloatingIp().run(), await user.createFloatingIp().run()];
    await user.associate(first, one).run();
    await user.associate(second, two).run();
    await settle();
    await stage.failover(one, { skipUnbind: true });
    await stage.failover(two);
    const three = await octavia.createLoadBalancer().run();
    await settle();
    await user.disassociate(second).run();
    await settle();
    await user.associate(second, three).run();
    await octavia.deleteLoadBalancer(two).run();
    await stage.failover(one);
    await settle();
  };

  describe(`when a message may be overtaken by up to ${window - 1} others`, () => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      it(`should end as if all came in order (seed ${seed})`, async () => {
        stage = await FaultStage.open({ schema, seed });
        const fault = { kind: 'reorder', window, atLatestMs: 'flush' } as const;
        const reordering = stage.faults.add({ on: 'notification', fault });
        await work(async () => {
          stage.faults.flush();
          await stage.shop.cloud.settled();
          stage.faults.flush();
          await stage.shop.cloud.settled();
        });
        expect(reordering.status.struck).to.be.greaterThan(100);
        reordering.remove();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    }
  });

  const orders: readonly {
    readonly what: string;
    readonly of: (messages: readonly NotificationMessage[]) => readonly NotificationMessage[];
  }[] = [
    { what: 'the last first', of: (messages) => messages.toReversed() },
    { what: 'each DELETE before all else', of: (messages) => sorted(messages, ['DELETE', 'UPDATE', 'CREATE']) },
    { what: 'each UPDATE before its CREATE', of: (messages) => sorted(messages, ['UPDATE', 'CREATE', 'DELETE']) },
    {
      what: 'old ones once more after the new ones',
      of: (messages) => [...messages, ...messages.slice(0, messages.length / 2)],
    },
  ];

  for (const { what, of } of orders) {
    describe(`when they come in another order: ${what}`, () => {
      it('should end as if all came in order', async () => {
        stage = await FaultStage.open({ schema });
        const { channel } = stage.monitor;
        channel.hold();
        await work(async () => {
          const messages = of(channel.lose());
          channel.resume();
          for (const message of messages) channel.inject(message);
          await stage.shop.cloud.settled();
          channel.hold();
        });
        channel.resume();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }
});

function sorted(
  messages: readonly NotificationMessage[],
  order: readonly NotificationMessage['oper'][],
): readonly NotificationMessage[] {
  return messages.toSorted((one, other) => order.indexOf(one.oper) - order.indexOf(other.oper));
}
