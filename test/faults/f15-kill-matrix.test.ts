import { expect } from 'chai';
import type { UserFloatingIp } from '../../fixtures/index.js';
import { ManualOwnership } from '../support/manual-ownership.js';
import { isHuge, isWhole } from '../support/scope.js';
import { Kill, type Death } from './support/kill.js';
import { FaultStage } from './support/stage.js';

/** Each so many-th moment only: of the writes each one, unless it is the quick form; of the messages each one takes minutes. */
const stride = isHuge ? { write: 1, message: 1 } : isWhole ? { write: 1, message: 8 } : { write: 9, message: 40 };
const never = { at: 'write', index: Infinity, isCarriedOut: false } as const;

/**
 * A life of a load balancer and its floating ips, with a monitor that dies at some moment of it, and one that takes its place: one that is started
 * then, or one that has stood by.
 */
async function live(
  death: Death,
  isWarm: boolean,
): Promise<{ readonly kill: Kill; readonly complaints: readonly string[] }> {
  const kill = new Kill(death);
  const common = { schema: 'stock' } as const;
  const stage = await FaultStage.open({
    ...common,
    bystanders: false,
    monitor: { userAgent: 'opensdn-svc-monitor-first', ownership: new ManualOwnership(true), accepts: kill.accepts },
  });
  const { cloud, octavia, user } = stage.shop;
  const next = new ManualOwnership(!isWarm);
  const start = async (): Promise<void> => {
    const { clock, log: logger } = stage;
    await cloud.startMonitor({
      clock,
      logger,
      settings: common,
      userAgent: 'opensdn-svc-monitor-second',
      ownership: next,
    });
  };
  const revive = kill.arm(cloud.server, stage.monitor);
  let isReplaced = false;
  const rest = async (): Promise<void> => {
    if (!isReplaced) {
      try {
        await cloud.settled({}, kill.signal);
        if (!kill.signal.aborted) return;
      } catch (error) {
        if (!kill.signal.aborted) throw error;
      }
      isReplaced = true;
      await stage.whileTimePasses(cloud.stopMonitor(stage.monitor));
      revive();
      if (isWarm) next.give(true);
      else await start();
    }
    await cloud.settled();
  };
  const associated = async (): Promise<UserFloatingIp> => {
    const floatingIp = await user.createFloatingIp().run();
    const [loadBalancer] = octavia.loadBalancers;
    if (loadBalancer !== undefined) await user.associate(floatingIp, loadBalancer).run();
    return floatingIp;
  };
  try {
    if (isWarm) await start();
    const loadBalancer = await octavia.createLoadBalancer({ topology: 'ACTIVE_STANDBY' }).run();
    const floatingIp = await associated();
    await rest();
    await stage.failoverCalmly(loadBalancer, rest);
    // One that strips what is referenced.
    await stage.failover(loadBalancer, { skipUnbind: true });
    await rest();
    await user.disassociate(floatingIp).run();
    await rest();
    await associated();
    await rest();
    return { kill, complaints: await stage.complaints() };
  } finally {
    await stage.close();
  }
}

describe('F15 a monitor that is killed before and after every write, and at every message', function () {
  // As many lives as there are moments; none of them waits for ever.
  this.timeout(0);
  let count: Kill['count'];

  before(async () => {
    const { kill, complaints } = await live(never, false);
    expect(complaints).to.deep.equal([]);
    count = kill.count;
    expect(count.write).to.be.greaterThan(20);
  });

  const ways: readonly { readonly at: Death['at']; readonly isCarriedOut: boolean; readonly title: string }[] = [
    { at: 'write', isCarriedOut: false, title: 'before a write' },
    { at: 'write', isCarriedOut: true, title: 'after a write' },
    { at: 'message', isCarriedOut: false, title: 'at a message, before its acknowledgement' },
  ];
  for (const isWarm of [false, true]) {
    describe(isWarm ? 'when another one has stood by' : 'when it is started anew', () => {
      for (const { at, isCarriedOut, title } of ways) {
        it(`should come to the same end, ${title}`, async () => {
          for (let index = 1; index <= count[at]; index += stride[at]) {
            const { complaints, kill } = await live({ at, index, isCarriedOut }, isWarm);
            const moment = `${title}, the ${index} of ${count[at]}`;
            expect(complaints, [moment, ...complaints].join('\n')).to.deep.equal([]);
            expect(kill.signal.aborted, moment).to.equal(true);
          }
        });
      }
    });
  }
});
