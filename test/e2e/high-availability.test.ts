import { expect } from 'chai';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { ReplicaStage } from '../support/replica-stage.js';
import { zookeeperHosts } from '../support/zookeeper.js';

const loadBalancers = 10;
const failovers = 100;

describe('two service processes, of which ZooKeeper elects one', () => {
  let outside: ConstructorParameters<typeof ReplicaStage>[0];
  let stage: ReplicaStage;

  before(function () {
    outside = { rabbitmq: rabbitmqUrl(this), zookeeper: zookeeperHosts(this) };
  });

  afterEach(() => stage.stop());

  describe('when the leader is killed in the middle of a hundred failovers', () => {
    it('should lose no floating ip, and read nothing anew, with one that stands by', async () => {
      stage = await new ReplicaStage(outside).start();
      const one = await stage.add('one');
      await one.leads();
      const two = await stage.add('two');
      await two.standsBy();
      await stage.serve(loadBalancers);
      expect(two.writes()).to.deep.equal([]);
      const fullReads = await two.metric('resyncs_total');
      await stage.failOver(failovers, async (done) => {
        if (done === failovers / 2) await one.kill();
      });
      await stage.rest(two);

      expect(stage.remaining()).to.deep.equal([]);
      expect((await two.status()).role).to.equal('leader');
      expect(await two.metric('resyncs_total')).to.equal(fullReads);
      expect(await two.metric('associations_restored_total')).to.be.greaterThan(0);
    });

    it('should lose no floating ip with one that is started after that', async () => {
      stage = await new ReplicaStage(outside).start();
      const one = await stage.add('one');
      await stage.serve(loadBalancers);
      let starting: Promise<unknown> = Promise.resolve();
      await stage.failOver(failovers, async (done) => {
        if (done === failovers / 2) await one.kill();
        if (done === failovers / 2 + 2 * loadBalancers) starting = stage.add('two');
      });
      await starting;
      await stage.rest(...stage.replicas.slice(1));

      expect(stage.remaining()).to.deep.equal([]);
    });
  });

  describe('when the leader is told to stop in the middle of failovers', () => {
    it('should hand over at once, however long a session lasts, and end well', async () => {
      stage = await new ReplicaStage(outside, '10m').start();
      const one = await stage.add('one');
      await one.leads();
      const two = await stage.add('two');
      await two.standsBy();
      await stage.serve(loadBalancers);
      await stage.failOver(2 * loadBalancers, (done) => {
        if (done === loadBalancers) one.command.signal('SIGTERM');
        return Promise.resolve();
      });
      await two.leads();
      await stage.rest(two);

      expect((await one.command.ended).code).to.equal(0);
      expect(stage.remaining()).to.deep.equal([]);
    });
  });

  describe('when the other one comes back', () => {
    it('should leave the lead to the one that has it, and write nothing', async () => {
      stage = await new ReplicaStage(outside).start();
      const one = await stage.add('one');
      await stage.serve(1);
      const two = await stage.add('two');
      await two.standsBy();
      await one.kill();
      await two.leads();
      const three = await stage.add('three');
      await three.standsBy();
      await stage.rest(two, three);

      expect(await three.leaderName()).to.equal(await two.leaderName());
      expect(three.writes()).to.deep.equal([]);
    });
  });
});
