import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { eventually } from '../../../support/eventually.js';
import { ServiceStage } from './support/service-stage.js';
import { VrouterWorld } from './support/vrouter-world.js';

const intervalMs = 60_000;
const twoMachines = { networks: ['right', 'left'], count: 2, haMode: 'active-standby' };
const first = 'default-domain__shop__ns1__1';
const second = 'default-domain__shop__ns1__2';

describe('the placement of service instances', () => {
  let world: VrouterWorld;
  let stage: ServiceStage;
  let monitor: EmbeddedMonitor;

  async function open({ analytics = true, routers = ['compute-1', 'compute-2', 'compute-3'] } = {}): Promise<void> {
    world = await VrouterWorld.open();
    stage = await ServiceStage.open({
      settings: {
        analyticsServers: analytics ? [world.host] : [],
        introspectPort: world.port,
        schedulerIntervalMs: intervalMs,
      },
    });
    for (const name of routers) stage.router(name);
  }

  afterEach(async () => {
    await stage.stop();
    await world.close();
  });

  /** Until the machines are where they are expected, and nothing is left to do. */
  async function placed(expected: (placement: Readonly<Record<string, string>>) => boolean): Promise<void> {
    await eventually('the machines are where they are expected', async () => {
      await monitor.settled();
      return expected(stage.placement());
    });
  }

  function looks(): number {
    const status = monitor.monitor.status().controllers['service-instance'] as unknown as {
      readonly vrouters: { readonly looks: number };
    };
    return status.vrouters.looks;
  }

  async function look(): Promise<void> {
    const before = looks();
    stage.clock.step(intervalMs);
    await eventually('a look is over', () => looks() > before);
    await monitor.settled();
  }

  const areApart = (placement: Readonly<Record<string, string>>): boolean =>
    placement[first] !== '' && placement[second] !== '' && placement[first] !== placement[second];

  describe('when analytics says that vRouters work', () => {
    it('should place the virtual machines apart, alike each time', async () => {
      await open();
      world.up('compute-1', 'compute-2', 'compute-3');
      monitor = await stage.startMonitor();
      const uuid = await stage.createInstance('ns1', twoMachines);
      await placed(areApart);
      const before = stage.placement();
      await stage.deleteInstance(uuid);
      await placed((placement) => Object.keys(placement).length === 0);
      await stage.createInstance('ns1', twoMachines);
      await placed(areApart);
      expect(stage.placement()).to.deep.equal(before);
      expect(monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when a vRouter dies', () => {
    it('should move what is on it after three bad looks, and not back', async () => {
      await open();
      world.up('compute-1', 'compute-2', 'compute-3');
      monitor = await stage.startMonitor();
      await stage.createInstance('ns1', twoMachines);
      await placed(areApart);
      const { [first]: dead = '', [second]: other } = stage.placement();
      world.down(dead);
      await look();
      await look();
      expect(stage.placement()[first]).to.equal(dead);
      await look();
      await placed((placement) => areApart(placement) && placement[first] !== dead);
      expect(stage.placement()[second]).to.equal(other);
      const moved = stage.placement();
      world.up(dead);
      await look();
      expect(stage.placement()).to.deep.equal(moved);
    });
  });

  describe('when there is one vRouter', () => {
    it('should leave the second one unplaced, tell so, and place it on one that is added', async () => {
      await open({ routers: ['compute-1'] });
      world.up('compute-1', 'compute-2');
      monitor = await stage.startMonitor();
      await stage.createInstance('ns1', twoMachines);
      await placed((placement) => placement[first] === 'compute-1');
      expect(stage.placement()[second]).to.equal('');
      const { problems } = monitor.monitor.status();
      expect(problems.map(({ type }) => type)).to.deep.equal(['service-unplaced']);
      await stage.ask('POST', '/virtual-routers', {
        'virtual-router': {
          fq_name: ['default-global-system-config', 'compute-2'],
          parent_type: 'global-system-config',
          virtual_router_ip_address: '127.0.0.1',
        },
      });
      await placed((placement) => placement[second] === 'compute-2');
      expect(monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when analytics does not answer', () => {
    it('should leave all where it is, however long, and tell so', async () => {
      await open();
      world.up('compute-1', 'compute-2', 'compute-3');
      monitor = await stage.startMonitor();
      await stage.createInstance('ns1', twoMachines);
      await placed(areApart);
      const before = stage.placement();
      world.spoiled = { status: 503, body: '' };
      for (let times = 0; times < 4; times += 1) await look();
      expect(stage.placement()).to.deep.equal(before);
      expect(monitor.monitor.status().problems.map(({ type }) => type)).to.deep.equal(['analytics-silent']);
    });
  });

  describe('when no analytics server is named', () => {
    it('should ask the agents', async () => {
      await open({ analytics: false });
      world.agent = { mode: 'VROUTER', state: 'Functional' };
      monitor = await stage.startMonitor();
      await stage.createInstance('ns1', twoMachines);
      await placed(areApart);
      expect(world.asked.every((url) => url.startsWith('/Snh_SandeshUVECacheReq?tname='))).to.equal(true);
    });

    it('should place nothing where the agents are of another mode', async () => {
      await open({ analytics: false });
      world.agent = { mode: 'TSN', state: 'Functional' };
      monitor = await stage.startMonitor();
      await stage.createInstance('ns1', twoMachines);
      await eventually('a look is over', () => looks() > 0);
      await monitor.settled();
      expect(Object.values(stage.placement())).to.deep.equal(['', '']);
    });
  });
});
