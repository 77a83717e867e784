import { expect } from 'chai';
import { Nova, Octavia, type EmbeddedMonitor } from '../../../../../fixtures/index.js';
import { managers } from '../../../../../lib/index.js';
import { HaproxyStage, haproxyManagers, uuidOf } from './support/haproxy-stage.js';

const lb = uuidOf(1);
const listener = uuidOf(2);
const pool = uuidOf(3);
const member = uuidOf(4);

describe('the life of a load balancer in haproxy', () => {
  let stage: HaproxyStage;
  let monitor: EmbeddedMonitor;
  let port: string;

  beforeEach(async () => {
    stage = await HaproxyStage.open();
    stage.template();
    port = await stage.createPort('vip');
    await stage.createAddress('vip-v4', port);
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

  async function serve(): Promise<void> {
    await stage.createLoadbalancer('lb1', lb, { port });
    await stage.createListener('ll1', listener, lb, { protocol: 'HTTP', protocol_port: 80 });
    await stage.createPool('pool1', pool, listener, { protocol: 'HTTP' });
    await stage.createMember(member, pool, { address: '10.50.2.11', protocol_port: 8080 });
    await monitor.settled();
  }

  function interfaces(): readonly string[] {
    return stage.end().filter((line) => line.startsWith('interface '));
  }

  function problems(): readonly string[] {
    const types = monitor.monitor
      .status()
      .problems.map(({ type, uuid, message }) => `${type} ${uuid ?? ''}: ${message}`);
    return types.filter((one) => one.startsWith('haproxy-'));
  }

  describe('when it is made', () => {
    it('should be served with 9 writes, as recorded but for where its virtual machines are, and none a second time', async () => {
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      const [instance, ...others] = stage.end().filter((line) => line.startsWith('instance '));
      expect(instance).to.match(
        new RegExp(`^instance default-domain:shop:${lb} sides default-domain:shop:front 10.50.1.3 of lb1 `, 'u'),
      );
      expect(others).to.deep.equal([]);
      expect(Object.keys(stage.bindingsOf(stage.instanceOf(lb)))).to.have.members([
        'lb_version',
        'lb_uuid',
        'haproxy_config',
      ]);
      expect(stage.end().filter((line) => !line.startsWith('instance '))).to.deep.equal([
        `address vip-v4 active-standby of default-domain__shop__${lb}__1__right__1,default-domain__shop__${lb}__2__right__1,vip`,
        `interface default-domain__shop__${lb}__1__right__1 in front groups default tags - flows `,
        `interface default-domain__shop__${lb}__2__right__1 in front groups default tags - flows `,
        `machine default-domain__shop__${lb}__1`,
        `machine default-domain__shop__${lb}__2`,
      ]);
      // The original: 28 (recording svc-monitor/32), two of them to place the virtual machines.
      expect(monitor.countWrites()).to.equal(9);
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when it gets a listener, a pool and a member', () => {
    it('should tell its haproxy, and what comes to its port is one flow', async () => {
      await serve();
      expect(stage.configOf(lb)).to.include(`server ${member} 10.50.2.11:8080 weight 1`);
      expect(interfaces().map((line) => line.replace(/.* flows /, ''))).to.deep.equal(['tcp 80', 'tcp 80']);
      const before = monitor.countWrites();
      await stage.remove('loadbalancer-member', member);
      await monitor.settled();
      expect(stage.configOf(lb)).not.to.include(member);
      expect(monitor.countWrites() - before).to.equal(1);
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when it has a listener that haproxy cannot have', () => {
    it('should serve the others, and name that one', async () => {
      await serve();
      await stage.createListener('udp', uuidOf(5), lb, { protocol: 'UDP', protocol_port: 53 });
      await stage.createListener('ll2', uuidOf(6), lb, { protocol: 'TCP', protocol_port: 25 });
      await monitor.settled();
      expect(stage.configOf(lb))
        .to.include(`frontend ${listener}`)
        .and.include(`frontend ${uuidOf(6)}`);
      expect(stage.configOf(lb)).not.to.include(uuidOf(5));
      expect(problems().filter((one) => one.startsWith(`haproxy-skipped ${uuidOf(5)}`))).to.have.length(1);
      await stage.remove('loadbalancer-listener', uuidOf(5));
      await monitor.settled();
      expect(problems().filter((one) => one.includes(uuidOf(5)))).to.deep.equal([]);
    });
  });

  describe('when it is deleted', () => {
    it('should leave nothing but the address of its port', async () => {
      await serve();
      for (const [kind, uuid] of [
        ['loadbalancer-member', member],
        ['loadbalancer-pool', pool],
        ['loadbalancer-listener', listener],
        ['loadbalancer', lb],
      ] as const) {
        await stage.remove(kind, uuid);
      }
      await monitor.settled();
      expect(stage.end()).to.deep.equal(['address vip-v4 active-standby of vip']);
      expect(problems()).to.deep.equal([]);
    });

    it('should leave nothing either where it is deleted while nobody looks', async () => {
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      await stage.cloud.stopMonitor(monitor);
      await stage.remove('loadbalancer', lb);
      monitor = await stage.startMonitor();
      expect(stage.end()).to.deep.equal(['address vip-v4 active-standby of vip']);
    });
  });

  describe('when floating ips, security groups and tags of the VIP port change', () => {
    it('should give them to its interfaces, and take them away again', async () => {
      await serve();
      const floatingIp = stage.createFloatingIp('10.50.1.200', uuidOf(7));
      const vip = { kind: 'virtual-machine-interface', uuid: port };
      const web = { kind: 'security-group', uuid: stage.uuidOf('security-group', 'web') };
      const tag = { kind: 'tag', uuid: stage.uuidOf('tag', 'tier=one') };
      const before = stage.end();
      await stage.refer('ADD', { kind: 'floating-ip', uuid: floatingIp }, vip);
      await stage.refer('ADD', vip, web);
      await stage.refer('ADD', vip, tag);
      await monitor.settled();
      expect(interfaces().every((line) => line.includes('groups default,web tags tier=one '))).to.equal(true);
      expect(
        stage
          .end()
          .find((line) => line.startsWith('floating ip '))
          ?.split(','),
      ).to.have.length(3);
      expect(await secondRound()).to.equal(0);
      await stage.refer('DELETE', { kind: 'floating-ip', uuid: floatingIp }, vip);
      await stage.refer('DELETE', vip, web);
      await stage.refer('DELETE', vip, tag);
      await monitor.settled();
      expect(stage.end()).to.deep.equal(before);
    });

    it('should have the default group where the VIP port has none, and begin with those that it has', async () => {
      await stage.set('virtual-machine-interface', port, { security_group_refs: [] });
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      expect(interfaces().every((line) => line.includes('groups default '))).to.equal(true);
      expect(await secondRound()).to.equal(0);
      const other = await stage.createPort('vip2', {
        security_group_refs: [{ to: ['default-domain', 'shop', 'web'] }],
      });
      await stage.createAddress('vip2-v4', other);
      await monitor.settled();
      const before = monitor.countWrites();
      await stage.createLoadbalancer('lb2', uuidOf(8), { port: other });
      await monitor.settled();
      expect(
        interfaces()
          .filter((line) => line.includes(uuidOf(8)))
          .every((line) => line.includes('groups web ')),
      ).to.equal(true);
      expect(monitor.countWrites() - before).to.equal(9);
    });
  });

  describe('when its VIP port, or its address, comes late', () => {
    it('should wait for both, and say so', async () => {
      await stage.createLoadbalancer('lb1', lb);
      await monitor.settled();
      expect(problems()).to.deep.equal([`haproxy-waits ${lb}: it has no VIP port`]);
      const late = await stage.createPort('late');
      await stage.refer('ADD', { kind: 'loadbalancer', uuid: lb }, { kind: 'virtual-machine-interface', uuid: late });
      await monitor.settled();
      expect(problems()).to.deep.equal([`haproxy-waits ${lb}: its VIP port has no address yet`]);
      await stage.createAddress('late-v4', late);
      await monitor.settled();
      expect(problems()).to.deep.equal([]);
      expect(interfaces()).to.have.length(2);
    });

    it('should get an address of the other family that comes later still', async () => {
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      await stage.createAddress('vip-v6', port, 'v6');
      await monitor.settled();
      const holders = stage
        .end()
        .filter((line) => line.startsWith('address '))
        .map((line) => line.split(',').length);
      expect(holders).to.deep.equal([3, 3]);
      expect(await secondRound()).to.equal(0);
    });
  });

  describe('when its VIP port is another one', () => {
    it('should have the addresses of that one, and no others', async () => {
      await serve();
      const other = await stage.createPort('vip2');
      await stage.createAddress('vip2-v4', other);
      await stage.set('loadbalancer', lb, {
        virtual_machine_interface_refs: [{ to: ['default-domain', 'shop', 'vip2'], uuid: other }],
      });
      await monitor.settled();
      expect(
        stage
          .end()
          .filter((line) => line.startsWith('address '))
          .map((line) => line.split(' of ')[1]),
      ).to.deep.equal([
        'vip',
        `default-domain__shop__${lb}__1__right__1,default-domain__shop__${lb}__2__right__1,vip2`,
      ]);
      expect(stage.end().find((line) => line.startsWith('instance '))).to.include('front 10.50.1.4 ');
      expect(await secondRound()).to.equal(0);
    });

    it('should not be served at the port of another project, or be served any longer', async () => {
      const foreign = await stage.createPort('foreign', { project: 'other' });
      await stage.createAddress('foreign-v4', foreign, 'v4', 'other');
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      await stage.set('loadbalancer', lb, {
        virtual_machine_interface_refs: [{ to: ['default-domain', 'other', 'foreign'], uuid: foreign }],
      });
      await monitor.settled();
      expect(stage.end()).to.deep.equal(['address foreign-v4 - of foreign', 'address vip-v4 active-standby of vip']);
      expect(problems()).to.deep.equal([`haproxy-refused ${lb}: its VIP port is of another project`]);
    });
  });

  describe('when its provider changes', () => {
    it('should be left as it is by one that is not known, and go with another known one', async () => {
      await serve();
      const before = stage.end();
      await stage.set('loadbalancer', lb, { loadbalancer_provider: 'mistyped' });
      await monitor.settled();
      await stage.remove('loadbalancer-member', member);
      await monitor.settled();
      expect(stage.end()).to.deep.equal(before);
      await stage.set('loadbalancer', lb, { loadbalancer_provider: 'native' });
      await monitor.settled();
      expect(interfaces()).to.deep.equal([]);
      expect(stage.instanceOf(lb)).to.equal(undefined);
      await stage.set('loadbalancer', lb, { loadbalancer_provider: 'opencontrail' });
      await monitor.settled();
      expect(interfaces()).to.have.length(2);
    });
  });

  describe('when somebody else has a service instance of its name', () => {
    it('should leave it alone, and say so; one in another project is in nobody’s way', async () => {
      stage.template('nat');
      const foreign = (project: string): Promise<string> =>
        stage.create('service-instance', {
          fq_name: ['default-domain', project, lb],
          parent_type: 'project',
          service_template_refs: [{ to: ['default-domain', 'nat'] }],
        });
      await foreign('other');
      const own = await foreign('shop');
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      expect(problems()).to.deep.equal([
        `haproxy-refused ${lb}: a service instance of somebody else has the name that its own is to have`,
      ]);
      await stage.remove('loadbalancer', lb);
      await monitor.settled();
      expect(stage.server.list('service-instance')).to.have.length(2);
      await stage.createLoadbalancer('lb1', lb, { port });
      await stage.remove('service-instance', own);
      await monitor.settled();
      expect(interfaces()).to.have.length(2);
    });
  });

  describe('when it is of LBaaS v1', () => {
    const virtualIp = uuidOf(9);

    it('should be served between the networks of its virtual-ip and its pool, and go with the virtual-ip', async () => {
      await stage.createPool('pool-v1', pool, undefined, { protocol: 'HTTP', subnet_id: uuidOf(902) });
      await monitor.settled();
      expect(stage.instanceOf(pool)).to.equal(undefined);
      await stage.createVirtualIp('vip1', virtualIp, { pool, port });
      await monitor.settled();
      expect(stage.end().find((line) => line.startsWith('instance '))).to.include(
        'sides default-domain:shop:front 10.50.1.3, default-domain:shop:back - of pool-v1 ',
      );
      expect(stage.bindingsOf(stage.instanceOf(pool))).to.include({ lb_version: 'v1', lb_uuid: pool });
      expect(interfaces()).to.have.length(4);
      expect(await secondRound()).to.equal(0);
      await stage.remove('virtual-ip', virtualIp);
      await monitor.settled();
      expect(stage.end()).to.deep.equal(['address vip-v4 active-standby of vip']);
    });

    it('should not reach into a network of others', async () => {
      await stage.createPool('pool-v1', pool, undefined, {
        protocol: 'HTTP',
        subnet_id: uuidOf(902).replace(/^a/, 'b'),
      });
      await stage.createVirtualIp('vip1', virtualIp, { pool, port });
      await monitor.settled();
      expect(stage.instanceOf(pool)).to.equal(undefined);
      expect(problems().map((one) => one.split(':')[0])).to.deep.equal([`haproxy-refused ${pool}`]);
      await stage.set('virtual-network', stage.uuidOf('virtual-network', 'back', 'other'), { is_shared: true });
      await monitor.settled();
      expect(stage.instanceOf(pool)).not.to.equal(undefined);
    });
  });

  describe('when the template comes late', () => {
    it('should wait for it', async () => {
      await stage.stop();
      stage = await HaproxyStage.open();
      port = await stage.createPort('vip');
      await stage.createAddress('vip-v4', port);
      monitor = await stage.startMonitor();
      await stage.createLoadbalancer('lb1', lb, { port });
      await monitor.settled();
      expect(problems()).to.deep.equal([`haproxy-waits ${lb}: the service-template for haproxy is not there`]);
      await stage.create('service-template', {
        fq_name: ['default-domain', 'haproxy-loadbalancer-template'],
        parent_type: 'domain',
        service_template_properties: {
          version: 1,
          service_mode: 'in-network-nat',
          service_type: 'loadbalancer',
          service_virtualization_type: 'network-namespace',
          interface_type: [{ service_interface_type: 'right', shared_ip: true }],
        },
      });
      await monitor.settled();
      expect(interfaces()).to.have.length(2);
    });
  });

  describe('when virtual-ips of both kinds are there: of LBaaS v1, and ours of an Octavia VIP', () => {
    it('should touch none of the others’', async () => {
      await stage.cloud.stopMonitor(monitor);
      const both = [...haproxyManagers, ...managers.filter(({ name }) => name === 'octavia-vip')];
      monitor = await stage.startMonitor({ managers: both });
      await stage.createPool('pool-v1', pool, undefined, { protocol: 'HTTP' });
      await stage.createVirtualIp('vip1', uuidOf(9), { pool, port });
      const tenant = await stage.cloud.createTenant({ name: 'octavia-user' });
      const { url } = stage.cloud;
      const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
      const { id } = await octavia.createLoadBalancer().run();
      await monitor.settled();
      const ours = stage.server.list('virtual-ip').find((one) => one['uuid'] !== uuidOf(9));
      expect((ours?.['fq_name'] as readonly string[]).at(-1)).to.equal(`octavia-lb-${id}`);
      expect(stage.server.list('service-instance')).to.have.length(1);
      const theirs = JSON.stringify(stage.server.read('virtual-ip', uuidOf(9)));
      // Somebody gives ours a pool: it is no load balancer by that.
      await stage.createPool('pool-2', uuidOf(22), undefined, { protocol: 'HTTP' });
      await stage.refer(
        'ADD',
        { kind: 'virtual-ip', uuid: String(ours?.['uuid']) },
        { kind: 'loadbalancer-pool', uuid: uuidOf(22) },
      );
      await monitor.settled();
      await monitor.resync();
      expect(stage.server.list('service-instance')).to.have.length(1);
      expect(JSON.stringify(stage.server.read('virtual-ip', uuidOf(9)))).to.equal(theirs);
    });
  });
});
