import { expect } from 'chai';
import { a, pair, ServiceStage } from './support/service-stage.js';

const types = ['management', 'left', 'right'];
const plain = types.map(() => ({}));

describe('a monitor that keeps port tuples', () => {
  let stage: ServiceStage;
  let networks: readonly string[];
  let template: string;
  let service: string;
  let tuple: string;

  beforeEach(async () => {
    stage = await ServiceStage.open();
    networks = await Promise.all(types.map((type) => stage.network(type)));
    template = await stage.template('fw', types);
    service = await stage.service('fw-si', template, plain);
    tuple = await stage.tuple('pt1', service);
  });

  afterEach(() => stage.close());

  const port = async (name: string, type: string, into = tuple): Promise<string> =>
    stage.port(name, networks[types.indexOf(type)] ?? '', type, into);

  describe('when interfaces come into a port tuple', () => {
    it('should give each type an address of each family, in three writes each', async () => {
      const written = await stage.written(async () => port('fw1-left', 'left'));
      expect(written).to.have.members([
        'POST /instance-ips',
        'POST /ref-update',
        'POST /ref-update',
        'POST /instance-ips',
        'POST /ref-update',
        'POST /ref-update',
      ]);
      for (const family of ['v4', 'v6']) {
        const address = stage.address(`${service}-left-${family}`);
        expect(address).to.deep.include({
          instance_ip_family: family,
          instance_ip_mode: 'active-active',
          instance_ip_secondary: true,
          service_instance_ip: true,
        });
        expect(address?.['id_perms']).to.deep.include({ user_visible: false, enable: true });
      }
      expect(stage.refs('service-instance', service, 'instance_ip_refs')).to.deep.equal([
        `${service}-left-v4`,
        `${service}-left-v6`,
      ]);
      const [reference] = stage.property('service-instance', service, 'instance_ip_refs') as readonly unknown[];
      expect(reference).to.deep.include({ attr: { interface_type: 'left' } });
    });

    it('should give the same addresses to a second port tuple, in one write each', async () => {
      await port('fw1-left', 'left');
      const other = await stage.tuple('pt2', service);
      const written = await stage.written(async () => port('fw2-left', 'left', other));
      expect(written).to.deep.equal(['POST /ref-update', 'POST /ref-update']);
    });

    it('should keep no interface from being deleted', async () => {
      const left = await port('fw1-left', 'left');
      expect(await stage.written(() => stage.delete('virtual-machine-interface', left))).to.deep.equal([]);
    });

    it('should write nothing once it is started anew', async () => {
      await port('fw1-left', 'left');
      await stage.cloud.settled();
      await stage.stopMonitor();
      const monitor = await stage.startMonitor({ userAgent: 'second' });
      expect(monitor.countWrites()).to.equal(0);
    });
  });
  describe('when the service instance defines allowed address pairs', () => {
    const defined = (mode: string): readonly Readonly<Record<string, unknown>>[] => [
      {},
      { allowed_address_pairs: { allowed_address_pair: [pair('10.40.1.100', mode)] } },
      {},
    ];
    const pairsOf = (uuid: string): unknown =>
      stage.property('virtual-machine-interface', uuid, 'virtual_machine_interface_allowed_address_pairs');
    const addresses = (): readonly unknown[] =>
      ['v4', 'v6'].map((family) => {
        const address = stage.address(`${service}-left-${family}`);
        return [address?.['instance_ip_mode'], address?.['secondary_ip_tracking_ip'] ?? undefined];
      });
    const followed = (mode: string): readonly unknown[] => [mode, { ip_prefix: '10.40.1.100', ip_prefix_len: 32 }];
    let left: string;

    beforeEach(async () => {
      left = await port('fw1-left', 'left');
      await port('fw1-right', 'right');
      await stage.cloud.settled();
    });

    it('should have interfaces and addresses follow, and the mode alone, too', async () => {
      const set = await stage.written(() => stage.setInterfaces(service, defined('active-standby')));
      expect(set).to.have.length(3);
      expect(pairsOf(left)).to.deep.equal({ allowed_address_pair: [pair('10.40.1.100', 'active-standby')] });
      expect(addresses()).to.deep.equal([followed('active-standby'), followed('active-standby')]);
      expect(await stage.written(() => stage.setInterfaces(service, defined('active-active')))).to.have.length(3);
      expect(pairsOf(left)).to.deep.equal({ allowed_address_pair: [pair('10.40.1.100', 'active-active')] });
      expect(addresses()).to.deep.equal([followed('active-active'), followed('active-active')]);
      expect(await stage.written(() => stage.setInterfaces(service, plain))).to.have.length(3);
      expect(pairsOf(left)).to.deep.equal({ allowed_address_pair: [] });
      expect(addresses()).to.deep.equal([
        ['active-active', undefined],
        ['active-active', undefined],
      ]);
    });

    it('should leave those that a user has set otherwise', async () => {
      const own = { allowed_address_pair: [pair('10.40.1.77')] };
      const written = await stage.written(() =>
        stage.set('virtual-machine-interface', left, { virtual_machine_interface_allowed_address_pairs: own }),
      );
      expect(written).to.deep.equal([]);
      expect(pairsOf(left)).to.deep.equal(own);
    });

    it('should clear them when they were removed while no monitor ran, and of an interface that has left', async () => {
      await stage.setInterfaces(service, defined('active-standby'));
      await stage.cloud.settled();
      await stage.stopMonitor();
      await stage.setInterfaces(service, plain);
      await stage.startMonitor();
      expect(pairsOf(left)).to.deep.equal({ allowed_address_pair: [] });
      await stage.setInterfaces(service, defined('active-standby'));
      await stage.cloud.settled();
      await stage.unrefer(a.port(left), a.tuple(tuple));
      await stage.cloud.settled();
      expect(pairsOf(left)).to.deep.equal({ allowed_address_pair: [] });
    });
  });

  describe('when a route table or health check is linked to the service instance', () => {
    let left: string;
    let table: string;

    beforeEach(async () => {
      left = await port('fw1-left', 'left');
      await port('fw1-right', 'right');
      table = await stage.table('irt-left');
      await stage.cloud.settled();
    });

    const tables = (): readonly string[] => stage.refs('virtual-machine-interface', left, 'interface_route_table_refs');

    it('should pass it on to the interfaces of that type, and take it away', async () => {
      const linked = await stage.written(() => stage.refer(a.table(table), a.service(service), 'left'));
      expect(linked).to.deep.equal(['POST /prop-collection-update', 'POST /ref-update']);
      expect(tables()).to.deep.equal(['irt-left']);
      const unlinked = await stage.written(() => stage.unrefer(a.table(table), a.service(service)));
      expect(unlinked).to.deep.equal(['POST /ref-update', 'POST /prop-collection-update']);
      expect(tables()).to.deep.equal([]);
      // It is nobody's but the user's now.
      expect(await stage.written(() => stage.refer(a.port(left), a.table(table)))).to.deep.equal([]);
      expect(tables()).to.deep.equal(['irt-left']);
    });

    it('should take away what was unlinked while no monitor ran', async () => {
      await stage.refer(a.table(table), a.service(service), 'left');
      await stage.cloud.settled();
      await stage.stopMonitor();
      await stage.unrefer(a.table(table), a.service(service));
      await stage.startMonitor();
      expect(tables()).to.deep.equal([]);
    });

    it('should take it from an interface that leaves, and leave a user his own', async () => {
      const own = await stage.table('own');
      await stage.refer(a.port(left), a.table(own));
      await stage.refer(a.table(table), a.service(service), 'left');
      await stage.cloud.settled();
      expect(tables()).to.deep.equal(['irt-left', 'own']);
      const written = await stage.written(() => stage.unrefer(a.port(left), a.tuple(tuple)));
      expect(written).to.have.length(3);
      expect(tables()).to.deep.equal(['own']);
    });

    it('should take away what the original had passed on, while it runs', async () => {
      await stage.stopMonitor();
      await stage.refer(a.table(table), a.service(service), 'left');
      await stage.refer(a.port(left), a.table(table));
      const monitor = await stage.startMonitor({ userAgent: 'second' });
      expect(monitor.countWrites()).to.equal(0);
      const written = await stage.written(() => stage.unrefer(a.table(table), a.service(service)));
      expect(written).to.deep.equal(['POST /ref-update']);
      expect(tables()).to.deep.equal([]);
    });

    it('should let tables and checks be deleted', async () => {
      await stage.refer(a.table(table), a.service(service), 'left');
      await stage.cloud.settled();
      await stage.unrefer(a.table(table), a.service(service));
      await stage.delete('interface-route-table', table);
      await stage.cloud.settled();
    });

    it('should make one address for an end-to-end check, of the families that the network has', async () => {
      const right = stage.cloud.server
        .list('virtual-machine-interface')
        .find((one) => String(one['name']) === 'fw1-right');
      const check = await stage.check('shc-e2e', 'end-to-end');
      const linked = await stage.written(() => stage.refer(a.check(check), a.service(service), 'right'));
      expect(linked).to.deep.equal([
        'POST /prop-collection-update',
        'POST /ref-update',
        'POST /instance-ips',
        'POST /ref-update',
        'POST /ref-update',
      ]);
      const address = stage.address(`${service}-right-v4-health-check-${check}`);
      expect(address).to.deep.include({ service_health_check_ip: true, instance_ip_family: 'v4' });
      expect(stage.address(`${service}-right-v6-health-check-${check}`)).to.equal(undefined);
      expect(stage.refs('instance-ip', String(address?.['uuid']), 'virtual_machine_interface_refs')).to.deep.equal([
        'fw1-right',
      ]);
      expect(await stage.written(async () => port('fw2-right', 'right'))).to.have.length(4);
      const unlinked = await stage.written(() => stage.unrefer(a.check(check), a.service(service)));
      expect(unlinked).to.have.members([
        'POST /ref-update',
        'POST /ref-update',
        'POST /prop-collection-update',
        `DELETE /instance-ip/${String(address?.['uuid'])}`,
      ]);
      expect(
        stage.refs('virtual-machine-interface', String(right?.['uuid']), 'service_health_check_refs'),
      ).to.deep.equal([]);
      await stage.delete('service-health-check', check);
    });
  });

  describe('when interfaces and the service go', () => {
    it('should take the addresses from an interface that leaves', async () => {
      const left = await port('fw1-left', 'left');
      const written = await stage.written(() => stage.unrefer(a.port(left), a.tuple(tuple)));
      expect(written).to.deep.equal(['POST /ref-update', 'POST /ref-update']);
    });

    it('should delete the addresses with the service instance, while it runs or not, in one write each', async () => {
      await port('fw1-left', 'left');
      const written = await stage.written(() => stage.delete('service-instance', service));
      expect(written.map((one) => one.split('/')[0])).to.deep.equal(['DELETE ', 'DELETE ']);
      expect(stage.cloud.server.count('instance-ip')).to.equal(0);
    });

    it('should delete those that were left behind', async () => {
      await port('fw1-left', 'left');
      await stage.cloud.settled();
      await stage.stopMonitor();
      await stage.delete('service-instance', service);
      await stage.startMonitor();
      expect(stage.cloud.server.count('instance-ip')).to.equal(0);
      expect(stage.monitor?.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when an interface has a type that the template lacks', () => {
    it('should leave it alone, tell of it, and go on with the others', async () => {
      const other = await port('fw1-other', 'left');
      await stage.cloud.settled();
      const set = (type: string): Promise<void> =>
        stage.set('virtual-machine-interface', other, {
          virtual_machine_interface_properties: { service_interface_type: type },
        });
      await set('other0');
      await port('fw1-right', 'right');
      await stage.cloud.settled();
      const problems = stage.monitor?.monitor.status().problems ?? [];
      expect(problems.map(({ type, uuid }) => [type, uuid])).to.deep.equal([['service-interface-unknown', other]]);
      expect(stage.address(`${service}-right-v4`)).not.to.equal(undefined);
      await set('right');
      await stage.cloud.settled();
      expect(stage.monitor?.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when somebody else has the name of an address', () => {
    for (const title of ['plain', 'that looks like ours']) {
      it(`should leave it alone and tell of it: ${title}`, async () => {
        const flags = title === 'plain' ? {} : { service_instance_ip: true, instance_ip_secondary: true };
        const to = { kind: 'network-ipam' as const, ...stage.pool() };
        const taken = await stage.create('instance-ip', `${service}-left-v4`, {
          parent: 'config-root',
          above: [],
          properties: { instance_ip_family: 'v4', ...flags },
          references: [{ to }],
        });
        const written = await stage.written(async () => port('fw1-left', 'left'));
        expect(written).to.deep.equal(['POST /instance-ips', 'POST /ref-update', 'POST /ref-update']);
        const problems = stage.monitor?.monitor.status().problems ?? [];
        expect(problems.map(({ type, uuid }) => [type, uuid])).to.deep.equal([['service-address-taken', taken]]);
        await stage.delete('instance-ip', taken);
        await stage.cloud.settled();
        expect(stage.refs('service-instance', service, 'instance_ip_refs')).to.have.length(2);
        expect(stage.monitor?.monitor.status().problems).to.deep.equal([]);
      });
    }
  });
});
