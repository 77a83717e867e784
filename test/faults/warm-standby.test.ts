import { expect } from 'chai';
import { Operator, type EmbeddedMonitor } from '../../fixtures/index.js';
import { ManualOwnership } from '../support/manual-ownership.js';
import { describeFault, FaultStage } from './support/stage.js';

describeFault('a monitor that stands by', (schema) => {
  let stage: FaultStage;
  let leads: ManualOwnership;
  let follows: ManualOwnership;
  let standby: EmbeddedMonitor;

  beforeEach(async () => {
    leads = new ManualOwnership(true);
    follows = new ManualOwnership();
    stage = await FaultStage.open({ schema, monitor: { ownership: leads } });
    const { cloud } = stage.shop;
    standby = await cloud.startMonitor({
      clock: stage.clock,
      settings: { schema },
      userAgent: 'opensdn-svc-monitor-standby',
      ownership: follows,
    });
  });

  afterEach(() => stage.close());

  /** The one that leads is gone, and the other one leads. */
  const takeOver = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    await stage.whileTimePasses(stage.shop.cloud.stopMonitor(stage.monitor));
    await meanwhile();
    follows.give(true);
    await stage.shop.cloud.settled();
  };

  it('should write nothing, and show no work as its own', async () => {
    await stage.serve();
    expect(standby.countWrites()).to.equal(0);
    expect(standby.monitor.status()).to.include({ role: 'standby', ready: true });
    expect(standby.monitor.status().controllers['octavia-vip']).to.include({ vips: 0, associations: 0 });
    expect(standby.monitor.status().problems).to.deep.equal([]);
  });

  it('should read nothing when it takes over and all is right, and write nothing', async () => {
    await stage.serve();
    const { requests } = stage.shop.cloud.server;
    const before = requests.count({ userAgent: standby.userAgent });
    await takeOver(() => Promise.resolve());

    expect(requests.count({ userAgent: standby.userAgent })).to.equal(before);
    expect(standby.monitor.status().role).to.equal('leader');
    expect(standby.monitor.status().controllers['octavia-vip']).to.include({ vips: 1, associations: 1 });
  });

  it('should restore what is stripped while nobody leads', async () => {
    const { loadBalancer } = await stage.serve();
    await takeOver(() => stage.failover(loadBalancer, { skipUnbind: true }));

    expect(await stage.complaints()).to.deep.equal([]);
  });

  it('should tell that from a floating ip that its user frees while nobody leads, and an amphora goes at the same time', async () => {
    const { loadBalancer, floatingIp } = await stage.serve();
    await takeOver(async () => {
      await stage.shop.user.disassociate(floatingIp).run();
      await stage.failover(loadBalancer, { skipUnbind: true });
    });

    expect(await stage.complaints()).to.deep.equal([]);
    expect(stage.differences()).to.deep.equal([]);
  });

  it('should know what no record tells: the config API has refused it', async () => {
    const { cloud, tenant } = stage.shop;
    const operator = new Operator({ url: cloud.url, tenant });
    await operator.setProperties('project', tenant.projectId, { quota: { virtual_ip: 0 } });
    const { loadBalancer } = await stage.serve();
    await takeOver(() => stage.failover(loadBalancer, { skipUnbind: true }));
    await operator.setProperties('project', tenant.projectId, { quota: { virtual_ip: -1 } });
    await stage.pass(61_000, 1_000);

    expect(await stage.complaints()).to.deep.equal([]);
  });

  it('should give the lead back without a trace', async () => {
    const { loadBalancer } = await stage.serve();
    leads.give(false);
    follows.give(true);
    await stage.failover(loadBalancer, { skipUnbind: true });
    await stage.shop.cloud.settled();
    const before = stage.monitor.countWrites();
    follows.give(false);
    leads.give(true);
    await stage.failover(loadBalancer, { skipUnbind: true });
    await stage.shop.cloud.settled();

    expect(stage.monitor.countWrites()).to.be.greaterThan(before);
    expect(await stage.complaints()).to.deep.equal([]);
  });
});
