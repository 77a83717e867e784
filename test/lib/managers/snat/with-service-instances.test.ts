import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { serviceInstance } from '../../../../lib/managers/service-instance/index.js';
import { snatManagers, SnatStage } from './support/snat-stage.js';

describe('SNAT of a router, with what is launched for it', () => {
  let stage: SnatStage;
  let monitor: EmbeddedMonitor;
  const kindsLaunched = (): readonly string[] => stage.state.launched().map((line) => line.split(' ')[0] ?? '');
  const twoMachines = [
    'instance-ip',
    'instance-ip',
    'virtual-machine',
    'virtual-machine',
    'virtual-machine-interface',
    'virtual-machine-interface',
    'virtual-machine-interface',
    'virtual-machine-interface',
  ];

  beforeEach(async () => {
    stage = await SnatStage.open();
    monitor = await stage.startMonitor({ managers: [...snatManagers, serviceInstance] });
  });

  afterEach(() => stage.cloud.stop());

  const expectNothing = (): void => {
    for (const kind of ['service-instance', 'route-table', 'virtual-network'] as const) {
      expect(stage.state.names(kind), kind).to.deep.equal([]);
    }
    expect(kindsLaunched()).to.deep.equal([]);
  };
  const expectRest = async (): Promise<void> => {
    const before = monitor.countWrites();
    await monitor.resync();
    expect(monitor.countWrites()).to.equal(before);
    expect(monitor.monitor.status().problems.filter(({ type }) => type.startsWith('snat'))).to.deep.equal([]);
  };

  describe('when the gateway is set, moved, cleared, and set again at once', () => {
    it('should have two machines whenever there is a gateway, and in the end nothing', async () => {
      const id = await stage.createRouter('r1', stage.tenant.externalNetworkId);
      await stage.cloud.settled();
      expect(kindsLaunched()).to.deep.equal(twoMachines);
      await expectRest();

      const second = await stage.createExternalNetwork('public2', '100.64.201.0');
      await stage.setGateway(id, second);
      await stage.cloud.settled();
      expect(kindsLaunched()).to.deep.equal(twoMachines);
      expect(stage.state.launched().join('\n')).to.include('public2');
      await expectRest();

      await stage.setGateway(id);
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      await stage.cloud.settled();
      expect(kindsLaunched()).to.deep.equal(twoMachines);
      expect(stage.state.names('service-instance')).to.have.length(1);
      expect(stage.state.names('virtual-network')).to.have.length(1);
      await expectRest();

      await stage.setGateway(id);
      await stage.cloud.settled();
      expectNothing();
      await expectRest();
    });
  });

  describe('when the router is deleted while no monitor runs', () => {
    it('should leave nothing', async () => {
      const id = await stage.createRouter('r1', stage.tenant.externalNetworkId);
      await stage.cloud.settled();
      await stage.cloud.stopMonitor(monitor);
      await stage.deleteRouter(id);
      monitor = await stage.startMonitor({ managers: [...snatManagers, serviceInstance] });
      expectNothing();
      await expectRest();
    });
  });
});
