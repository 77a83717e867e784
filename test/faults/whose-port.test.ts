import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import {
  NetworkUser,
  NeutronClient,
  Nova,
  Operator,
  type Json,
  type NeutronPort,
  type Tenant,
  type UserFloatingIp,
} from '../../fixtures/index.js';
import type { Problem } from '../../lib/index.js';
import { describeFault, FaultStage, type Actors, type Served } from './support/stage.js';

const vmi = 'virtual-machine-interface';

function problemsOf(stage: FaultStage, type: Problem['type']): readonly Problem[] {
  return stage.monitor.monitor.status().problems.filter((problem) => problem.type === type);
}

async function post(stage: FaultStage, kind: string, object: Json): Promise<string> {
  const { status, body } = await stage.shop.cloud.server.ask({
    method: 'POST',
    path: `/${kind}s`,
    body: { [kind]: object },
  });
  expect(status, JSON.stringify(body)).to.equal(200);
  return String(((body as Json)[kind] as Json)['uuid']);
}

/**
 * Makes a port with the name of a project, under a virtual machine. The server makes none once two ports have names that begin so: whoever means
 * ill has to come first, and fill in the rest later ({@link makePort}).
 */
async function reserveName(stage: FaultStage, { networkId }: Tenant, fqName: readonly [string, string]): Promise<void> {
  const { server } = stage.shop.cloud;
  const [machine] = fqName;
  const isThere = server.list('virtual-machine').some(({ fq_name: name }) => String(name) === machine);
  if (!isThere) await post(stage, 'virtual-machine', { fq_name: [machine] });
  const network = { to: server.read('virtual-network', networkId)?.['fq_name'] };
  await post(stage, vmi, { fq_name: fqName, parent_type: 'virtual-machine', virtual_network_refs: [network] });
}

/** A port made past Neutron, with an address: only so can its parent be something else than a project. */
async function makePort(
  stage: FaultStage,
  { networkId, subnets }: Tenant,
  port: { readonly fq_name: readonly string[] } & Json,
): Promise<{ readonly id: string; readonly address: string }> {
  const { server } = stage.shop.cloud;
  const network = { to: server.read('virtual-network', networkId)?.['fq_name'] };
  for (const { to } of (port['virtual_machine_refs'] ?? []) as readonly { readonly to: readonly string[] }[]) {
    await post(stage, 'virtual-machine', { fq_name: to });
  }
  const reserved = server.list(vmi).find(({ fq_name: name }) => String(name) === String(port.fq_name));
  const id =
    reserved === undefined
      ? await post(stage, vmi, { ...port, virtual_network_refs: [network] })
      : await fill(stage, reserved['uuid'] as string, port);
  const ip = await post(stage, 'instance-ip', {
    fq_name: [randomUUID()],
    subnet_uuid: subnets[0]?.id,
    virtual_network_refs: [network],
  });
  // By its uuid: its name may be the beginning of others.
  const body = { type: 'instance-ip', uuid: ip, 'ref-type': vmi, 'ref-uuid': id, operation: 'ADD' };
  expect((await server.ask({ method: 'POST', path: '/ref-update', body })).status).to.equal(200);
  return { id, address: String(server.read('instance-ip', ip)?.['instance_ip_address']) };
}

async function fill(stage: FaultStage, id: string, port: Json): Promise<string> {
  const { status, body } = await stage.shop.cloud.server.ask({
    method: 'PUT',
    path: `/${vmi}/${id}`,
    body: { [vmi]: port },
  });
  expect(status, JSON.stringify(body)).to.equal(200);
  return id;
}

const pairsOf = (prefix: string, length = 32): Json => ({
  virtual_machine_interface_allowed_address_pairs: {
    allowed_address_pair: [
      { ip: { ip_prefix: prefix, ip_prefix_len: length }, mac: '', address_mode: 'active-standby' },
    ],
  },
});

describeFault('a VIP port of Octavia to which somebody gave allowed address pairs', (schema) => {
  let stage: FaultStage;
  let served: Served;
  let operator: Operator;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    served = await stage.serve();
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const kinds: readonly (readonly [string, (own: string, others: string) => Json])[] = [
    ['its own address', (own) => pairsOf(own)],
    ['the VIP of another load balancer', (_own, others) => pairsOf(others)],
    ['an address that nobody has', () => pairsOf('10.107.0.200')],
    ['a prefix', () => pairsOf('10.107.0.0', 24)],
  ];
  for (const [what, pairs] of kinds) {
    describe(`when the pair is ${what}`, () => {
      it('should wire it if the pair was there before the amphorae', async () => {
        const create = stage.shop.octavia.createLoadBalancer();
        await create.step();
        const made = stage.shop.octavia.loadBalancers.at(-1)!;
        await operator.setProperties(
          vmi,
          made.vipPortId,
          pairs(made.vips[0]!.address, served.loadBalancer.vips[0]!.address),
        );
        await create.run();
        const floatingIp = await stage.shop.user.createFloatingIp().run();
        await stage.shop.user.associate(floatingIp, made).run();
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.failoverCalmly(made);
        expect(await stage.complaints()).to.deep.equal([]);
      });

      it('should keep the association through all that follows if the pair is set later', async () => {
        const { loadBalancer } = served;
        const other = await stage.serve();
        const given = pairs(loadBalancer.vips[0]!.address, other.loadBalancer.vips[0]!.address);
        await operator.setProperties(vmi, loadBalancer.vipPortId, given);
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.failoverCalmly(loadBalancer);
        await stage.failover(loadBalancer);
        expect(await stage.complaints()).to.deep.equal([]);
        await stage.monitor.resync();
        await operator.setProperties(vmi, loadBalancer.vipPortId, {
          virtual_machine_interface_allowed_address_pairs: null,
        });
        await stage.shop.octavia.deleteLoadBalancer(loadBalancer).run();
        expect(await stage.complaints()).to.deep.equal([]);
      });
    });
  }

  describe('when the load balancer is deleted, and the pair is another’s VIP', () => {
    it('should leave the other as it is', async () => {
      const other = await stage.serve();
      await operator.setProperties(vmi, served.loadBalancer.vipPortId, pairsOf(other.loadBalancer.vips[0]!.address));
      await stage.shop.cloud.settled();
      await stage.shop.octavia.deleteLoadBalancer(served.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(stage.shop.cloud.server.list('virtual-ip')).to.have.length(1);
    });
  });
});

describeFault('an amphora port that was left behind, and an instance that has the address of its VIP', (schema) => {
  let stage: FaultStage;
  let client: NeutronClient;
  let nova: Nova;
  let leftBehind: NeutronPort;
  let address: string;
  let floatingIp: UserFloatingIp;

  beforeEach(async () => {
    stage = await FaultStage.open({ schema });
    const { cloud, tenant, user, octavia } = stage.shop;
    const { url } = cloud;
    client = new NeutronClient({ url, projectId: tenant.projectId, userAgent: 'instances' });
    nova = new Nova({ url, tenant });
    const { loadBalancer } = await stage.serve();
    address = loadBalancer.vips[0]!.address;
    leftBehind = await user.createHostilePort(tenant, loadBalancer.vips[0]!).run();
    await nova.bind(leftBehind.id);
    await cloud.settled();
    await octavia.deleteLoadBalancer(loadBalancer).run();
    await cloud.settled();
    floatingIp = await user.createFloatingIp().run();
  });

  afterEach(() => stage.close());

  const line = 'amphora port left behind: its VIP is gone, and something else has the address';
  const portWith = (delta: Json): Promise<NeutronPort> => {
    const { networkId, subnets } = stage.shop.tenant;
    const fixed = { subnet_id: subnets[0]?.id, ip_address: address };
    return client.createPort({ name: 'web', network_id: networkId, fixed_ips: [fixed], ...delta });
  };
  const writesOfTheMonitor = (): number => stage.shop.cloud.countWrites();
  const virtualIps = (): number => stage.shop.cloud.server.list('virtual-ip').length;
  const shown = (): readonly unknown[] => problemsOf(stage, 'left-behind').map(({ uuid, key }) => ({ uuid, key }));
  const expected = (): readonly unknown[] => [
    { uuid: leftBehind.id, key: `${stage.shop.tenant.networkId}/${address}` },
  ];
  const device = (): Json => ({ device_id: randomUUID() });

  const states: readonly (readonly [string, () => Promise<void>])[] = [
    ['bound', () => Promise.resolve()],
    ['unbound', () => nova.unbind(leftBehind.id)],
    [
      'owned by Octavia and not bound',
      async () => {
        await nova.unbind(leftBehind.id);
        await client.updatePort(leftBehind.id, { device_owner: 'Octavia' });
      },
    ],
  ];
  for (const [state, bring] of states) {
    describe(`when the port that was left behind is ${state}`, () => {
      it('should leave the instance’s floating ip alone, and show the port until it is gone', async () => {
        await bring();
        const web = await portWith({ device_owner: 'compute:nova', ...device() });
        await stage.shop.cloud.settled();
        const writes = writesOfTheMonitor();
        await stage.shop.user.move(floatingIp, web).run();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(writesOfTheMonitor() - writes).to.equal(0);
        expect(virtualIps()).to.equal(0);
        expect(shown()).to.deep.equal(expected());
        await stage.monitor.resync();
        expect(stage.log.of(line)).to.have.length(1);
        await client.deletePort(leftBehind.id);
        expect(await stage.complaints()).to.deep.equal([]);
        expect(shown()).to.deep.equal([]);
      });
    });
  }

  const owners: readonly (readonly [string, Json])[] = [
    ['an instance in another zone', { device_owner: 'compute:az-2', ...device() }],
    ['compute, and its instance is not there yet', { device_owner: 'compute:nova' }],
    ['nobody, yet it has an instance', device()],
    ['a router', { device_owner: 'network:router_interface', ...device() }],
    ['a router, of which nothing is known', { device_owner: 'network:router_interface' }],
    ['the DHCP agent', { device_owner: 'network:dhcp', ...device() }],
    ['the DHCP agent, without a device', { device_owner: 'network:dhcp' }],
    ['an agent’s gateway', { device_owner: 'network:floatingip_agent_gateway' }],
    ['bare metal', { device_owner: 'baremetal:none', ...device() }],
  ];
  for (const [owner, marks] of owners) {
    describe(`when the owner of the port that has the address is ${owner}`, () => {
      it('should write nothing, and show the port that was left behind', async () => {
        const writes = writesOfTheMonitor();
        const port = await portWith(marks);
        await stage.shop.user.move(floatingIp, port).run();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(writesOfTheMonitor() - writes).to.equal(0);
        expect(virtualIps()).to.equal(0);
        expect(shown()).to.deep.equal(expected());
        await client.deletePort(port.id);
        await stage.shop.cloud.settled();
        expect(shown()).to.deep.equal([]);
      });
    });
  }

  describe('when the port gets the address, and an instance only later', () => {
    // Until then it is just what a tenant gives to Octavia as VIP port (recording 13).
    it('should leave the user’s own reference and nothing else, whatever was written before', async () => {
      const web = await portWith({});
      await stage.shop.user.move(floatingIp, web).run();
      await stage.shop.cloud.settled();
      await nova.bind(web.id);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(virtualIps()).to.equal(0);
      expect(shown()).to.deep.equal(expected());
    });

    it('should do so after a restart, too', async () => {
      const { cloud, user } = stage.shop;
      const web = await portWith({});
      await user.move(floatingIp, web).run();
      await cloud.settled();
      await cloud.stopMonitor(stage.monitor);
      await nova.bind(web.id);
      await cloud.startMonitor({ settings: { schema, amphoraProjects: [stage.shop.tenant.projectId] } });
      expect(await stage.complaints()).to.deep.equal([]);
      expect(virtualIps()).to.equal(0);
    });

    it('should wire nothing if only the instance’s floating ip comes after it', async () => {
      const web = await portWith({});
      await nova.bind(web.id);
      await stage.shop.cloud.settled();
      const writes = writesOfTheMonitor();
      await stage.shop.user.move(floatingIp, web).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(writesOfTheMonitor() - writes).to.equal(0);
    });
  });

  describe('when all of it happens while nobody looks', () => {
    it('should leave the instance’s floating ip alone, and clear away what was kept for the VIP', async () => {
      const { cloud, octavia, user, tenant } = stage.shop;
      const { loadBalancer } = await stage.serve();
      const vip = loadBalancer.vips[0]!;
      const forgotten = await user.createHostilePort(tenant, vip).run();
      await nova.bind(forgotten.id);
      await cloud.settled();
      await cloud.stopMonitor(stage.monitor);
      await octavia.deleteLoadBalancer(loadBalancer).run();
      address = vip.address;
      const web = await portWith({ device_owner: 'compute:nova', ...device() });
      await user.move(floatingIp, web).run();
      await cloud.startMonitor({ settings: { schema, amphoraProjects: [tenant.projectId] } });
      expect(await stage.complaints()).to.deep.equal([]);
      expect(virtualIps()).to.equal(0);
    });
  });

  describe('when a floating ip is moved from a VIP to such an instance', () => {
    it('should take back all that it wrote', async () => {
      const web = await portWith({ device_owner: 'compute:nova', ...device() });
      const other = await stage.serve();
      await stage.shop.user.move(other.floatingIp, web).run();
      expect(await stage.complaints()).to.deep.equal([]);
    });
  });

  for (const owner of ['', 'neutron:LOADBALANCER']) {
    describe(`when a tenant gives a port of his own to Octavia, with the owner "${owner}"`, () => {
      it('should wire it as ever', async () => {
        const { user, octavia } = stage.shop;
        await client.deletePort(leftBehind.id);
        const vipPort = await portWith({ device_owner: owner });
        await octavia.createLoadBalancer({ vipPort }).run();
        const loadBalancer = octavia.loadBalancers.at(-1)!;
        await user.associate(floatingIp, loadBalancer).run();
        await stage.shop.cloud.settled();
        await stage.failoverCalmly(loadBalancer);
        expect(await stage.complaints()).to.deep.equal([]);
        expect(shown()).to.deep.equal([]);
      });
    });
  }
});

describeFault('a port that belongs to no project, and is named like one of somebody’s', (schema) => {
  let stage: FaultStage;
  let stranger: Actors;
  let served: Served;
  const amphoraProject = randomUUID();

  beforeEach(async () => {
    stage = await FaultStage.open({ schema, tenant: { shared: true }, amphoraProjectId: amphoraProject });
    stage.shop.cloud.server.seedProject('service', amphoraProject);
    stranger = await stage.addTenant({ name: 'stranger', cidrs: ['10.9.0.0/24'], externalCidr: '100.66.0.0/24' });
    await reserveName(stage, stage.shop.tenant, ['default-domain', 'service']);
    await reserveName(stage, stranger.user.tenant, ['default-domain', 'shop']);
    served = await stage.serve();
  });

  afterEach(() => stage.close());

  const vipOf = ({ loadBalancer }: Served): string => loadBalancer.vips[0]!.address;
  const instance = (): Json => ({ virtual_machine_refs: [{ to: [randomUUID()] }] });
  const virtualIpsOf = (project: string): readonly Json[] =>
    stage.shop.cloud.server.list('virtual-ip').filter((json) => json['parent_uuid'] === project);

  describe('when it carries the VIP in a shared network, and is named as if it were Octavia’s', () => {
    for (const [what, more] of [
      ['fresh', {}],
      ['bound', instance()],
    ] as const) {
      it(`should not be trusted while it is ${what}, and be shown until it is gone`, async () => {
        const { id } = await makePort(stage, stage.shop.tenant, {
          fq_name: ['default-domain', 'service'],
          parent_type: 'virtual-machine',
          virtual_machine_interface_device_owner: 'Octavia',
          ...pairsOf(vipOf(served)),
          ...more,
        });
        expect(await stage.complaints()).to.deep.equal([]);
        expect(stage.writesOn(id)).to.deep.equal([]);
        expect(problemsOf(stage, 'refused-port').map(({ uuid }) => uuid)).to.deep.equal([id]);
        expect(problemsOf(stage, 'refused-port')[0]?.message).to.include('no project');
        await new NetworkUser({ url: stage.shop.cloud.url, tenant: stage.shop.tenant }).deletePort(id).run();
        await stage.shop.cloud.settled();
        expect(problemsOf(stage, 'refused-port')).to.deep.equal([]);
      });
    }
  });

  describe('when it is a VIP port, and named as if it stood in another tenant’s project', () => {
    const makeVipPort = async (): Promise<{ readonly id: string; readonly address: string }> => {
      const vipPort = await makePort(stage, stranger.user.tenant, {
        fq_name: ['default-domain', 'shop'],
        parent_type: 'virtual-machine',
        virtual_machine_interface_device_owner: 'Octavia',
        virtual_machine_refs: [{ to: [`lb-${randomUUID()}`] }],
      });
      const { url } = stage.shop.cloud;
      const amphora = await stranger.user
        .createHostilePort(stranger.user.tenant, {
          address: vipPort.address,
          subnetId: stranger.user.tenant.subnets[0]!.id,
        })
        .run();
      await new Nova({ url, tenant: stranger.user.tenant }).bind(amphora.id);
      return vipPort;
    };

    it('should make no virtual-ip anywhere, and wire no floating ip', async () => {
      const before = virtualIpsOf(stage.shop.tenant.projectId).length;
      const { id, address } = await makeVipPort();
      const floatingIp = await stranger.user.createFloatingIp().run();
      // Neutron knows no such port; the config API takes it.
      const operator = new Operator({ url: stage.shop.cloud.url, tenant: stranger.user.tenant });
      await operator.updateReference({ kind: 'floating-ip', id: floatingIp.id }, id, 'ADD');
      await operator.setProperties('floating-ip', floatingIp.id, { floating_ip_fixed_ip_address: address });
      floatingIp.association = { portId: id, fixedIp: address };
      expect(await stage.complaints()).to.deep.equal([]);
      expect(virtualIpsOf(stage.shop.tenant.projectId)).to.have.length(before);
      expect(virtualIpsOf(stranger.user.tenant.projectId)).to.have.length(0);
      expect(stage.writesOn(floatingIp.id)).to.deep.equal([]);
    });

    it('should say so once, and show it until it is gone', async () => {
      const { id } = await makeVipPort();
      await stage.shop.cloud.settled();
      await stage.monitor.resync();
      expect(problemsOf(stage, 'refused-vip-port').map(({ uuid, kind }) => ({ uuid, kind }))).to.deep.equal([
        { uuid: id, kind: vmi },
      ]);
      expect(stage.log.of('VIP port refused: it belongs to no project')).to.have.length(1);
      await stranger.user.deletePort(id).run();
      await stage.shop.cloud.settled();
      expect(problemsOf(stage, 'refused-vip-port')).to.deep.equal([]);
    });

    it('should not keep the other tenant’s project from being deleted', async () => {
      await makeVipPort();
      await stage.shop.cloud.settled();
      const blocking = virtualIpsOf(stage.shop.tenant.projectId).filter(
        (json) => !JSON.stringify(json['fq_name']).includes(served.loadBalancer.id),
      );
      expect(blocking).to.deep.equal([]);
    });
  });
});

describeFault('amphorae in use, of a project that rules.amphora_projects lacks', (schema) => {
  let stage: FaultStage;
  let operator: Operator;
  const octavia = randomUUID();
  const type = 'unlisted-project';
  const line = 'amphorae in use are of a project that would not be trusted in a shared network';

  beforeEach(async () => {
    stage = await FaultStage.open({
      schema,
      amphoraProjectId: octavia,
      monitor: { settings: { amphoraProjects: ['service'] } },
    });
    stage.shop.cloud.server.seedProject('octavia', octavia);
    operator = new Operator({ url: stage.shop.cloud.url, tenant: stage.shop.tenant });
  });

  afterEach(() => stage.close());

  const remedy = `default-domain:octavia (${octavia}) is not in rules.amphora_projects`;

  describe('when its amphorae are bound, and the network is not shared', () => {
    it('should serve them, name the project and the setting, and log it once', async () => {
      await stage.serve();
      await stage.serve();
      expect(await stage.complaints()).to.deep.equal([]);
      const problems = problemsOf(stage, type);
      expect(problems.map(({ kind, uuid }) => ({ kind, uuid }))).to.deep.equal([{ kind: 'project', uuid: octavia }]);
      expect(problems[0]?.message).to.include(remedy);
      await stage.failoverCalmly(stage.shop.octavia.loadBalancers[0]!);
      await stage.monitor.resync();
      expect(stage.log.of(line)).to.have.length(1);
      expect(stage.log.of(line)[0]?.['projectUuid']).to.equal(octavia);
    });

    it('should say so after a restart, before anything else happens', async () => {
      await stage.serve();
      const { cloud } = stage.shop;
      await cloud.stopMonitor(stage.monitor);
      const restarted = await cloud.startMonitor({ settings: { schema } });
      await cloud.settled();
      expect(restarted.monitor.status().problems.map((problem) => problem.type)).to.deep.equal([type]);
    });

    it('should say nothing where the setting has the project', async () => {
      await stage.serve();
      const { cloud } = stage.shop;
      await cloud.stopMonitor(stage.monitor);
      const restarted = await cloud.startMonitor({ settings: { schema, amphoraProjects: ['octavia'] } });
      await cloud.settled();
      expect(restarted.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when the network is shared', () => {
    it('should refuse the ports in the same words, and end what was foreseen', async () => {
      await stage.serve();
      await operator.shareNetwork(true);
      await stage.shop.cloud.settled();
      expect(problemsOf(stage, type)).to.deep.equal([]);
      const refused = problemsOf(stage, 'refused-port');
      expect(refused).to.have.length(2);
      for (const { message } of refused) expect(message).to.include(remedy);
      await operator.shareNetwork(false);
      expect(await stage.complaints()).to.deep.equal([]);
      expect(problemsOf(stage, 'refused-port')).to.deep.equal([]);
      expect(problemsOf(stage, type)).to.have.length(1);
    });
  });

  describe('when the last of its load balancers is deleted', () => {
    it('should end the problem with the last, not with the first', async () => {
      const first = await stage.serve();
      const second = await stage.serve();
      const since = problemsOf(stage, type)[0]?.since;
      await stage.pass(1_000);
      await stage.shop.octavia.deleteLoadBalancer(first.loadBalancer).run();
      await stage.shop.cloud.settled();
      expect(problemsOf(stage, type).map((problem) => problem.since)).to.deep.equal([since]);
      await stage.shop.octavia.deleteLoadBalancer(second.loadBalancer).run();
      expect(await stage.complaints()).to.deep.equal([]);
      expect(problemsOf(stage, type)).to.deep.equal([]);
    });
  });

  describe('when nothing of it is bound, or nobody has the VIP', () => {
    it('should say nothing', async () => {
      const { user, tenant, cloud, octavia: maker } = stage.shop;
      const create = maker.createLoadBalancer({ topology: 'SINGLE', pairsFirst: true });
      await create.step();
      await create.step();
      await cloud.settled();
      expect(problemsOf(stage, type), 'fresh').to.deep.equal([]);
      const subnetId = tenant.subnets[0]!.id;
      const lookAlike = await user.createHostilePort(tenant, { address: '10.107.0.222', subnetId }).run();
      await new Nova({ url: cloud.url, tenant }).bind(lookAlike.id);
      await cloud.settled();
      expect(problemsOf(stage, type), 'no VIP').to.deep.equal([]);
      await create.run();
      await cloud.settled();
      expect(problemsOf(stage, type), 'bound').to.have.length(1);
    });
  });
});
