import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { ServiceStage } from './support/service-stage.js';

describe('the life of a service instance', () => {
  let stage: ServiceStage;
  let monitor: EmbeddedMonitor;

  beforeEach(async () => {
    stage = await ServiceStage.open();
    monitor = await stage.startMonitor();
  });

  afterEach(async () => {
    await stage.stop();
  });

  async function secondRound(): Promise<number> {
    const before = monitor.countWrites();
    await monitor.resync();
    return monitor.countWrites() - before;
  }

  describe('when it is made, active-standby', () => {
    it('should be launched as the original launches it, with fewer writes, and nothing to write a second time', async () => {
      await stage.createInstance('ns1', { networks: ['right', 'left'], count: 2, haMode: 'active-standby' });
      await monitor.settled();
      expect(stage.end()).to.deep.equal(
        [
          ...side('left'),
          ...side('right'),
          'machine default-domain__shop__ns1__1 default-domain__shop__ns1__1__network-namespace',
          'machine default-domain__shop__ns1__2 default-domain__shop__ns1__2__network-namespace',
        ].sort(),
      );
      // The original makes 41 (recording svc-monitor/80), two of them to place the virtual machines.
      expect(monitor.countWrites()).to.equal(12);
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when it is deleted', () => {
    it('should leave nothing', async () => {
      const uuid = await stage.createInstance('ns1', {
        networks: ['right', 'left'],
        count: 2,
        haMode: 'active-standby',
      });
      await monitor.settled();
      const before = monitor.countWrites();
      await stage.deleteInstance(uuid);
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
      expect(monitor.countWrites() - before).to.equal(8);
    });
  });

  describe('when it is deleted while no monitor runs', () => {
    it('should leave nothing after the next start', async () => {
      const uuid = await stage.createInstance('ns1', {
        networks: ['right', 'left'],
        count: 2,
        haMode: 'active-standby',
      });
      await monitor.settled();
      await stage.cloud.stopMonitor(monitor);
      await stage.deleteInstance(uuid);
      monitor = await stage.startMonitor();
      expect(stage.end()).to.deep.equal([]);
    });
  });
});

function side(type: 'left' | 'right'): readonly string[] {
  const place = type === 'right' ? 1 : 2;
  const ports = [1, 2].map((index) => `default-domain__shop__ns1__${index}__${type}__${place}`);
  return [
    `address default-domain__shop__ns1-${type} v4 active-standby of service owner project of ${ports.join(',')} in ${type}`,
    ...ports.map(
      (port, index) =>
        `interface ${port} ${type} ${index === 0 ? 200 : 100} hidden owner project mac by address of default-domain__shop__ns1__${index + 1} in ${type} groups default tables -`,
    ),
  ];
}
