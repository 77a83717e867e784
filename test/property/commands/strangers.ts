import fc from 'fast-check';
import type { LoadBalancer, Stranger, UserPort } from '../../../fixtures/index.js';
import { pick, type World } from '../world.js';
import { small, type Weighted } from './weighted.js';

/** The network shared or not, and what somebody who means ill makes of it. */
export type StrangerCommand =
  | { readonly do: 'share'; readonly isShared: boolean }
  /** A port like an amphora's in a shared network: in the stranger's project, or in none, and named as in a trusted one. */
  | { readonly do: 'hostile port'; readonly loadBalancer: number; readonly isBound: boolean; readonly isOdd: boolean }
  | { readonly do: 'drop hostile port' | 'drop odd VIP port'; readonly which: number }
  /**
   * A VIP port of Octavia's in no project, past Neutron, named as in the first tenant's or a trusted one; maybe somebody carries its address, whom
   * the first tenant's network would trust, and a floating ip is on it.
   */
  | {
      readonly do: 'odd VIP port';
      readonly isTrusted: boolean;
      readonly isCarried: boolean;
      readonly floatingIp: 'none' | 'own' | 'another';
      readonly which: number;
    }
  /** A virtual-ip of the stranger's with our annotations. It names a floating ip of another's, and as VIP port his, one that is gone, or an own. */
  | {
      readonly do: 'forge';
      readonly loadBalancer: number;
      readonly floatingIp: number;
      readonly vipPort: 'victim' | 'gone' | 'own';
    };

const mostHostilePorts = 3;
const mostOddVipPorts = 2;
const gonePort = '00000000-0000-4000-8000-00000000dead';

/** Their commands. */
export const strangerCommands: readonly Weighted<StrangerCommand>[] = [
  { weight: 3, arbitrary: fc.record({ do: fc.constant('share' as const), isShared: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hostile port' as const),
      loadBalancer: small,
      isBound: fc.boolean(),
      isOdd: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('drop hostile port' as const, 'drop odd VIP port' as const),
      which: small,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('odd VIP port' as const),
      isTrusted: fc.boolean(),
      isCarried: fc.boolean(),
      floatingIp: fc.constantFrom('none' as const, 'own' as const, 'another' as const),
      which: small,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('forge' as const),
      loadBalancer: small,
      floatingIp: small,
      vipPort: fc.constantFrom('victim' as const, 'gone' as const, 'own' as const),
    }),
  },
];

export async function carryOutStrangers(world: World, command: StrangerCommand): Promise<void> {
  switch (command.do) {
    case 'share':
      return share(world, command.isShared);
    case 'hostile port':
      return makeHostilePort(world, command);
    case 'odd VIP port':
      return makeOddVipPort(world, command);
    case 'drop hostile port':
    case 'drop odd VIP port': {
      const { stranger } = world.people;
      const portsOf = command.do === 'drop hostile port' ? hostilePortsOf : oddVipPortsOf;
      const port = stranger && pick(portsOf(stranger), command.which);
      if (stranger !== undefined && port !== undefined) await stranger.user.deletePort(port.id).run();
      return;
    }
    case 'forge':
      return forge(world, command);
  }
}

async function share(world: World, isShared: boolean): Promise<void> {
  const { people } = world;
  // Neutron takes a network back from nobody who uses it. In one that is not shared whoever makes ports is trusted.
  if (!isShared && people.isGuestThere) return;
  if (!isShared && people.stranger !== undefined) {
    for (const port of hostilePortsOf(people.stranger)) await people.stranger.user.deletePort(port.id).run();
  }
  await people.first.operator.shareNetwork(isShared);
  people.isShared = isShared;
}

async function makeHostilePort(
  world: World,
  { loadBalancer: index, isBound, isOdd }: Extract<StrangerCommand, { readonly do: 'hostile port' }>,
): Promise<void> {
  const { people } = world;
  const loadBalancer = pick(world.loadBalancers, index);
  const vip = loadBalancer?.vips[0];
  if (!people.isShared || loadBalancer === undefined || vip === undefined) return;
  const stranger = await people.meetStranger();
  if (hostilePortsOf(stranger).length >= mostHostilePorts) return;
  if (isOdd) {
    const { networkId } = loadBalancer;
    const fqName = ['default-domain', people.trustedNames[0] ?? ''] as const;
    await world.attempt(async () => {
      await stranger.createPortOfNobody({ fqName, networkId, vip, isBound });
    });
    return;
  }
  const port = await stranger.user.createHostilePort(loadBalancer.tenant, vip).run();
  if (isBound) await people.novaOf(stranger).bind(port.id);
}

async function makeOddVipPort(
  world: World,
  { isTrusted, isCarried, floatingIp: whose, which }: Extract<StrangerCommand, { readonly do: 'odd VIP port' }>,
): Promise<void> {
  const { people } = world;
  const { operator, user, tenant } = people.first;
  const stranger = await people.meetStranger();
  if (oddVipPortsOf(stranger).length >= mostOddVipPorts) return;
  const subnetId = tenant.subnets[0]?.id ?? '';
  const project = isTrusted ? (people.trustedNames[0] ?? '') : tenant.name;
  // Of one virtual machine and name there is one.
  const fqName = ['default-domain', project] as const;
  let port: UserPort | undefined;
  await world.calmly(async () => {
    port = await stranger.createVipPortOfNobody({ fqName, networkId: tenant.networkId }, subnetId);
  });
  const [address] = port?.addresses ?? [];
  if (port === undefined || address === undefined) return;
  if (isCarried) await user.createHostilePort(tenant, { address, subnetId }).run();
  if (whose === 'none') return;
  const free = world.floatingIps.filter(({ association }) => association === undefined);
  const floatingIp =
    (whose === 'own' ? undefined : pick(free, which)) ?? (await stranger.user.createFloatingIp().run());
  // Neutron knows no such port; the config API takes it.
  const { id: portId } = port;
  await world.calmly(async () => {
    await operator.updateReference({ kind: 'floating-ip', id: floatingIp.id }, portId, 'ADD');
    await operator.setProperties('floating-ip', floatingIp.id, { floating_ip_fixed_ip_address: address });
    floatingIp.association = { portId, fixedIp: address };
  });
}

async function forge(
  world: World,
  { loadBalancer: index, floatingIp: which, vipPort }: Extract<StrangerCommand, { readonly do: 'forge' }>,
): Promise<void> {
  const loadBalancer = pick(world.loadBalancers, index);
  const floatingIp = pick(world.floatingIps, which);
  if (loadBalancer === undefined || floatingIp === undefined) return;
  const stranger = await world.people.meetStranger();
  const own = vipPort === 'own' ? await stranger.user.createVipPort(world.newName('vip')).run() : undefined;
  const vip = own ? `${own.network_id}/${own.fixed_ips[0]?.ip_address ?? ''}` : keyOf(loadBalancer);
  const victims = vipPort === 'victim' ? loadBalancer.vipPortId : gonePort;
  await stranger.forge({
    vip,
    vipPort: own?.id ?? victims,
    loadBalancer: loadBalancer.id,
    floatingIps: [floatingIp.id],
    members: [gonePort, loadBalancer.vipPortId],
  });
}

function hostilePortsOf({ user }: Stranger): Stranger['user']['ports'] {
  return user.ports.filter(({ isDeleted, carries }) => !isDeleted && carries.length > 0);
}

function oddVipPortsOf({ user }: Stranger): Stranger['user']['ports'] {
  return user.ports.filter(
    ({ isDeleted, projectId, carries }) => !isDeleted && projectId === undefined && carries.length === 0,
  );
}

function keyOf({ networkId, vips }: LoadBalancer): string {
  return `${networkId}/${vips[0]?.address ?? ''}`;
}
