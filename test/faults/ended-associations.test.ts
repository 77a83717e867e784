import { expect } from 'chai';
import {
  type ApiRequest,
  type EmbeddedCloud,
  type NetworkUser,
  Operator,
  type Json,
  type LoadBalancer,
  type LoadBalancerOptions,
  type SchemaName,
  type Tenant,
  type UserFloatingIp,
} from '../../fixtures/index.js';
import type { ManagerSettings } from '../../lib/index.js';
import { eventually } from '../support/eventually.js';
import { comeBetween, isMonitors, isMonitorsWrite } from './support/races.js';
import { FaultStage, type Served } from './support/stage.js';

const schemas: readonly SchemaName[] = ['stock', 'native'];

for (const schema of schemas) {
  describe(`associations that are over, and those that nobody has recorded, on the ${schema} schema`, () => {
    let stage: FaultStage;

    const open = async (
      tenant: Parameters<typeof FaultStage.open>[0]['tenant'] = {},
      settings: Partial<ManagerSettings> = {},
    ): Promise<void> => {
      stage = await FaultStage.open({ schema, tenant, monitor: { settings } });
    };
    const cloud = (): EmbeddedCloud => stage.shop.cloud;
    const floatingIpOf = ({ id }: UserFloatingIp): Json | undefined => cloud().server.read('floating-ip', id);
    const whileDown = async (deeds: () => Promise<void>): Promise<void> => {
      await cloud().stopMonitor(stage.monitor);
      await deeds();
      await cloud().startMonitor({ settings: { schema } });
    };
    /** How the monitor hears of what happens. */
    const ways: Readonly<Record<string, (deeds: () => Promise<void>) => Promise<void>>> = {
      'while the monitor is down': whileDown,
      'while its queue is lost': async (deeds) => {
        const [monitor] = cloud().monitors;
        monitor?.channel.hold();
        await deeds();
        monitor?.channel.lose();
        monitor?.channel.resume();
        await monitor?.resync();
      },
      'while it runs': async (deeds) => {
        await deeds();
        await cloud().settled();
      },
      'before it hears of any of it': async (deeds) => {
        const [monitor] = cloud().monitors;
        monitor?.channel.hold();
        await deeds();
        monitor?.channel.resume();
        await cloud().settled();
      },
    };

    afterEach(() => stage.close());

    describe('W1 when a load balancer is deleted and another one gets its address', () => {
      const addressOf = (loadBalancer: LoadBalancer): string => loadBalancer.vips[0]?.address ?? '';
      /** Deletes it, and makes another one, which has its address. */
      const replace = async ({ loadBalancer }: Served, onTenantsPort = false): Promise<LoadBalancer> => {
        const { octavia, user } = stage.shop;
        await octavia.deleteLoadBalancer(loadBalancer).run();
        const vipPort = onTenantsPort ? await user.createVipPort().run() : undefined;
        const next = await octavia.createLoadBalancer(vipPort === undefined ? {} : { vipPort }).run();
        expect(addressOf(next)).to.equal(addressOf(loadBalancer));
        return next;
      };

      for (const [way, play] of Object.entries(ways)) {
        for (const onTenantsPort of [false, true]) {
          const port = onTenantsPort ? 'a tenant’s own port' : 'a port of Octavia’s';
          it(`should leave the floating ip free, ${way}, on ${port}`, async () => {
            await open();
            const served = await stage.serve();
            await play(async () => {
              await replace(served, onTenantsPort);
            });
            expect(await stage.complaints()).to.deep.equal([]);
            expect(floatingIpOf(served.floatingIp)?.['virtual_machine_interface_refs'] ?? []).to.deep.equal([]);
          });

          it(`should wire it to the other one when its user associates it at once, ${way}, on ${port}`, async () => {
            await open();
            const served = await stage.serve();
            await play(async () => {
              const next = await replace(served, onTenantsPort);
              await stage.shop.user.associate(served.floatingIp, next).run();
            });
            expect(await stage.complaints()).to.deep.equal([]);
          });
        }

        it(`should leave it free when its user had freed it before, ${way}`, async () => {
          await open();
          const served = await stage.serve();
          await play(async () => {
            await stage.shop.user.disassociate(served.floatingIp).run();
            await replace(served);
          });
          expect(await stage.complaints()).to.deep.equal([]);
        });

        it(`should leave it alone when an instance gets the address, ${way}`, async () => {
          await open();
          const served = await stage.serve();
          const { octavia, user } = stage.shop;
          await play(async () => {
            await octavia.deleteLoadBalancer(served.loadBalancer).run();
            const port = await user.createServerPort().run();
            expect(port.fixed_ips[0]?.ip_address).to.equal(addressOf(served.loadBalancer));
            await user.move(served.floatingIp, port).run();
          });
          expect(await stage.complaints()).to.deep.equal([]);
        });

        it(`should serve the next failovers of the other one, ${way}`, async () => {
          await open();
          const served = await stage.serve();
          let next: LoadBalancer | undefined;
          await play(async () => {
            next = await replace(served);
          });
          if (next === undefined) throw new Error('there is no other one');
          const another = await stage.shop.user.createFloatingIp().run();
          await stage.shop.user.associate(another, next).run();
          await cloud().settled();
          await stage.failover(next, { skipUnbind: true });
          await stage.failoverCalmly(next);
          expect(await stage.complaints()).to.deep.equal([]);
        });
      }
    });

    describe('when it is left to a VIP that ends before anybody carries it', () => {
      const additional = { cidrs: ['10.107.0.0/24', '10.108.0.0/24'] };

      for (const from of [0, 1]) {
        for (const to of [0, 1]) {
          for (const isRestarted of [false, true]) {
            const who = isRestarted ? 'a monitor that did not write it' : 'the monitor that wrote it';
            it(`should not keep the flag: from VIP ${from}, to VIP ${to} of the next, by ${who}`, async () => {
              await open(additional);
              const { octavia, user, tenant } = stage.shop;
              const additionalSubnetIds = [tenant.subnets[1]?.id ?? ''];
              const { loadBalancer, floatingIp } = await stage.serve({ additionalSubnetIds });
              if (from > 0) await user.associate(floatingIp, loadBalancer, loadBalancer.vips[from]).run();
              await cloud().settled();
              if (isRestarted) await whileDown(() => Promise.resolve());
              // It knows of all before it can do anything.
              const [{ userAgent } = stage.monitor] = cloud().monitors;
              stage.faults.add({
                on: 'request',
                match: { userAgent, access: 'write' },
                fault: { kind: 'error', status: 503 },
              });
              await octavia.deleteLoadBalancer(loadBalancer).run();
              await octavia.createLoadBalancer({ additionalSubnetIds }).step();
              const next = octavia.loadBalancers.at(-1);
              if (next === undefined) throw new Error('there is no next one');
              await user.associate(floatingIp, next, next.vips[to]).run();
              await stage.calm();
              stage.faults.clear();
              await cloud().settled();
              await octavia.deleteLoadBalancer(next).run();

              expect(await stage.complaints()).to.deep.equal([]);
              expect(floatingIpOf(floatingIp)?.['floating_ip_is_virtual_ip']).to.not.equal(true);
            });
          }
        }
      }
    });

    describe('W2 when a floating ip is moved to the additional VIP of its load balancer', () => {
      const additional = { cidrs: ['10.107.0.0/24', '10.108.0.0/24'] };
      const serveTwo = async (): Promise<Served> =>
        stage.serve({ additionalSubnetIds: [stage.shop.tenant.subnets[1]?.id ?? ''] });

      for (const how of ['in one request', 'freed and associated'] as const) {
        for (const restart of [false, true]) {
          const title = `should stay there when amphora ports are deleted while bound, ${how}`;
          it(restart ? `${title}, also after a restart` : title, async () => {
            await open(additional);
            const { loadBalancer, floatingIp } = await serveTwo();
            const { user } = stage.shop;
            if (how === 'freed and associated') await user.disassociate(floatingIp).run();
            await user.associate(floatingIp, loadBalancer, loadBalancer.vips[1]).run();
            await cloud().settled();
            expect(await stage.complaints()).to.deep.equal([]);
            if (restart) await whileDown(() => Promise.resolve());
            await stage.failover(loadBalancer, { skipUnbind: true });
            expect(await stage.complaints()).to.deep.equal([]);
            await stage.failover(loadBalancer, { skipUnbind: true });
            expect(await stage.complaints()).to.deep.equal([]);
          });
        }
      }
    });

    describe('W2 when a floating ip is put on an amphora’s own port, and that port is deleted', () => {
      for (const skipUnbind of [true, false]) {
        it(`should be free, ${skipUnbind ? 'deleted while bound' : 'unbound before'}`, async () => {
          await open();
          const { loadBalancer, floatingIp } = await stage.serve();
          const { user } = stage.shop;
          const [amphora] = loadBalancer.amphorae;
          if (amphora === undefined) throw new Error('there is no amphora');
          const port = cloud().server.read('virtual-machine-interface', amphora.portId);
          const [address] = (port?.['instance_ip_back_refs'] ?? []) as readonly Json[];
          const fixedIp = cloud().server.read('instance-ip', String(address?.['uuid']))?.['instance_ip_address'];
          await user
            .associate(floatingIp, { vipPortId: amphora.portId, vips: [{ address: String(fixedIp), subnetId: '' }] })
            .run();
          await cloud().settled();
          await stage.failover(loadBalancer, { skipUnbind });
          floatingIp.association = undefined;
          expect(await stage.complaints()).to.deep.equal([]);
        });
      }
    });

    describe('when a write that ends an association crosses its user’s next one', () => {
      const setsFixedIp = (to: string | null) => (request: ApiRequest) =>
        request.method === 'PUT' && request.body.includes(`"floating_ip_fixed_ip_address":${JSON.stringify(to)}`);

      it('should leave him that, with the fixed ip that goes with it', async () => {
        await open();
        const { loadBalancer, floatingIp } = await stage.serve();
        const { user } = stage.shop;
        const web = await user.createServerPort().run();
        const { server } = cloud();
        // Freed between the strip and the first step of its restore, which is taken back, and moved at that moment.
        const freed = comeBetween(server, {
          matches: setsFixedIp(loadBalancer.vips[0]?.address ?? ''),
          act: () => user.disassociate(floatingIp).run(),
        });
        const moved = comeBetween(server, { matches: setsFixedIp(null), act: () => user.move(floatingIp, web).run() });
        await stage.failover(loadBalancer, { skipUnbind: true });
        expect(await stage.complaints()).to.deep.equal([]);
        expect([freed.times, moved.times]).to.deep.equal([1, 1]);
        expect(floatingIpOf(floatingIp)?.['floating_ip_fixed_ip_address']).to.equal(web.fixed_ips[0]?.ip_address);
      });
    });

    describe('when the VIP that a floating ip was moved away from ends after its user has freed it', () => {
      it('should be free though an amphora of the VIP that it was moved to is deleted then', async () => {
        await open();
        const { octavia, user } = stage.shop;
        const first = await stage.serve();
        const vipPort = await user.createVipPort().run();
        const second = await octavia.createLoadBalancer({ topology: 'SINGLE', vipPort }).run();
        await user.associate(first.floatingIp, second).run();
        await cloud().settled();
        const [monitor] = cloud().monitors;
        monitor?.channel.hold();
        await octavia.deleteLoadBalancer(first.loadBalancer).run();
        await user.disassociate(first.floatingIp).run();
        await octavia.deleteLoadBalancer(second).run();
        await octavia.createLoadBalancer().run();
        monitor?.channel.resume();
        expect(await stage.complaints()).to.deep.equal([]);
        expect(floatingIpOf(first.floatingIp)?.['virtual_machine_interface_refs'] ?? []).to.deep.equal([]);
      });
    });

    describe('W4 when a floating ip was wired by hand, and nothing records it', () => {
      /** A served floating ip as a workaround leaves it: without a monitor, a record or a flag. */
      const wiredByHand = async (
        fixedIp: (amphoraAddress: string, vip: string) => string | null,
        options: LoadBalancerOptions = {},
      ): Promise<Served> => {
        const served = await stage.serve(options);
        await cloud().stopMonitor(stage.monitor);
        const operator = new Operator({ url: cloud().url, tenant: stage.shop.tenant });
        for (const { uuid } of cloud().server.list('virtual-ip') as readonly { readonly uuid: string }[]) {
          await operator.delete('virtual-ip', uuid);
        }
        const addresses = cloud()
          .server.list('instance-ip')
          .filter((ip) => JSON.stringify(ip).includes(served.loadBalancer.amphorae[0]?.portId ?? ''))
          .map((ip) => String(ip['instance_ip_address']));
        await operator.setProperties('floating-ip', served.floatingIp.id, {
          floating_ip_is_virtual_ip: false,
          floating_ip_fixed_ip_address: fixedIp(addresses[0] ?? '', served.loadBalancer.vips[0]?.address ?? ''),
        });
        return served;
      };

      const spoiled: readonly { readonly what: string; readonly fixedIp: Parameters<typeof wiredByHand>[0] }[] = [
        { what: 'its fixed ip spoiled to an amphora’s', fixedIp: (amphora: string) => amphora },
        { what: 'without a fixed ip', fixedIp: () => null },
        { what: 'its fixed ip the VIP', fixedIp: (_amphora: string, vip: string) => vip },
      ];
      for (const { what, fixedIp } of spoiled) {
        it(`should be taken over at first sight, and come through failovers, ${what}`, async () => {
          await open();
          const { loadBalancer } = await wiredByHand(fixedIp);
          await cloud().startMonitor({ settings: { schema } });
          expect(await stage.complaints()).to.deep.equal([]);
          await stage.failover(loadBalancer, { skipUnbind: true });
          await stage.failoverCalmly(loadBalancer);
          expect(await stage.complaints()).to.deep.equal([]);
        });
      }

      /** The first requests of a monitor reach the server; after so many writes none does any more, until it is gone. */
      const startAndCrash = async (writes: number, settings: Partial<ManagerSettings>): Promise<boolean> => {
        const state = { left: writes, isDead: false };
        const revive = cloud().server.use(async (request, next) => {
          if (!isMonitors(request)) return next();
          if (isMonitorsWrite(request)) state.isDead ||= state.left-- <= 0;
          return state.isDead ? { status: 0, body: '', transport: { kind: 'reset' } } : next();
        });
        const controller = new AbortController();
        const starting = cloud()
          .startMonitor({ settings, userAgent: 'opensdn-svc-monitor-killed' }, controller.signal)
          .catch((error: unknown) => {
            if (!state.isDead) throw error;
          });
        await Promise.race([starting, eventually('it is dead', () => state.isDead)]);
        const wasCut = state.isDead;
        state.isDead = true;
        controller.abort();
        await starting;
        for (const monitor of cloud().monitors) await stage.whileTimePasses(cloud().stopMonitor(monitor));
        revive();
        return wasCut;
      };

      for (const topology of ['SINGLE', 'ACTIVE_STANDBY'] as const) {
        for (const { what, fixedIp } of spoiled) {
          it(`should be taken over while an amphora leaves, wherever the first monitor is killed, ${topology}, ${what}`, async () => {
            for (let writes = 0, wasCut = true; wasCut; writes += 1) {
              await open();
              const { loadBalancer } = await wiredByHand(fixedIp, { topology });
              const [old] = loadBalancer.amphorae;
              const failover = stage.shop.octavia.failoverAmphora(loadBalancer, old!);
              while (old!.state === 'bound') await failover.step();
              wasCut = await startAndCrash(writes, { schema });
              await cloud().startMonitor({ settings: { schema: 'auto' } });
              expect(await stage.complaints(), `killed after ${writes} writes`).to.deep.equal([]);
              await stage.calmly(failover);
              await stage.failover(loadBalancer, { skipUnbind: true });
              expect(await stage.complaints(), `killed after ${writes} writes`).to.deep.equal([]);
              await stage.close();
            }
          });
        }
      }
    });

    describe('records in the hands of tenants', () => {
      const trusting = { amphoraProjects: ['shop', 'attacker'] };
      let stranger: NetworkUser;

      const forge = (
        tenant: Tenant,
        record: {
          readonly vip: string;
          readonly vipPort: string;
          readonly loadBalancer: string;
          readonly floatingIps: readonly string[];
          readonly members?: readonly string[];
        },
      ): string =>
        cloud().server.seed('virtual-ip', {
          fq_name: ['default-domain', tenant.name, `octavia-lb-${record.loadBalancer}`],
          parent_type: 'project',
          parent_uuid: tenant.projectId,
          virtual_machine_interface_refs: (record.members ?? []).map((uuid) => ({ uuid })),
          annotations: {
            key_value_pair: [
              { key: 'opensdn-svc-monitor/managed-by', value: 'opensdn-svc-monitor' },
              { key: 'opensdn-svc-monitor/vip', value: record.vip },
              { key: 'opensdn-svc-monitor/loadbalancer', value: record.loadBalancer },
              { key: 'opensdn-svc-monitor/vip-port', value: record.vipPort },
              ...record.floatingIps.map((id) => ({
                key: `opensdn-svc-monitor/floating-ip/${id}`,
                value: '10.107.0.3',
              })),
              ...(record.members ?? []).map((id) => ({ key: `opensdn-svc-monitor/member/${id}`, value: '10.107.0.3' })),
            ],
          },
        });
      const keyOf = ({ networkId, vips }: LoadBalancer): string => `${networkId}/${vips[0]?.address ?? ''}`;

      beforeEach(async () => {
        await open({ shared: true }, trusting);
        const actors = await stage.addTenant({
          name: 'attacker',
          cidrs: ['10.9.0.0/24'],
          externalCidr: '100.66.0.0/24',
        });
        stranger = actors.user;
      });

      it('B3 should not detach a floating ip that a forged record names when the load balancer is deleted', async () => {
        const { loadBalancer, floatingIp } = await stage.serve();
        // Somewhere else, where its fixed ip happens to be the same.
        const web = await stage.shop.user.createServerPort().run();
        await stage.shop.user.move(floatingIp, web).run();
        await cloud().settled();
        const other = await stage.shop.user.createFloatingIp().run();
        await stage.shop.user.associate(other, loadBalancer).run();
        const operator = new Operator({ url: cloud().url, tenant: stage.shop.tenant });
        const address = loadBalancer.vips[0]?.address ?? '';
        await operator.setProperties('floating-ip', floatingIp.id, { floating_ip_fixed_ip_address: address });
        floatingIp.association = { portId: web.id, fixedIp: address };
        await cloud().settled();
        forge(stranger.tenant, {
          vip: keyOf(loadBalancer),
          vipPort: loadBalancer.vipPortId,
          loadBalancer: loadBalancer.id,
          floatingIps: [floatingIp.id],
          members: [web.id],
        });
        for (const monitor of cloud().monitors) await monitor.resync();
        await stage.shop.octavia.deleteLoadBalancer(loadBalancer).run();
        await cloud().settled();
        for (const monitor of cloud().monitors) await monitor.resync();
        expect(stage.differences().filter((line) => line.startsWith('floating ip'))).to.deep.equal([]);
      });

      it('B4 should not bring back a freed floating ip that a forged record names, after a restart', async () => {
        const { loadBalancer, floatingIp } = await stage.serve();
        await cloud().stopMonitor(stage.monitor);
        await stage.shop.user.disassociate(floatingIp).run();
        // Of a VIP of the stranger's own, whose record names a port that is gone, and the VIP port of the other.
        const own = await stranger.createVipPort().run();
        for (const [vip, vipPort] of [
          [`${own.network_id}/${own.fixed_ips[0]?.ip_address ?? ''}`, own.id],
          [keyOf(loadBalancer), loadBalancer.vipPortId],
        ] as const) {
          forge(stranger.tenant, {
            vip,
            vipPort,
            loadBalancer: vipPort,
            floatingIps: [floatingIp.id],
            members: ['00000000-0000-4000-8000-00000000dead', loadBalancer.vipPortId],
          });
        }
        await cloud().startMonitor({ settings: { schema, ...trusting } });
        await cloud().settled();
        expect(stage.differences().filter((line) => line.startsWith('floating ip'))).to.deep.equal([]);
      });

      it('W6 should clear away the virtual-ip of a VIP that is over though another tenant has its address, also after restarts', async () => {
        const { loadBalancer } = await stage.serve();
        await cloud().stopMonitor(stage.monitor);
        await stage.shop.octavia.deleteLoadBalancer(loadBalancer).run();
        const place = {
          network_id: loadBalancer.networkId,
          fixed_ips: [{ subnet_id: stage.shop.tenant.subnets[0]?.id }],
        };
        const port = await stranger.createPortIn(place).run();
        expect(port.fixed_ips[0]?.ip_address).to.equal(loadBalancer.vips[0]?.address);
        await cloud().startMonitor({ settings: { schema, ...trusting } });
        await cloud().settled();
        expect(cloud().server.list('virtual-ip')).to.deep.equal([]);
        expect(stage.differences().filter((line) => line.startsWith('floating ip'))).to.deep.equal([]);
      });
    });
  });
}
