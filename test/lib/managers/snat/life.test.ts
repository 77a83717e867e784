import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { SnatStage } from './support/snat-stage.js';

describe('SNAT of a router', () => {
  let stage: SnatStage;
  let monitor: EmbeddedMonitor;
  const settled = (): Promise<void> => stage.cloud.settled();

  beforeEach(async () => {
    stage = await SnatStage.open();
    monitor = await stage.startMonitor();
  });

  afterEach(() => stage.cloud.stop());

  describe('when the gateway is set', () => {
    it('should make left network, service instance and route table, and refer to them', async () => {
      const id = await stage.createRouter('r1');
      await settled();
      const before = monitor.countWrites();
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      await settled();
      expect(
        monitor
          .writes()
          .slice(before)
          .map(({ method, path }) => `${method} ${path}`),
      ).to.deep.equal([
        'POST /virtual-networks',
        'POST /service-instances',
        'POST /route-tables',
        'POST /ref-update',
        'POST /ref-update',
      ]);
      const [instance = ''] = stage.state.names('service-instance');
      expect(instance).to.match(new RegExp(`^snat_${id}_[0-9a-f-]{36}$`));
      expect(stage.state.names('virtual-network')).to.deep.equal([`snat-si-left_${instance}`]);
      expect(stage.state.names('route-table')).to.deep.equal([`rt_${id}`]);
    });
  });

  describe('when the gateway is cleared', () => {
    it('should leave nothing', async () => {
      const id = await stage.createRouter('r1', stage.tenant.externalNetworkId);
      await settled();
      await stage.setGateway(id);
      await settled();
      expect(stage.state.names('service-instance')).to.deep.equal([]);
      expect(stage.state.names('route-table')).to.deep.equal([]);
      expect(stage.state.names('virtual-network')).to.deep.equal([]);
    });
  });
});
