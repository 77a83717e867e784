import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { SvcMonitorError, ZookeeperElection } from '../../../../lib/index.js';
import { eventually } from '../../../support/eventually.js';
import { pass } from '../../../support/real-time.js';
import { zookeeperHosts } from '../../../support/zookeeper.js';
import { ZookeeperStage } from '../../../support/zookeeper-stage.js';

describe('ZookeeperElection', () => {
  let host: string;
  let stage: ZookeeperStage;

  before(function () {
    [host = ''] = zookeeperHosts(this);
  });

  beforeEach(async () => {
    stage = await new ZookeeperStage(host).start();
  });

  afterEach(async () => {
    await stage.stop();
  });

  it('should own nothing before it is elected, and then everything, and say so once', async () => {
    const { election } = await stage.contender('one');
    let told = 0;
    election.onChanged(() => (told += 1));
    expect(election.mayAct()).to.equal(false);
    expect(election.owns()).to.equal(false);
    expect(election.status()).to.include({ mode: 'zookeeper', role: 'standby', connected: false, name: 'one' });
    election.start();
    await eventually('it leads', () => election.mayAct());

    expect(election.owns()).to.equal(true);
    expect(told).to.equal(1);
    expect(election.status()).to.include({ role: 'leader', connected: true, leaderName: 'one', path: stage.path });
  });

  it('should take part with one node, called as kazoo calls them, that says who it is', async () => {
    await stage.entered('one');
    await stage.entered('two');
    await stage.present('one', 'two');

    for (const node of Object.keys(await stage.nodes())) expect(node).to.match(/^[0-9a-f]{32}__lock__\d{10}$/);
  });

  it('should stand by while another one leads, and know who that is', async () => {
    const one = await stage.entered('one');
    const two = await stage.entered('two');

    expect(two.election.status()).to.include({ role: 'standby', leaderName: 'one', connected: true });
    expect(two.election.mayAct()).to.equal(false);
    expect(one.election.status().role).to.equal('leader');
  });

  it('should hand over at once when it is stopped, and leave nothing behind', async () => {
    const long = { sessionTimeoutMs: 60_000 };
    const one = await stage.entered('one', long);
    const two = await stage.entered('two', long);
    await one.election.stop();
    await stage.leads(two);

    await stage.present('two');
    expect(one.election.status().role).to.equal('standby');
    expect(one.log.of('no longer leading')).to.deep.equal([]);
  });

  it('should have those that stand by take over in the order in which they came', async () => {
    const long = { sessionTimeoutMs: 60_000 };
    const one = await stage.entered('one', long);
    const two = await stage.entered('two', long);
    const three = await stage.entered('three', long);
    await two.election.stop();
    await stage.present('one', 'three');
    expect(three.election.mayAct()).to.equal(false);
    await one.election.stop();
    await stage.leads(three);
  });

  it('should refuse a second start, and one after the end', async () => {
    const { election } = await stage.contender('one');
    election.start();
    expect(() => {
      election.start();
    })
      .to.throw(SvcMonitorError)
      .with.property('code', 'already-started');
    await election.stop();
    await election.stop();
    const { election: other } = await stage.contender('two');
    await other.stop();
    expect(() => {
      other.start();
    })
      .to.throw(SvcMonitorError)
      .with.property('code', 'closed');
  });

  it('should take one of the servers that answers', async () => {
    const servers = ['127.0.0.1:1', host, '[::1]:1'];
    const { election } = await stage.contender('one', { servers });
    election.start();
    await eventually('it leads', () => election.mayAct());
  });

  it('should have one node, however often the connection breaks while it takes its place', async () => {
    const { election, proxy } = await stage.contender('one', { sessionTimeoutMs: 4_000 });
    proxy.latency(5);
    election.start();
    for (let breaks = 0; breaks < 15; breaks += 1) {
      await pass(3 * breaks);
      proxy.reset();
    }
    await eventually('it leads', () => election.mayAct());

    await stage.present('one');
  });

  describe('when there is no ZooKeeper', () => {
    it('should act for nothing, say what is wrong and where to look, and lead as soon as there is one', async () => {
      const contender = await stage.contender('one', { sessionTimeoutMs: 500 });
      const { election, proxy, log } = contender;
      await proxy.refuse(true);
      election.start();
      await eventually('it has failed twice', () => (election.status().lastError ?? '') !== '');
      const { lastErrorSince, ...status } = election.status();
      expect(status).to.include({ role: 'standby', connected: false, setting: 'zookeeper.hosts' });
      expect(status.lastError).to.equal('ZooKeeper does not answer in time: connecting');
      expect(lastErrorSince).to.be.a('number');
      await proxy.refuse(false);
      await stage.leads(contender);

      expect(election.status().lastError).to.equal(undefined);
      const told = log.of('ZooKeeper cannot be used to elect a leader, going on trying');
      expect(told.map(({ details }) => details)).to.have.length(1);
    });
  });

  describe('when something else listens there', () => {
    const answers: Readonly<Record<string, Buffer>> = {
      'bytes that make no sense': Buffer.from([0, 0, 0, 1, 7, 0, 0, 0, 2, 1, 1]),
      'a negative length': Buffer.from([255, 255, 255, 255, 0, 0, 0, 0]),
      'an answer of HTTP': Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'),
      nothing: Buffer.alloc(0),
    };
    let server: Server | undefined;

    afterEach(() => {
      server?.close();
    });

    for (const [what, answer] of Object.entries(answers)) {
      it(`should live on with ${what}, and say that it is no ZooKeeper`, async () => {
        server = createServer((socket) => {
          socket.on('error', () => undefined);
          if (answer.length > 0) socket.write(answer);
        });
        await new Promise((resolve) =>
          server?.listen(0, '127.0.0.1', () => {
            resolve(undefined);
          }),
        );
        const { port } = server.address() as AddressInfo;
        const election = new ZookeeperElection({ servers: [`127.0.0.1:${port}`], sessionTimeoutMs: 500 });
        election.start();
        await eventually('it says so', () => election.status().lastError !== undefined);
        await election.stop();

        expect(election.mayAct()).to.equal(false);
      });
    }
  });
});
