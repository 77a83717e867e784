import { expect } from 'chai';
import { liveAmphorae } from '../../fixtures/index.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { ReplicaStage, type Replica } from '../support/replica-stage.js';
import { isWhole } from '../support/scope.js';
import { zookeeperHosts } from '../support/zookeeper.js';

/** At which of its writes the leader is frozen: while the answer is on its way. */
const moments = isWhole ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 4];

describe('F19 a leader that is frozen, and goes on when another one leads', () => {
  let stage: ReplicaStage;
  const stops: (() => Promise<unknown>)[] = [];
  let one: Replica;
  let two: Replica;

  before(async function () {
    const outside = { rabbitmq: rabbitmqUrl(this), zookeeper: zookeeperHosts(this) };
    stage = await new ReplicaStage(outside).start();
    stops.push(() => stage.stop());
    one = await stage.add('one');
    await one.leads();
    two = await stage.add('two');
    await two.standsBy();
    await stage.serve(3);
    await stage.rest(one, two);
  });

  after(async () => {
    for (const stop of stops) await stop();
  });

  for (const [index, moment] of moments.entries()) {
    it(`should write nothing by the one that was frozen at its write ${moment} of a failover of all`, async () => {
      // They take turns.
      const [leader, other] = index % 2 === 0 ? [one, two] : [two, one];
      await leader.leads();
      await other.standsBy();
      let left = moment;
      const unheard = leader.onWrite(() => {
        left -= 1;
        if (left === 0) leader.command.signal('SIGSTOP');
      });
      const failovers = stage.octavia.loadBalancers.map((loadBalancer) =>
        stage.octavia.failoverAmphora(loadBalancer, liveAmphorae(loadBalancer)[0]!, { skipUnbind: true }).run(),
      );
      await Promise.all(failovers);
      leader.command.signal('SIGSTOP');
      unheard();
      await other.leads();
      await stage.asItShouldBe();
      const before = leader.writes().length;
      leader.command.signal('SIGCONT');
      await leader.standsBy();
      await stage.rest(one, two);

      expect(leader.writes().slice(before)).to.deep.equal([]);
      expect(await leader.leaderName()).to.equal(await other.leaderName());
    });
  }
});
