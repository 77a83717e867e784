import { expect } from 'chai';
import { ManualClock, managers } from '../../../lib/index.js';
import { EmbeddedCloud, RouterUser } from '../../../fixtures/index.js';

describe('All managers in one monitor', () => {
  describe('when a router gets a gateway', () => {
    it('should launch its service instance from what was only just made, and have no write refused', async () => {
      const cloud = await new EmbeddedCloud({ clock: new ManualClock() }).start();
      try {
        const tenant = await cloud.createTenant({ name: 'shop' });
        const user = new RouterUser({ url: cloud.url, tenant });
        const router = await user.createRouter({ name: 'router' }).run();
        const monitor = await cloud.startMonitor({ managers });
        await user.setGateway(router, { networkId: tenant.externalNetworkId }).run();
        await cloud.settled();
        const machines = cloud.server.list('virtual-machine');
        const interfaces = machines.flatMap((machine) => machine['virtual_machine_interface_back_refs']);
        expect(machines).to.have.length(2);
        expect(interfaces).to.have.length(4);
        expect(monitor.writes().filter(({ status }) => status !== 200)).to.deep.equal([]);
        const owners = cloud.server.list('virtual-machine-interface').map(({ perms2 }) => perms2);
        for (const owner of owners) expect(owner).to.deep.include({ owner: tenant.projectId });
      } finally {
        await cloud.stop();
      }
    });
  });
});
