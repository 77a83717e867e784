import { expect } from 'chai';
import { loadbalancerManager, type LoadbalancerDriver, type LoadbalancerView } from '../../../../../lib/index.js';
import type { EmbeddedMonitor } from '../../../../../fixtures/index.js';
import { LoadbalancerStage } from '../support/loadbalancer-stage.js';

/** A driver that notes what it is told, and fails when it is to. */
class NotedDriver implements LoadbalancerDriver {
  public readonly told: string[] = [];
  public readonly served = new Set<string>();
  public failsWith: string | undefined;

  public constructor(public readonly path: string) {}

  public list(): Promise<Iterable<string>> {
    return this.failsWith === 'list' ? Promise.reject(new Error('no list')) : Promise.resolve([...this.served]);
  }

  public ensure({ uuid, fqName, listeners }: LoadbalancerView): Promise<void> {
    this.told.push(`ensure ${fqName.at(-1) ?? ''} with ${listeners.length} listeners`);
    if (this.failsWith === fqName.at(-1)) return Promise.reject(new Error('the appliance is away'));
    this.served.add(uuid);
    return Promise.resolve();
  }

  public remove(uuid: string): Promise<void> {
    this.told.push('remove');
    this.served.delete(uuid);
    return Promise.resolve();
  }
}

describe('drivers of embedders', () => {
  let stage: LoadbalancerStage;
  let driver: NotedDriver;
  let other: NotedDriver;
  let monitor: EmbeddedMonitor;
  let set: string;
  const start = async (dryRun = false): Promise<EmbeddedMonitor> => {
    const started = await stage.cloud.startMonitor({ managers: [loadbalancerManager([driver, other])], dryRun });
    await stage.cloud.settled();
    return started;
  };
  const problems = (): readonly unknown[] =>
    monitor.monitor.status().problems.map(({ type, uuid }) => ({ type, uuid }));

  beforeEach(async () => {
    stage = await LoadbalancerStage.open();
    driver = new NotedDriver('example.Boxes');
    other = new NotedDriver('example.Others');
    set = await stage.createSet('boxes', driver.path);
    await stage.createSet('others', other.path);
  });

  afterEach(() => stage.cloud.stop());

  describe('when a load balancer changes', () => {
    it('should be told what it is like then, and nothing when nothing of it has changed', async () => {
      monitor = await start();
      const uuid = await stage.createLoadbalancer('web', { provider: 'boxes' });
      await stage.cloud.settled();
      await stage.createListener(uuid, { protocol: 'TCP', protocol_port: 80 });
      await stage.cloud.settled();
      await stage.update('loadbalancer', uuid, { display_name: 'another name' });
      await stage.cloud.settled();
      expect(driver.told).to.deep.equal(['ensure web with 0 listeners', 'ensure web with 1 listeners']);
      expect(other.told).to.deep.equal([]);
      expect(monitor.writes()).to.deep.equal([]);
    });
  });

  describe('when the provider of a load balancer gets another driver', () => {
    it('should take it from the one to the other', async () => {
      monitor = await start();
      const uuid = await stage.createLoadbalancer('web', { provider: 'boxes' });
      await stage.cloud.settled();
      await stage.update('loadbalancer', uuid, { loadbalancer_provider: 'others' });
      await stage.cloud.settled();
      expect([[...driver.served], [...other.served]]).to.deep.equal([[], [uuid]]);
    });
  });

  describe('when the set of a provider names nobody that is known for a moment', () => {
    it('should leave everything as it is, and say so', async () => {
      monitor = await start();
      const uuid = await stage.createLoadbalancer('web', { provider: 'boxes' });
      await stage.cloud.settled();
      await stage.update('service-appliance-set', set, { service_appliance_driver: 'example.Bxoes' });
      await stage.cloud.settled();
      expect([...driver.served]).to.deep.equal([uuid]);
      expect(problems()).to.deep.equal([{ type: 'unknown-driver', uuid: set }]);
      await stage.update('service-appliance-set', set, { service_appliance_driver: driver.path });
      await stage.cloud.settled();
      expect(driver.told).to.deep.equal(['ensure web with 0 listeners']);
      expect(problems()).to.deep.equal([]);
    });
  });

  describe('when load balancers were deleted while nobody ran', () => {
    it('should remove what the driver lists and nobody wants', async () => {
      driver.served.add('00000000-0000-4000-8000-00000000dead');
      monitor = await start();
      expect([...driver.served]).to.deep.equal([]);
    });
  });

  describe('when it fails', () => {
    it('should be told again, say which load balancer it is, and not hold up another one', async () => {
      monitor = await start();
      driver.failsWith = 'bad';
      const bad = await stage.createLoadbalancer('bad', { provider: 'boxes' });
      const good = await stage.createLoadbalancer('good', { provider: 'boxes' });
      await stage.cloud.settled();
      expect([...driver.served]).to.deep.equal([good]);
      expect(problems()).to.deep.equal([{ type: 'driver-failed', uuid: bad }]);
      driver.failsWith = undefined;
      stage.clock.step(60_000);
      await stage.cloud.settled();
      expect([...driver.served]).to.have.members([good, bad]);
      expect(problems()).to.deep.equal([]);
    });

    it('should be asked again for its list', async () => {
      driver.failsWith = 'list';
      driver.served.add('00000000-0000-4000-8000-00000000dead');
      monitor = await start();
      expect([...driver.served]).to.have.length(1);
      driver.failsWith = undefined;
      stage.clock.step(10_000);
      await stage.cloud.settled();
      expect([...driver.served]).to.deep.equal([]);
    });
  });

  describe('when the monitor writes nothing', () => {
    it('should be told nothing', async () => {
      monitor = await start(true);
      await stage.createLoadbalancer('web', { provider: 'boxes' });
      await stage.cloud.settled();
      expect(driver.told).to.deep.equal([]);
    });
  });
});

describe('providers of load balancers', () => {
  let stage: LoadbalancerStage;

  beforeEach(async () => {
    stage = await LoadbalancerStage.open();
  });

  afterEach(() => stage.cloud.stop());

  describe('when there is a set with a driver that nobody has, and a service appliance', () => {
    it('should say so, and start all the same (recordings svc-monitor/98, 99)', async () => {
      const set = await stage.createSet('third', 'no.such.module.Driver');
      await stage.create('service-appliance', {
        fq_name: ['default-global-system-config', 'third', 'box'],
        parent_type: 'service-appliance-set',
      });
      const { monitor } = await stage.cloud.startMonitor({ managers: [loadbalancerManager()] });
      expect(monitor.status().ready).to.equal(true);
      const problems = (): readonly unknown[] => monitor.status().problems.map(({ type, uuid }) => ({ type, uuid }));
      expect(problems()).to.deep.equal([{ type: 'unknown-driver', uuid: set }]);
      await stage.update('service-appliance-set', set, { service_appliance_driver: null });
      await stage.cloud.settled();
      expect(problems()).to.deep.equal([]);
    });
  });

  describe('when load balancers name a provider of which there is no set', () => {
    it('should say so once, for as long as it is so (recording svc-monitor/96)', async () => {
      const { monitor } = await stage.cloud.startMonitor({ managers: [loadbalancerManager()] });
      const first = await stage.createLoadbalancer('one', { provider: 'nobody' });
      const second = await stage.createLoadbalancer('two', { provider: 'nobody' });
      await stage.cloud.settled();
      expect(monitor.status().problems.map(({ type, key }) => ({ type, key }))).to.deep.equal([
        { type: 'unknown-provider', key: 'nobody' },
      ]);
      await stage.delete('loadbalancer', first);
      await stage.delete('loadbalancer', second);
      await stage.cloud.settled();
      expect(monitor.status().problems).to.deep.equal([]);
    });
  });
});
