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
      // The original makes 36 (recording svc-monitor/80), two of them to place the virtual machines.
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

  describe('when it is deleted with an address that nothing has yet', () => {
    for (const type of ['left', 'other0']) {
      it(`should leave nothing of the side ${type}`, async () => {
        stage.template('chain', { sides: [{ type, shared: true }], version: 2 });
        const uuid = await stage.createInstance('ns1', { template: 'chain', networks: ['left'], count: 1 });
        const address = {
          fq_name: [`default-domain__shop__ns1-${type}`],
          service_instance_ip: true,
          virtual_network_refs: [{ to: ['default-domain', 'shop', 'left'] }],
        };
        await stage.ask('POST', '/instance-ips', { 'instance-ip': address });
        await monitor.settled();
        expect(stage.end()).to.have.length(1);
        await stage.deleteInstance(uuid);
        await monitor.settled();
        expect(stage.end()).to.deep.equal([]);
      });
    }
  });

  describe('when it has three instances with addresses of their own on one side, and static routes', () => {
    it('should be launched whole, without preferences, and follow its routes', async () => {
      const wish = { template: 'own-left', networks: ['right', 'left'], count: 3 };
      const uuid = await stage.createInstance('ns2', { ...wish, routes: { 1: ['192.168.0.0/16'] } });
      await monitor.settled();
      const end = stage.end();
      expect(end.filter((line) => line.startsWith('interface '))).to.have.length(6);
      expect(end.filter((line) => line.startsWith('interface ') && !line.includes('mac by address'))).to.deep.equal([]);
      expect(end.filter((line) => / (left|right) - hidden /.test(line))).to.have.length(6);
      expect(end.filter((line) => line.includes('ns2__2'))).to.deep.equal([
        'address default-domain__shop__ns2-right v4 active-active of service owner project of default-domain__shop__ns2__1__right__1,default-domain__shop__ns2__2__right__1,default-domain__shop__ns2__3__right__1 in right',
        'address default-domain__shop__ns2__2-left-<default-domain__shop__ns2__2__left__2> v4 active-active of service owner project of default-domain__shop__ns2__2__left__2 in left',
        'interface default-domain__shop__ns2__2__left__2 left - hidden owner project mac by address of default-domain__shop__ns2__2 in left groups default tables <ns2> left',
        'interface default-domain__shop__ns2__2__right__1 right - hidden owner project mac by address of default-domain__shop__ns2__2 in right groups default tables -',
        'machine default-domain__shop__ns2__2 default-domain__shop__ns2__2__network-namespace',
      ]);
      expect(await secondRound()).to.equal(0);
      const before = monitor.countWrites();
      await stage.changeInstance(uuid, { ...wish, routes: { 1: ['192.168.0.0/16', '172.16.0.0/12'] } });
      await monitor.settled();
      expect(stage.end().find((line) => line.startsWith('table '))).to.include('172.16.0.0/12');
      expect(monitor.countWrites() - before).to.equal(1);
    });
  });

  describe('when it is to have fewer instances, and more again', () => {
    it('should lose those with the highest numbers, and get them back', async () => {
      const wish = { template: 'own-left', networks: ['right', 'left'] };
      const uuid = await stage.createInstance('ns2', { ...wish, count: 3 });
      await monitor.settled();
      const end = stage.end();
      await stage.changeInstance(uuid, { ...wish, count: 1 });
      await monitor.settled();
      expect(stage.end().filter((line) => line.startsWith('machine '))).to.deep.equal([
        'machine default-domain__shop__ns2__1 default-domain__shop__ns2__1__network-namespace',
      ]);
      expect(stage.end().filter((line) => line.startsWith('address '))).to.have.length(2);
      await stage.changeInstance(uuid, { ...wish, count: 3 });
      await monitor.settled();
      expect(stage.end()).to.deep.equal(end);
    });
  });

  describe('when a network changes', () => {
    it('should be made anew in the other one', async () => {
      const wish = { count: 2, haMode: 'active-standby' };
      await stage.createNetwork('left2', ['10.50.7.0']);
      const uuid = await stage.createInstance('ns1', { ...wish, networks: ['right', 'left'] });
      await monitor.settled();
      const end = stage.end();
      await stage.changeInstance(uuid, { ...wish, networks: ['right', 'left2'] });
      await monitor.settled();
      expect(stage.end()).to.deep.equal(end.map((line) => line.replace(/ in left\b/, ' in left2')));
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when a network comes late, and its subnet later', () => {
    it('should wait for both, tell so, and be launched then', async () => {
      await stage.createInstance('ns4', { networks: ['right', 'later'], count: 1 });
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
      expect(monitor.monitor.status().problems.map(({ message }) => message)).to.deep.equal([
        'a network that it names is not there: default-domain:shop:later',
      ]);
      const network = await stage.createNetwork('later', []);
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
      expect(monitor.monitor.status().problems.map(({ message }) => message)).to.deep.equal([
        'a network has no subnet yet: default-domain:shop:later',
      ]);
      await stage.setSubnets(network, ['10.50.9.0', 'fd00:9::']);
      await monitor.settled();
      expect(stage.end().filter((line) => line.startsWith('address '))).to.have.length(3);
      expect(monitor.monitor.status().problems.filter(({ type }) => type !== 'service-unplaced')).to.deep.equal([]);
      const refused = stage.server.requests.find({}).filter(({ status }) => status >= 400);
      expect(refused).to.deep.equal([]);
    });
  });

  describe('when it names no networks', () => {
    it('should get some, with both families, which go with the last service instance of the project', async () => {
      const uuid = await stage.createInstance('ns3', { networks: ['', ''], count: 1 });
      await monitor.settled();
      const end = stage.end();
      expect(end.filter((line) => line.startsWith('network '))).to.deep.equal([
        'network svc-vn-left',
        'network svc-vn-right',
      ]);
      expect(end.filter((line) => line.startsWith('address '))).to.have.length(4);
      expect(await secondRound()).to.equal(0);
      await stage.deleteInstance(uuid);
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
    });
  });

  describe('when a virtual machine of it is lost', () => {
    it('should get it back at once', async () => {
      await stage.createInstance('ns1', { networks: ['right', 'left'], count: 2, haMode: 'active-standby' });
      await monitor.settled();
      const end = stage.end();
      await stage.loseMachine('default-domain__shop__ns1__1');
      await monitor.settled();
      expect(stage.end()).to.deep.equal(end);
    });
  });

  describe('when a virtual machine with an address of its own is lost', () => {
    it('should get it back, and leave nothing of what it had', async () => {
      await stage.createInstance('ns2', { template: 'own-left', networks: ['right', 'left'], count: 2 });
      await monitor.settled();
      const end = stage.end();
      await stage.loseMachine('default-domain__shop__ns2__1');
      await monitor.settled();
      expect(stage.end()).to.deep.equal(end);
      await stage.cloud.stopMonitor(monitor);
      await stage.loseMachine('default-domain__shop__ns2__2');
      monitor = await stage.startMonitor();
      expect(stage.end()).to.deep.equal(end);
    });
  });

  describe('when it names its networks as versions of old did', () => {
    it('should get a list of interfaces', async () => {
      const more = {
        left_virtual_network: 'default-domain:shop:left',
        right_virtual_network: 'default-domain:shop:right',
      };
      const uuid = await stage.createInstance('old', { networks: [], count: 1, more });
      await monitor.settled();
      const properties = stage.server.read('service-instance', uuid)?.['service_instance_properties'];
      expect(properties).to.deep.include({
        interface_list: ['right', 'left'].map((name) => ({
          virtual_network: `default-domain:shop:${name}`,
          ip_address: null,
          static_routes: null,
          allowed_address_pairs: null,
        })),
      });
      expect(stage.end().filter((line) => line.startsWith('interface '))).to.have.length(2);
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when somebody else has its names', () => {
    it('should take over and delete nothing of his, tell so, and be whole when the names are free', async () => {
      const machine = await stage.ask('POST', '/virtual-machines', {
        'virtual-machine': {
          fq_name: ['default-domain__shop__ns1__1'],
          display_name: 'default-domain__shop__ns1__1__network-namespace',
        },
      });
      const address = await stage.ask('POST', '/instance-ips', {
        'instance-ip': {
          fq_name: ['default-domain__shop__ns1-left'],
          virtual_network_refs: [{ to: ['default-domain', 'shop', 'left'] }],
        },
      });
      const uuid = await stage.createInstance('ns1', {
        networks: ['right', 'left'],
        count: 2,
        haMode: 'active-standby',
      });
      await monitor.settled();
      expect(monitor.monitor.status().problems.map(({ message }) => message)).to.have.members([
        'a virtual machine of somebody else is called default-domain__shop__ns1__1',
        'the address default-domain__shop__ns1-left is not ours: nothing says that it was made for the service',
      ]);
      expect(stage.end().filter((line) => line.startsWith('interface '))).to.have.length(1);
      expect(await secondRound()).to.equal(0);
      await stage.deleteInstance(uuid);
      await monitor.settled();
      expect(stage.end()).to.have.length(2);
      await stage.createInstance('ns1', { networks: ['right', 'left'], count: 2, haMode: 'active-standby' });
      await stage.remove('virtual-machine', machine);
      await stage.remove('instance-ip', address);
      await monitor.settled();
      expect(stage.end().filter((line) => line.startsWith('interface '))).to.have.length(4);
    });
  });

  describe('when a port of a tenant names a virtual machine of it as its device', () => {
    it('should keep that machine as long as the port is there, delete nothing of it, and tell so', async () => {
      const uuid = await stage.createInstance('ns1', { networks: ['right', 'left'], count: 1 });
      await monitor.settled();
      const port = await stage.ask('POST', '/virtual-machine-interfaces', {
        'virtual-machine-interface': {
          fq_name: ['default-domain', 'shop', 'stranger'],
          parent_type: 'project',
          virtual_network_refs: [{ to: ['default-domain', 'shop', 'left'] }],
          virtual_machine_refs: [{ to: ['default-domain__shop__ns1__1'] }],
        },
      });
      await stage.deleteInstance(uuid);
      await monitor.settled();
      expect(stage.end().map((line) => line.split(' ').slice(0, 2).join(' '))).to.deep.equal([
        'interface stranger',
        'machine default-domain__shop__ns1__1',
      ]);
      expect(monitor.monitor.status().problems.map(({ type }) => type)).to.deep.equal(['service-held']);
      await stage.remove('virtual-machine-interface', port);
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
      expect(monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when it is deleted and made anew under the same name', () => {
    it('should be launched anew', async () => {
      const wish = { networks: ['right', 'left'], count: 2, haMode: 'active-standby' };
      const uuid = await stage.createInstance('ns1', wish);
      await monitor.settled();
      const end = stage.end();
      await stage.deleteInstance(uuid);
      await stage.createInstance('ns1', wish);
      await monitor.settled();
      expect(stage.end()).to.deep.equal(end);
    });
  });

  describe('when its template is another', () => {
    it('should make nothing for what it does not launch', async () => {
      stage.template('docker', { type: 'firewall', virtualization: 'vrouter-instance' });
      stage.template('tuples', { version: 2 });
      await stage.cloud.stopMonitor(monitor);
      monitor = await stage.startMonitor();
      for (const template of ['docker', 'tuples']) {
        await stage.createInstance(template, { template, networks: ['right', 'left'], count: 1 });
      }
      await monitor.settled();
      expect(stage.end()).to.deep.equal([]);
      expect(monitor.countWrites()).to.equal(0);
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
