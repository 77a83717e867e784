import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createTenant, NetworkUser, Nova, type NeutronPort, type UserFloatingIp } from '../../fixtures/index.js';
import { Shop } from '../support/shop.js';

const vmi = 'virtual-machine-interface';

interface Reference {
  readonly uuid: string;
}

function uuidsOf(references: unknown): readonly string[] {
  return ((references ?? []) as readonly Reference[]).map(({ uuid }) => uuid).sort();
}

/** A port of the tenant that only reserves an address, and two instances of a keepalived pair that carry it. */
class Pair {
  public readonly vipPort: NeutronPort;
  public readonly carriers: readonly NeutronPort[];
  public readonly floatingIp: UserFloatingIp;

  private constructor(
    public readonly shop: Shop,
    parts: Pick<Pair, 'vipPort' | 'carriers' | 'floatingIp'>,
  ) {
    this.vipPort = parts.vipPort;
    this.carriers = parts.carriers;
    this.floatingIp = parts.floatingIp;
  }

  /** Opens it; a floating ip is on the VIP, and all rests. */
  public static async open(
    virtualPorts: 'octavia' | 'all',
    options: { readonly shared?: boolean; readonly mode?: 'active-standby' | 'active-active' } = {},
  ): Promise<Pair> {
    const { shared = false, mode = 'active-standby' } = options;
    const shop = await Shop.open({ tenant: { shared }, monitor: { settings: { virtualPorts } } });
    const { user, cloud } = shop;
    const vipPort = await user.createVipPort('keepalived').run();
    const address = addressOf(vipPort);
    const carriers = [await user.createLookAlikePort(address).run(), await user.createLookAlikePort(address).run()];
    for (const { id } of carriers) await setMode(shop, id, { address, mode });
    const floatingIp = await user.createFloatingIp().run();
    await user.move(floatingIp, vipPort).run();
    await cloud.settled();
    return new Pair(shop, { vipPort, carriers, floatingIp });
  }

  public get address(): string {
    return addressOf(this.vipPort);
  }

  /** What the floating ip says: the ports that it references, its fixed ip, and whether it is a virtual ip. */
  public seen(): { readonly ports: readonly string[]; readonly fixedIp: unknown; readonly isVirtualIp: unknown } {
    const object = this.shop.cloud.server.read('floating-ip', this.floatingIp.id);
    return {
      ports: uuidsOf(object?.['virtual_machine_interface_refs']),
      fixedIp: object?.['floating_ip_fixed_ip_address'],
      isVirtualIp: object?.['floating_ip_is_virtual_ip'] === true,
    };
  }

  /** How it has to be with these ports as carriers. */
  public wired(...carriers: readonly NeutronPort[]): ReturnType<Pair['seen']> {
    const ports = [this.vipPort, ...carriers].map(({ id }) => id).sort();
    return { ports, fixedIp: this.address, isVirtualIp: carriers.length > 0 };
  }

  public virtualIps(): readonly { readonly name: unknown; readonly ports: readonly string[] }[] {
    return this.shop.cloud.server.list('virtual-ip').map((object) => ({
      name: (object['fq_name'] as readonly string[]).at(-1),
      ports: uuidsOf(object['virtual_machine_interface_refs']),
    }));
  }
}

function addressOf(port: NeutronPort): string {
  return port.fixed_ips[0]?.ip_address ?? '';
}

/** Neutron knows one mode only: the other is set past it. */
async function setMode(
  { cloud }: Shop,
  portId: string,
  { address, mode }: { readonly address: string; readonly mode: string },
): Promise<void> {
  const pair = { ip: { ip_prefix: address, ip_prefix_len: 32 }, mac: '', address_mode: mode };
  const body = { [vmi]: { virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: [pair] } } };
  const { status } = await cloud.server.ask({ method: 'PUT', path: `/${vmi}/${portId}`, body });
  expect(status).to.equal(200);
}

describe('a floating ip on a port that reserves an address which other ports carry', () => {
  let pair: Pair;

  afterEach(() => pair.shop.close());

  describe('when only the VIPs of Octavia count, as by default', () => {
    it('should be left as its user made it (recording 14)', async () => {
      pair = await Pair.open('octavia');
      expect(pair.seen()).to.deep.equal(pair.wired());
      expect(pair.virtualIps()).to.deep.equal([]);
      expect(pair.shop.cloud.countWrites()).to.equal(0);
    });
  });

  for (const mode of ['active-standby', 'active-active'] as const) {
    describe(`when virtual ports in general count, and the pair is ${mode}`, () => {
      beforeEach(async () => {
        pair = await Pair.open('all', { mode });
      });

      it('should reference all that carry it, and be recorded', () => {
        expect(pair.seen()).to.deep.equal(pair.wired(...pair.carriers));
        expect(pair.virtualIps()).to.deep.equal([
          { name: `octavia-lb-${pair.vipPort.id}`, ports: pair.wired(...pair.carriers).ports },
        ]);
        expect(pair.shop.monitor.monitor.status().problems).to.deep.equal([]);
      });

      it('should survive a failover: the port of one is deleted, another takes its place', async () => {
        const { user, cloud } = pair.shop;
        const [first, second] = pair.carriers;
        await user.deletePort(first!.id).run();
        await cloud.settled();
        expect(pair.seen()).to.deep.equal(pair.wired(second!));
        const third = await user.createLookAlikePort(pair.address).run();
        await cloud.settled();
        expect(pair.seen()).to.deep.equal(pair.wired(second!, third));
      });

      it('should be let go of by its user, and nothing be left', async () => {
        await pair.shop.user.disassociate(pair.floatingIp).run();
        await pair.shop.cloud.settled();
        expect(pair.seen()).to.deep.include({ ports: [], isVirtualIp: false });
      });

      it('should end with the port that reserves the address', async () => {
        await pair.shop.user.deletePort(pair.vipPort.id).run();
        await pair.shop.cloud.settled();
        expect(pair.seen()).to.deep.include({ ports: [], isVirtualIp: false });
        expect(pair.virtualIps()).to.deep.equal([]);
      });

      it('should be rid of it all once something uses the port that reserves the address', async () => {
        const { cloud, tenant } = pair.shop;
        await new Nova({ url: cloud.url, tenant }).bind(pair.vipPort.id);
        await cloud.settled();
        expect(pair.seen()).to.deep.equal(pair.wired());
        expect(pair.virtualIps()).to.deep.equal([]);
      });
    });
  }

  describe('when virtual ports in general count', () => {
    it('should have nothing to do with the ports of a stranger in a shared network', async () => {
      pair = await Pair.open('all', { shared: true });
      const { cloud, tenant, monitor } = pair.shop;
      const other = { name: 'stranger', cidrs: ['10.9.0.0/24'], externalCidr: '100.66.0.0/24' };
      const stranger = new NetworkUser({ url: cloud.url, tenant: await createTenant(cloud.url, other) });
      const writes = cloud.countWrites();
      const port = await stranger
        .createPortIn({
          network_id: tenant.networkId,
          fixed_ips: [{ subnet_id: tenant.subnets[0]?.id }],
          allowed_address_pairs: [{ ip_address: pair.address }],
          device_owner: 'compute:nova',
          device_id: randomUUID(),
        })
        .run();
      await cloud.settled();
      await monitor.resync();
      expect(pair.seen()).to.deep.equal(pair.wired(...pair.carriers));
      expect(pair.seen().ports).not.to.include(port.id);
      expect(cloud.countWrites() - writes).to.equal(0);
    });

    it('should leave a load balancer’s VIP to its amphorae, whoever else carries it', async () => {
      pair = await Pair.open('all');
      const { shop } = pair;
      const loadBalancer = await shop.octavia.createLoadBalancer().run();
      await shop.user.createLookAlikePort(loadBalancer.vips[0]?.address ?? '').run();
      await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
      await shop.cloud.settled();
      // What is expected knows of load balancers only.
      const beside = [`virtual-ip of ${shop.tenant.networkId}/${pair.address}:`, `floating ip ${pair.floatingIp.id}:`];
      const others = shop.differences().filter((line) => !beside.some((start) => line.startsWith(start)));
      expect(others).to.deep.equal([]);
    });

    it('should be wired whatever comes first, and found by a full read', async () => {
      pair = await Pair.open('all');
      const { user, cloud, monitor } = pair.shop;
      const late = await user.createVipPort('late').run();
      const floatingIp = await user.createFloatingIp().run();
      await user.move(floatingIp, late).run();
      await cloud.settled();
      const carrier = await user.createLookAlikePort(addressOf(late)).run();
      await cloud.settled();
      await monitor.resync();
      const refs = cloud.server.read('floating-ip', floatingIp.id)?.['virtual_machine_interface_refs'];
      expect(uuidsOf(refs)).to.deep.equal([late.id, carrier.id].sort());
    });
  });
});
