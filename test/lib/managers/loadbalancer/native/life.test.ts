import { expect } from 'chai';
import type { EmbeddedMonitor, KubePod, KubeService } from '../../../../../fixtures/index.js';
import { nativeMarks } from '../../../../../lib/model/index.js';
import { NativeStage, uuidsOf } from './support/native-stage.js';

const web = { protocol: 'TCP', port: 80, targetPort: 8080 } as const;
const dns = { protocol: 'UDP', port: 53, targetPort: 5353 } as const;

describe('a native load balancer', () => {
  let stage: NativeStage;
  let monitor: EmbeddedMonitor;
  let pods: readonly KubePod[];
  let service: KubeService;

  const settled = (): Promise<void> => stage.cloud.settled();
  const writes = async (deed: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = monitor.countWrites();
    await deed();
    await settled();
    return monitor
      .writes()
      .slice(before)
      .map(({ method, path }) => `${method} ${path.replace(/\/[0-9a-f-]{36}$/, '')}`);
  };
  const expectRest = async (): Promise<void> => {
    expect(await writes(() => monitor.resync())).to.deep.equal([]);
    expect(monitor.monitor.status().problems).to.deep.equal([]);
  };
  const restart = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    await stage.cloud.stopMonitor(monitor);
    await meanwhile();
    monitor = await stage.startMonitor();
    await settled();
  };
  const [one, two, three] = ['pod-0', 'pod-1', 'pod-2'] as const;

  beforeEach(async () => {
    stage = await NativeStage.open();
    monitor = await stage.startMonitor();
    await settled();
    pods = await stage.kube.createPods(3);
    service = await stage.kube.createService({ name: 'web', ports: [web] }).run();
    await settled();
  });

  afterEach(() => stage.cloud.stop());

  const endpoints = async (...numbers: readonly number[]): Promise<void> => {
    const ready = numbers.flatMap((number) => pods[number] ?? []);
    await stage.kube.setEndpoints(service, ready).run();
    await settled();
  };
  const external = async (): Promise<string> => {
    await stage.kube.allocateExternalIp(service).run();
    await settled();
    return service.externalIps.at(-1)?.id ?? '';
  };

  describe('when it has no members', () => {
    it('should have a floating ip for its address, that leads nowhere', async () => {
      expect(stage.internal(service)).to.deep.equal([{ direction: 'ingress', mappings: [], to: [] }]);
      const [floatingIp] = stage.list('floating-ip');
      expect(floatingIp?.['floating_ip_address']).to.equal(service.address);
      expect(uuidsOf(floatingIp ?? {}, 'project_refs')).to.deep.equal([stage.tenant.projectId]);
      await expectRest();
    });
  });

  describe('when endpoints come and go', () => {
    it('should lead to those that there are, by one request each', async () => {
      await endpoints(0, 1);
      expect(stage.internal(service)).to.deep.equal([
        { direction: 'ingress', mappings: ['TCP 80 > 8080'], to: [one, two] },
      ]);
      const reads: string[] = [];
      const end = stage.cloud.server.use((request, next) => {
        if (request.userAgent === monitor.userAgent && request.method === 'GET') reads.push(request.path);
        return next();
      });
      const rolled = await writes(() => endpoints(1, 2));
      end();
      expect(reads).to.deep.equal([]);
      expect(rolled).to.deep.equal(['POST /ref-update', 'POST /ref-update']);
      expect(stage.internal(service)).to.deep.equal([
        { direction: 'ingress', mappings: ['TCP 80 > 8080'], to: [two, three] },
      ]);
      await endpoints();
      expect(stage.internal(service)).to.deep.equal([{ direction: 'ingress', mappings: [], to: [] }]);
      await expectRest();
    });

    it('should never have a reference that is in the way of a pod’s end', async () => {
      await endpoints(0, 1);
      await stage.cloud.stopMonitor(monitor);
      const [pod] = pods;
      await stage.delete('instance-ip', pod?.instanceIpId ?? '');
      await stage.delete('virtual-machine-interface', pod?.interfaceId ?? '');
      monitor = await stage.startMonitor();
      await settled();
      expect(stage.internal(service).map(({ to }) => to)).to.deep.equal([[two]]);
      await expectRest();
    });

    it('should map ports before it leads to anybody, and as long as it does', async () => {
      const seen: string[] = [];
      const end = stage.cloud.server.use(async (_request, next) => {
        const answer = await next();
        const [leads] = stage.internal(service);
        if (leads !== undefined && leads.to.length > 0 && leads.mappings.length === 0) seen.push(JSON.stringify(leads));
        return answer;
      });
      await endpoints(0, 1);
      await endpoints();
      end();
      expect(seen).to.deep.equal([]);
    });
  });

  describe('when ports come, change and go', () => {
    it('should map exactly those that there are', async () => {
      await endpoints(0);
      await stage.kube.changePorts(service, [web, dns]).run();
      await endpoints(0, 1);
      expect(stage.internal(service)[0]?.mappings).to.deep.equal(['TCP 80 > 8080', 'UDP 53 > 5353']);
      const [first, second] = service.listeners;
      if (first === undefined || second === undefined) throw new Error('there are two listeners');
      await stage.kube.setListenerPort(first, 8000).run();
      await settled();
      expect(stage.internal(service)[0]?.mappings).to.deep.equal(['TCP 8000 > 8080', 'UDP 53 > 5353']);
      for (const pod of pods) await stage.kube.setMemberPort(first, { pod, port: 9090 }).run();
      await settled();
      expect(stage.internal(service)[0]?.mappings).to.deep.equal(['TCP 8000 > 9090', 'UDP 53 > 5353']);
      await stage.kube.deleteListener(service, first).run();
      await settled();
      expect(stage.internal(service)[0]?.mappings).to.deep.equal(['UDP 53 > 5353']);
      await expectRest();
    });
  });

  describe('when a floating ip is given to it', () => {
    it('should lead by that, too, and leave it ordinary when the load balancer goes', async () => {
      await endpoints(0, 1);
      const id = await external();
      const leads = { direction: 'ingress', mappings: ['TCP 80 > 8080'], to: ['VIP', one, two] };
      expect(stage.external(id, service)).to.deep.equal(leads);
      await expectRest();
      await restart(() => Promise.resolve());
      expect(stage.external(id, service)).to.deep.equal(leads);
      for (const listener of [...service.listeners]) await stage.kube.deleteListener(service, listener).run();
      await stage.delete('loadbalancer', service.id);
      await settled();
      expect(stage.external(id, service)).to.deep.equal({ direction: 'both', mappings: [], to: ['VIP'] });
      expect(stage.object('floating-ip', id)['annotations'] ?? { key_value_pair: [] }).to.deep.equal({
        key_value_pair: [],
      });
      expect(stage.internal(service)).to.deep.equal([]);
      await expectRest();
    });

    it('should let go of it when its user gives it to something else', async () => {
      await endpoints(0, 1);
      const id = await external();
      const own = pods[2]?.interfaceId ?? '';
      // As Neutron does it: one reference, and a fixed ip.
      await stage.update('floating-ip', id, {
        virtual_machine_interface_refs: [{ to: pods[2]?.interfaceName, uuid: own }],
        floating_ip_fixed_ip_address: pods[2]?.address,
      });
      await settled();
      expect(stage.external(id, service)).to.deep.equal({ direction: 'both', mappings: [], to: [three] });
      await expectRest();
    });

    it('should let go of it though nobody ran when its service went', async () => {
      await endpoints(0, 1);
      const id = await external();
      await restart(async () => {
        for (const listener of [...service.listeners]) await stage.kube.deleteListener(service, listener).run();
        await stage.delete('loadbalancer', service.id);
      });
      expect(stage.external(id, service)).to.deep.equal({ direction: 'both', mappings: [], to: ['VIP'] });
      expect(stage.internal(service)).to.deep.equal([]);
      await expectRest();
    });
  });

  describe('when it is deleted', () => {
    it('should be in nobody’s way', async () => {
      await endpoints(0, 1);
      await external();
      await stage.kube.deleteService(service).run();
      await settled();
      expect(stage.list('floating-ip')).to.deep.equal([]);
      await expectRest();
    });
  });

  describe('when its provider changes', () => {
    it('should be taken away by another driver, and left as it is by none that is known', async () => {
      await endpoints(0);
      const before = stage.internal(service);
      await stage.update('loadbalancer', service.id, { loadbalancer_provider: 'nobody' });
      await settled();
      expect(stage.internal(service)).to.deep.equal(before);
      await stage.update('loadbalancer', service.id, { loadbalancer_provider: 'opencontrail' });
      await settled();
      expect(stage.internal(service)).to.deep.equal([]);
      await stage.update('loadbalancer', service.id, { loadbalancer_provider: 'native' });
      await settled();
      expect(stage.internal(service)).to.deep.equal(before);
      await expectRest();
    });
  });

  describe('when a member leads elsewhere', () => {
    const poolMember = (fields: object): Promise<string> => {
      const [listener] = service.listeners;
      return stage.create('loadbalancer-member', {
        fq_name: [...(listener?.fqName ?? []), 'by-hand'],
        parent_type: 'loadbalancer-pool',
        ...fields,
      });
    };

    it('should send nothing to interfaces of other projects, and say so', async () => {
      const victim = await stage.cloud.createTenant({ name: 'victim' });
      const interfaceId = await stage.create('virtual-machine-interface', {
        fq_name: ['default-domain', victim.name, 'port'],
        parent_type: 'project',
        virtual_network_refs: [{ to: stage.kube.cluster.podNetwork.fqName }],
      });
      const id = await poolMember({
        loadbalancer_member_properties: { protocol_port: 1 },
        annotations: { key_value_pair: [{ key: 'vmi', value: interfaceId }] },
      });
      await settled();
      expect(stage.internal(service)).to.deep.equal([{ direction: 'ingress', mappings: [], to: [] }]);
      const told = monitor.monitor.status().problems.map(({ type, uuid }) => ({ type, uuid }));
      expect(told).to.deep.equal([{ type: 'native-member-refused', uuid: id }]);
    });

    it('should keep what belongs to a load balancer from those who mark their own with it, or name its port', async () => {
      await endpoints(0);
      const id = await external();
      const before = [stage.internal(service), stage.external(id, service)];
      const stranger = await stage.cloud.createTenant({ name: 'stranger', externalCidr: '100.64.77.0/24' });
      const pool = ['default-domain', stranger.name, 'public', 'floating-ip-pool'];
      const forged = await stage.create('floating-ip', {
        fq_name: [...pool, 'forged'],
        parent_type: 'floating-ip-pool',
        project_refs: [{ to: ['default-domain', stranger.name] }],
        floating_ip_traffic_direction: 'ingress',
        annotations: { key_value_pair: [{ key: nativeMarks.loadbalancer, value: service.id }] },
      });
      const robber = await stage.create('loadbalancer', {
        fq_name: ['default-domain', stranger.name, 'robber'],
        parent_type: 'project',
        loadbalancer_provider: 'native',
        virtual_machine_interface_refs: [{ to: service.interfaceName }],
      });
      await settled();
      expect([stage.internal(service), stage.external(id, service)]).to.deep.equal(before);
      expect(uuidsOf(stage.object('floating-ip', forged), 'virtual_machine_interface_refs')).to.deep.equal([]);
      const told = monitor.monitor.status().problems.map(({ type, uuid }) => ({ type, uuid }));
      expect(told).to.deep.equal([{ type: 'native-port-refused', uuid: robber }]);
      await stage.delete('loadbalancer', robber);
      await settled();
      expect([stage.internal(service), stage.external(id, service)]).to.deep.equal(before);
      await expectRest();
    });

    it('should find an address that comes late, and follow it', async () => {
      const subnet = uuidsOf(stage.object('virtual-network', stage.kube.cluster.podNetwork.id), 'network_ipam_refs');
      expect(subnet).to.have.length(1);
      const address = pods[0]?.address ?? '';
      const subnetId = String(stage.object('instance-ip', pods[0]?.instanceIpId ?? '')['subnet_uuid']);
      const properties = { protocol_port: 8080, address, subnet_id: subnetId };
      const id = await poolMember({ loadbalancer_member_properties: properties });
      await settled();
      expect(stage.internal(service)[0]?.to).to.deep.equal([one]);
      await stage.update('loadbalancer-member', id, {
        loadbalancer_member_properties: { ...properties, address: '10.32.0.77' },
      });
      await settled();
      expect(stage.internal(service)[0]).to.deep.equal({ direction: 'ingress', mappings: [], to: [] });
      await stage.create('instance-ip', {
        fq_name: ['late'],
        instance_ip_address: '10.32.0.77',
        virtual_network_refs: [{ to: stage.kube.cluster.podNetwork.fqName }],
        virtual_machine_interface_refs: [{ to: pods[1]?.interfaceName }],
      });
      await settled();
      expect(stage.internal(service)[0]?.to).to.deep.equal([two]);
      await expectRest();
    });
  });

  describe('when a second address comes to its port', () => {
    it('should lead by that, too, until it leaves the port', async () => {
      await endpoints(0);
      const id = await stage.kube.addAddress(service).run();
      await settled();
      const leads = { direction: 'ingress', mappings: ['TCP 80 > 8080'], to: [one] };
      expect(stage.internal(service)).to.deep.equal([leads, leads]);
      await stage.reference(['instance-ip', id], ['virtual-machine-interface', service.interfaceId], 'DELETE');
      await settled();
      await stage.delete('instance-ip', id);
      await settled();
      expect(stage.internal(service)).to.deep.equal([leads]);
      await expectRest();
    });
  });

  describe('when a pool has a health monitor', () => {
    const monitorOf = (fields: object): Promise<string> =>
      stage.create('loadbalancer-healthmonitor', {
        fq_name: ['default-domain', stage.tenant.name, 'monitor'],
        parent_type: 'project',
        loadbalancer_healthmonitor_properties: { admin_state: true, delay: 5, timeout: 3, max_retries: 2, ...fields },
      });
    const watched = (): readonly string[] => {
      const [check] = stage.list('service-health-check');
      return pods
        .filter(({ interfaceId }) =>
          uuidsOf(stage.object('virtual-machine-interface', interfaceId), 'service_health_check_refs').includes(
            String(check?.['uuid']),
          ),
        )
        .map(({ name }) => name);
    };

    it('should have a health check that all members refer to, and that goes with the link', async () => {
      await endpoints(0, 1);
      const id = await monitorOf({ monitor_type: 'HTTPS', http_method: 'GET', url_path: '/', expected_codes: '200' });
      const pool = ['loadbalancer-pool', service.listeners[0]?.poolId ?? ''] as const;
      await stage.reference(pool, ['loadbalancer-healthmonitor', id]);
      await settled();
      const properties = (): unknown => stage.list('service-health-check')[0]?.['service_health_check_properties'];
      expect(properties()).to.include({
        health_check_type: 'link-local',
        monitor_type: 'HTTP',
        url_path: '/',
        delay: 5,
      });
      expect(watched()).to.deep.equal([one, two]);
      await endpoints(1, 2);
      expect(watched()).to.deep.equal([two, three]);
      await stage.update('loadbalancer-healthmonitor', id, {
        loadbalancer_healthmonitor_properties: { monitor_type: 'TCP', delay: 7, timeout: 4, max_retries: 4 },
      });
      await settled();
      expect(properties()).to.include({ monitor_type: 'PING', url_path: 'local-ip', delay: 7, max_retries: 4 });
      await expectRest();
      await restart(() => stage.reference(pool, ['loadbalancer-healthmonitor', id], 'DELETE'));
      expect(stage.list('service-health-check')).to.deep.equal([]);
      expect(watched()).to.deep.equal([]);
      await expectRest();
    });
  });
});
