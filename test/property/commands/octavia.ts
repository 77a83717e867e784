import fc from 'fast-check';
import { liveAmphorae, type LoadBalancer, type LoadBalancerOptions, type Octavia } from '../../../fixtures/index.js';
import type { Household } from '../people.js';
import { pick, type World } from '../world.js';
import { small, type Weighted } from './weighted.js';

/** What Octavia begins. Steps of the flow take it on. */
export type OctaviaCommand =
  | {
      readonly do: 'create';
      /** On a new port of Octavia's with one VIP, several, an IPv6 one first; on a new port of the tenant's, or on one that there is. */
      readonly on: 'one' | 'several' | 'ipv6' | 'tenants' | 'shared';
      readonly topology: 'SINGLE' | 'ACTIVE_STANDBY';
      readonly pairs: 'first' | 'last' | 'sriov';
      readonly parallel: boolean;
      /** The guest makes it, if the network is shared. */
      readonly byGuest: boolean;
    }
  | {
      readonly do: 'failover';
      readonly loadBalancer: number;
      readonly amphora: number;
      readonly early: boolean;
      readonly reverts: 'no' | 'created' | 'bound';
    }
  | { readonly do: 'failover all' | 'delete'; readonly loadBalancer: number; readonly early: boolean }
  | { readonly do: 'lose amphora'; readonly loadBalancer: number; readonly amphora: number; readonly early: boolean }
  | { readonly do: 'member'; readonly loadBalancer: number; readonly isPlugged: boolean }
  | {
      /** The end of one, and at once somebody else has its address: OpenSDN gives out the lowest free one. */
      readonly do: 'replace';
      readonly loadBalancer: number;
      readonly by: 'octavia' | 'tenants' | 'instance' | 'guest';
      readonly isAssociated: boolean;
    };

const mostLoadBalancers = 4;

/** Its commands. */
export const octaviaCommands: readonly Weighted<OctaviaCommand>[] = [
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('create' as const),
      on: fc.constantFrom('one' as const, 'several' as const, 'ipv6' as const, 'tenants' as const, 'shared' as const),
      topology: fc.constantFrom('SINGLE' as const, 'ACTIVE_STANDBY' as const),
      pairs: fc.constantFrom('first' as const, 'last' as const, 'sriov' as const),
      parallel: fc.boolean(),
      byGuest: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('failover' as const),
      loadBalancer: small,
      amphora: small,
      early: fc.boolean(),
      reverts: fc.constantFrom('no' as const, 'no' as const, 'no' as const, 'created' as const, 'bound' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('failover all' as const, 'delete' as const),
      loadBalancer: small,
      early: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lose amphora' as const),
      loadBalancer: small,
      amphora: small,
      early: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('member' as const), loadBalancer: small, isPlugged: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      loadBalancer: small,
      by: fc.constantFrom('octavia' as const, 'tenants' as const, 'instance' as const, 'guest' as const),
      isAssociated: fc.boolean(),
    }),
  },
];

export async function carryOutOctavia(world: World, command: OctaviaCommand): Promise<void> {
  if (command.do === 'create') return create(world, command);
  const loadBalancer = world.idle(command.loadBalancer);
  if (loadBalancer === undefined) return;
  const household = world.people.of(loadBalancer);
  if (command.do === 'replace') return replace(world, loadBalancer, command);
  world.begin(operationOf(household, loadBalancer, command), loadBalancer);
}

function operationOf(
  { octavia, tenant }: Household,
  loadBalancer: LoadBalancer,
  command: Exclude<OctaviaCommand, { readonly do: 'create' | 'replace' }>,
): Parameters<World['begin']>[0] {
  switch (command.do) {
    case 'failover': {
      const amphora = pick(liveAmphorae(loadBalancer), command.amphora);
      const { early: skipUnbind, reverts } = command;
      const options = { skipUnbind, ...(reverts === 'no' ? {} : { revertsAfter: reverts }) };
      return amphora && octavia.failoverAmphora(loadBalancer, amphora, options);
    }
    case 'failover all':
      return octavia.failoverLoadBalancer(loadBalancer, { skipUnbind: command.early });
    case 'delete':
      return octavia.deleteLoadBalancer(loadBalancer, { skipUnbind: command.early });
    case 'lose amphora': {
      const amphora = pick(liveAmphorae(loadBalancer), command.amphora);
      return amphora && octavia.deleteAmphora(amphora, { skipUnbind: command.early });
    }
    case 'member':
      return octavia.plugMember(loadBalancer, tenant.subnets[1]?.id ?? '', command.isPlugged);
  }
}

async function create(world: World, command: Extract<OctaviaCommand, { readonly do: 'create' }>): Promise<void> {
  const { people } = world;
  if (world.loadBalancers.length >= mostLoadBalancers) return;
  const { octavia, user, tenant } = command.byGuest && people.isShared ? await people.invite() : people.first;
  const [first, second, ipv6] = tenant.subnets.map(({ id }) => id);
  const { topology, parallel, pairs } = command;
  const common: LoadBalancerOptions = {
    topology,
    parallel,
    pairsFirst: pairs === 'first',
    sriov: pairs === 'sriov',
  };
  switch (command.on) {
    case 'one':
      world.begin(octavia.createLoadBalancer(common));
      return;
    case 'several':
      world.begin(octavia.createLoadBalancer({ ...common, additionalSubnetIds: [second ?? '', ipv6 ?? ''] }));
      return;
    case 'ipv6':
      world.begin(octavia.createLoadBalancer({ ...common, subnetId: ipv6 ?? '', additionalSubnetIds: [first ?? ''] }));
      return;
    case 'tenants':
      world.begin(
        octavia.createLoadBalancer({ ...common, vipPort: await user.createVipPort(world.newName('vip')).run() }),
      );
      return;
    case 'shared': {
      const port = user.ports.findLast(
        ({ isDeleted, isInUse, carries }) => !isDeleted && !isInUse && carries.length === 0,
      );
      if (port === undefined) return;
      const vipPort = {
        id: port.id,
        name: 'my-vip',
        network_id: port.networkId,
        fixed_ips: port.addresses.map((address) => ({ ip_address: address, subnet_id: first ?? '' })),
      };
      return beginOn(world, octavia, { ...common, vipPort });
    }
  }
}

// Octavia looks at a port before it takes it: the first step comes before the port can be gone.
async function beginOn(world: World, octavia: Octavia, options: LoadBalancerOptions): Promise<void> {
  const operation = octavia.createLoadBalancer(options);
  await operation.step();
  world.begin(operation);
}

async function replace(
  world: World,
  loadBalancer: LoadBalancer,
  { by, isAssociated }: Extract<OctaviaCommand, { readonly do: 'replace' }>,
): Promise<void> {
  const { people } = world;
  const owner = people.of(loadBalancer);
  const successor = by === 'guest' && people.isShared ? await people.invite() : owner;
  const { octavia, user } = successor;
  const floatingIp =
    successor === owner
      ? user.floatingIps.find(({ association }) => association?.portId === loadBalancer.vipPortId)
      : await user.createFloatingIp().run();
  await owner.octavia.deleteLoadBalancer(loadBalancer).run();
  if (by === 'instance') {
    const port = await user.createServerPort(world.newName('web')).run();
    if (isAssociated && floatingIp !== undefined) await world.attempt(() => user.move(floatingIp, port).run());
    return;
  }
  const vipPort = by === 'tenants' ? await user.createVipPort(world.newName('vip')).run() : undefined;
  const next = await octavia
    .createLoadBalancer({ topology: 'SINGLE', ...(vipPort === undefined ? {} : { vipPort }) })
    .run();
  if (isAssociated && floatingIp !== undefined) await world.attempt(() => user.associate(floatingIp, next).run());
}
