import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../../fixtures/index.js';
import { instancesPerRouter } from '../../../../lib/managers/snat/observe.js';
import { Launcher } from './support/launcher.js';
import { newSnatInstance, SnatStage } from './support/snat-stage.js';

const otherId = '11111111-2222-4333-8444-555555555555';

describe('SNAT of a router', () => {
  let stage: SnatStage;
  let monitor: EmbeddedMonitor;
  let launcher: Launcher;

  /** Everything that is to be done is done, by the monitor and by who launches. */
  const settled = async (): Promise<void> => {
    do await stage.cloud.settled();
    while (await launcher.work());
  };
  const writesSince = (before: number): readonly string[] =>
    monitor
      .writes()
      .slice(before)
      .map(({ method, path }) => `${method} ${path.replace(/\/[0-9a-f-]{36}$/, '')}`);
  const served = async (name = 'r1'): Promise<string> => {
    const id = await stage.createRouter(name, stage.tenant.externalNetworkId);
    await settled();
    return id;
  };
  const expectNothing = (): void => {
    for (const kind of ['service-instance', 'route-table', 'virtual-network'] as const) {
      expect(stage.state.names(kind), kind).to.deep.equal([]);
    }
  };
  const expectServed = (id: string): string => {
    const [instance = ''] = stage.state.names('service-instance');
    expect(stage.state.names('service-instance')).to.deep.equal([instance]);
    expect(stage.state.names('virtual-network')).to.deep.equal([`snat-si-left_${instance}`]);
    expect(stage.state.names('route-table')).to.deep.equal([`rt_${id}`]);
    expect(stage.state.targets(id)).to.deep.equal({ instances: [instance], tables: [`rt_${id}`] });
    return instance;
  };
  const expectRest = async (): Promise<void> => {
    const before = monitor.countWrites();
    await monitor.resync();
    expect(writesSince(before)).to.deep.equal([]);
  };
  const restart = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    await stage.cloud.stopMonitor(monitor);
    await meanwhile();
    monitor = await stage.startMonitor();
    await settled();
  };

  beforeEach(async () => {
    stage = await SnatStage.open();
    launcher = new Launcher(stage);
    monitor = await stage.startMonitor();
  });

  afterEach(() => stage.cloud.stop());

  describe('when another project has more service instances by names of its than are looked at', () => {
    it('should find its own first, and refer to it again', async () => {
      const id = await served();
      const { instances } = stage.state.targets(id);
      const own = stage.state.uuid('service-instance');
      await stage.createProject('a-stranger');
      for (let at = 0; at < instancesPerRouter; at += 1) {
        const name = `snat_${id}_${otherId.slice(0, -2)}${at + 10}`;
        await stage.create('service-instance', newSnatInstance('a-stranger', name, 'nat-template'));
      }
      await stage.reference(['logical-router', id], ['service-instance', own], 'DELETE');
      await settled();
      expect(stage.state.targets(id)).to.deep.equal({ instances, tables: [`rt_${id}`] });
      expect(stage.state.names('service-instance')).to.have.length(instancesPerRouter + 1);
    });
  });

  describe('when the gateway is set', () => {
    it('should make left network, service instance and route table, refer to them, and then rest', async () => {
      const id = await stage.createRouter('r1');
      await settled();
      const before = monitor.countWrites();
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      await settled();
      expect(writesSince(before)).to.deep.equal([
        'POST /virtual-networks',
        'POST /service-instances',
        'POST /route-tables',
        'POST /ref-update',
        'POST /ref-update',
      ]);
      expect(expectServed(id)).to.match(new RegExp(`^snat_${id}_[0-9a-f-]{36}$`));
      await expectRest();
    });

    it('should make what the original makes, to the last field', async () => {
      const id = await served();
      expect(stage.state.lines().filter((line) => !line.startsWith('logical-router'))).to.deep.equal(
        stage.state.expectedLines(id, stage.tenant.name, 'public'),
      );
    });

    it('should take addresses from the project’s own IPAM where it has one', async () => {
      const project = ['default-domain', stage.tenant.name];
      await stage.create('network-ipam', { fq_name: [...project, 'default-network-ipam'], parent_type: 'project' });
      await served();
      const [network] = stage.state.all('virtual-network');
      expect(JSON.stringify(network?.['network_ipam_refs'])).to.include(
        `"${stage.tenant.name}","default-network-ipam"`,
      );
    });
  });

  describe('when the gateway is cleared', () => {
    it('should remove all, the left network when nothing is in it any more', async () => {
      const id = await served();
      const before = monitor.countWrites();
      await stage.setGateway(id);
      await stage.cloud.settled();
      expect(stage.state.names('virtual-network')).to.have.length(1);
      await settled();
      expectNothing();
      expect(stage.state.targets(id)).to.deep.equal({ instances: [], tables: [] });
      expect(writesSince(before)).to.deep.equal([
        'POST /ref-update',
        'POST /ref-update',
        'DELETE /route-table',
        'DELETE /service-instance',
        'DELETE /virtual-network',
      ]);
      await expectRest();
    });

    it('should remove all though the route table is gone', async () => {
      const id = await served();
      await stage.reference(['logical-router', id], ['route-table', stage.state.uuid('route-table')], 'DELETE');
      await restart(async () => {
        await stage.setGateway(id);
        await stage.reference(['logical-router', id], ['route-table', stage.state.uuid('route-table')], 'DELETE');
        await stage.delete('route-table', stage.state.uuid('route-table'));
      });
      expectNothing();
    });

    it('should make it anew under another name if it is set again before all is gone', async () => {
      const id = await served();
      const first = expectServed(id);
      await stage.setGateway(id);
      await stage.cloud.settled();
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      await settled();
      expect(expectServed(id)).not.to.equal(first);
      await expectRest();
    });

    it('should do so if that was while no monitor ran', async () => {
      const id = await served();
      await restart(() => stage.setGateway(id));
      expectNothing();
    });
  });

  describe('when the router is deleted', () => {
    it('should remove all', async () => {
      const id = await served();
      await stage.deleteRouter(id);
      await settled();
      expectNothing();
      await expectRest();
    });

    it('should do so if that was while no monitor ran', async () => {
      const id = await served();
      await restart(() => stage.deleteRouter(id));
      expectNothing();
    });
  });

  describe('when the gateway is moved to another network', () => {
    it('should put the right side of the service instance on it, in one write', async () => {
      const id = await served();
      const second = await stage.createExternalNetwork('public2');
      await settled();
      const before = monitor.countWrites();
      await stage.setGateway(id, second);
      await settled();
      expect(writesSince(before)).to.deep.equal(['PUT /service-instance']);
      expect(stage.state.lines().filter((line) => !line.startsWith('logical-router'))).to.deep.equal(
        stage.state.expectedLines(id, stage.tenant.name, 'public2'),
      );
    });
  });

  describe('when the router has several external networks', () => {
    it('should stay on the one that it is on', async () => {
      const id = await served();
      const before = monitor.countWrites();
      for (const name of ['a', 'b', 'c', 'd']) {
        await stage.reference(['logical-router', id], ['virtual-network', await stage.createExternalNetwork(name)]);
      }
      await settled();
      await expectRest();
      expect(writesSince(before)).to.deep.equal([]);
    });
  });

  describe('when SNAT is disabled for the gateway', () => {
    it('should make it all the same: the API server stores nothing of that (recording svc-monitor/66)', async () => {
      const id = await stage.createRouter('r1');
      await stage.setGateway(id, stage.tenant.externalNetworkId, { enable_snat: false });
      await settled();
      expectServed(id);
    });
  });

  describe('when an old release was there before', () => {
    it('should move the route table from the networks to the router, and switch the policy off', async () => {
      const id = await served();
      const table = stage.state.uuid('route-table');
      const instance = stage.state.uuid('service-instance');
      const lines = stage.state.lines();
      await restart(async () => {
        await stage.reference(['logical-router', id], ['route-table', table], 'DELETE');
        await stage.reference(['virtual-network', stage.tenant.networkId], ['route-table', table]);
        const properties = { ...stage.state.instanceProperties(), auto_policy: true };
        await stage.update('service-instance', instance, { service_instance_properties: properties });
      });
      expect(writesSince(0).filter((line) => !line.includes('templates') && !line.includes('sets'))).to.include.members(
        ['PUT /service-instance', 'POST /ref-update'],
      );
      expect(stage.state.lines()).to.deep.equal(lines);
      expect(stage.state.networksWith(table)).to.deep.equal([]);
    });
  });

  describe('when there are several service instances of one router', () => {
    it('should keep the one that the router refers to', async () => {
      const id = await served();
      const kept = expectServed(id);
      await stage.create('service-instance', newSnatInstance(stage.tenant.name, `snat_${id}_${otherId}`));
      await settled();
      expect(expectServed(id)).to.equal(kept);
    });

    it('should take the one that a crash left behind, and make it as a new one is', async () => {
      const id = await stage.createRouter('r1');
      const name = `snat_${id}_${otherId}`;
      await stage.create('service-instance', newSnatInstance(stage.tenant.name, name));
      await stage.cloud.stopMonitor(monitor);
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      monitor = await stage.startMonitor();
      await settled();
      const instance = expectServed(id);
      expect(stage.state.lines().filter((line) => !line.startsWith('logical-router'))).to.deep.equal(
        stage.state.expectedLines(id, stage.tenant.name, 'public'),
      );
      expect(instance).to.match(/^snat_/);
    });
  });

  describe('when a tenant makes objects with such names', () => {
    it('should leave those in another project alone, also when the router goes', async () => {
      const id = await served();
      const other = await stage.createProject('other');
      const foreign = await stage.create('service-instance', newSnatInstance('other', `snat_${id}_${otherId}`));
      await stage.create('route-table', { fq_name: [...other, `rt_${id}`], parent_type: 'project' });
      const network = [...other, `snat-si-left_snat_${id}_${otherId}`];
      await stage.create('virtual-network', { fq_name: network, parent_type: 'project' });
      await settled();
      await stage.setGateway(id);
      await settled();
      expect(stage.state.names('service-instance')).to.deep.equal([`snat_${id}_${otherId}`]);
      expect(stage.state.uuid('service-instance')).to.equal(foreign);
      expect(stage.state.names('route-table')).to.deep.equal([`rt_${id}`]);
      expect(stage.state.names('virtual-network')).to.deep.equal([network.at(-1)]);
    });

    it('should leave one alone that is no SNAT, and take another name', async () => {
      const id = await stage.createRouter('r1');
      await stage.cloud.stopMonitor(monitor);
      await stage.squatNames(id);
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      monitor = await stage.startMonitor();
      await settled();
      const all = stage.state.names('service-instance');
      expect(all).to.have.length(2);
      expect(stage.state.targets(id).instances).to.have.length(1);
      await expectRest();
    });

    it('should not remove a route table that leads elsewhere', async () => {
      const id = await stage.createRouter('r1');
      await stage.create('route-table', {
        fq_name: ['default-domain', stage.tenant.name, `rt_${id}`],
        parent_type: 'project',
        routes: { route: [{ prefix: '10.0.0.0/8', next_hop: '10.1.1.1', next_hop_type: 'ip-address' }] },
      });
      await settled();
      expect(stage.state.names('route-table')).to.deep.equal([`rt_${id}`]);
    });
  });

  describe('when all names are taken', () => {
    it('should say so, and go on when one is free', async () => {
      const id = await stage.createRouter('r1');
      const taken = await stage.squatNames(id, Infinity);
      await stage.setGateway(id, stage.tenant.externalNetworkId);
      await settled();
      expect(monitor.monitor.status().problems.map(({ type, uuid }) => ({ type, uuid }))).to.deep.include({
        type: 'snat-waits',
        uuid: id,
      });
      for (const uuid of taken) await stage.delete('service-instance', uuid);
      await settled();
      expectServed(id);
      expect(monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when somebody deletes a part of it', () => {
    it('should make the service template again, and the route table', async () => {
      const id = await served();
      const table = stage.state.uuid('route-table');
      await stage.reference(['logical-router', id], ['route-table', table], 'DELETE');
      await stage.cloud.settled();
      expectServed(id);
    });
  });
});
