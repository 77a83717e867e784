import { expect } from 'chai';
import { Operator } from '../../fixtures/index.js';
import { eventually } from '../support/eventually.js';
import { KazooContender, needsKazoo } from '../support/kazoo-contender.js';
import { zookeeperHosts } from '../support/zookeeper.js';
import { ZookeeperStage } from '../support/zookeeper-stage.js';
import { FaultStage } from './support/stage.js';

const sessionSeconds = 2;

describe('F32 the original svc-monitor and this one, both running', () => {
  describe('when both contend for the same place in ZooKeeper', () => {
    let host: string;
    let stage: ZookeeperStage;
    let originals: KazooContender[];

    const original = async (): Promise<KazooContender> => {
      const contender = new KazooContender(host, stage.path, sessionSeconds);
      originals.push(contender);
      await contender.waits();
      return contender;
    };
    const leads = (contender: KazooContender): Promise<void> =>
      stage.watched('the original leads', () => contender.isLeading);

    before(function () {
      [host = ''] = zookeeperHosts(this);
      needsKazoo(this);
    });

    beforeEach(async () => {
      originals = [];
      stage = await new ZookeeperStage(host).start();
      stage.alsoActing = () => originals.filter(({ isLeading }) => isLeading).length;
    });

    afterEach(async () => {
      for (const contender of originals) await contender.stop();
      await stage.stop();
    });

    for (const [how, signal] of [
      ['is told to stop', 'SIGTERM'],
      ['is killed', 'SIGKILL'],
    ] as const) {
      it(`should stand by for the original, know its name, and lead when that ${how}`, async () => {
        const old = await original();
        await leads(old);
        const ours = await stage.entered('ours');
        expect(ours.election.status()).to.include({ role: 'standby', leaderName: old.name });
        old.signal(signal);
        await old.ended;
        await stage.leads(ours);

        await stage.present('ours');
      });
    }

    it('should have the original wait while it leads, and hand over when it stops', async () => {
      const ours = await stage.entered('ours');
      await stage.leads(ours);
      const old = await original();
      await stage.present('ours', old.name);
      expect(old.isLeading).to.equal(false);
      await ours.election.stop();
      await leads(old);

      expect(ours.election.mayAct()).to.equal(false);
    });

    it('should have stopped acting before the original leads when it is cut off', async () => {
      const ours = await stage.entered('ours');
      await stage.leads(ours);
      const old = await original();
      await stage.present('ours', old.name);
      ours.proxy.blackHole(true);
      // Fails if both act at once.
      await leads(old);
      ours.proxy.blackHole(false);
      await eventually('it stands by', () => ours.election.status().leaderName === old.name);

      expect(ours.election.mayAct()).to.equal(false);
    });

    it('should take turns with several originals in the order in which all came', async () => {
      const first = await original();
      await leads(first);
      const ours = await stage.entered('ours');
      const last = await original();
      await stage.present(first.name, 'ours', last.name);
      first.signal('SIGKILL');
      await stage.leads(ours);
      expect(last.isLeading).to.equal(false);
      await ours.election.stop();
      await leads(last);
    });
  });

  describe('when annotations of the script before us are on the objects', () => {
    it('should serve the floating ip all the same, and leave them where they are', async () => {
      const stage = await FaultStage.open({ schema: 'stock' });
      try {
        const { loadBalancer, floatingIp } = await stage.serve();
        const operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
        const annotations = { key_value_pair: [{ key: 'lb_id', value: loadBalancer.id }] };
        const marked = [
          ['virtual-machine-interface', loadBalancer.vipPortId],
          ['floating-ip', floatingIp.id],
        ] as const;
        for (const [kind, id] of marked) await operator.setProperties(kind, id, { annotations });
        await stage.failoverCalmly(loadBalancer);
        await stage.failover(loadBalancer, { skipUnbind: true });

        expect(await stage.complaints()).to.deep.equal([]);
        for (const [kind, id] of marked) {
          expect(stage.shop.cloud.server.read(kind, id)).to.deep.include({ annotations });
        }
      } finally {
        await stage.close();
      }
    });
  });
});
