import fc from 'fast-check';
import { vipPortGone } from '../../../fixtures/index.js';
import { pick, type World } from '../world.js';
import { small, type Weighted } from './weighted.js';

/** What the first tenant's user does with ports. */
export type PortCommand =
  /** Allowed address pairs on a VIP port: its own address, that of another VIP, one that nobody has, a prefix, or none any more. */
  | {
      readonly do: 'pairs';
      readonly loadBalancer: number;
      readonly pairs: 'own' | 'other' | 'free' | 'prefix' | 'none';
    }
  | { readonly do: 'delete VIP port'; readonly loadBalancer: number }
  /** A port with the lowest free address: of an instance, or of nothing yet. */
  | { readonly do: 'port'; readonly isInUse: boolean }
  | { readonly do: 'delete port'; readonly which: number }
  /** An instance gets a port that nothing used: one that was a VIP port, maybe. */
  | { readonly do: 'use port'; readonly which: number };

const mostPorts = 8;

/** His commands. */
export const portCommands: readonly Weighted<PortCommand>[] = [
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('pairs' as const),
      loadBalancer: small,
      pairs: fc.constantFrom('own' as const, 'other' as const, 'free' as const, 'prefix' as const, 'none' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete VIP port' as const), loadBalancer: small }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('port' as const), isInUse: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('delete port' as const, 'use port' as const), which: small }),
  },
];

export async function carryOutPorts(world: World, command: PortCommand): Promise<void> {
  const { user, nova } = world.people.first;
  switch (command.do) {
    case 'pairs':
      return setPairs(world, command);
    case 'delete VIP port': {
      const loadBalancer = pick(world.loadBalancers, command.loadBalancer);
      if (loadBalancer === undefined || loadBalancer.isVipPortDeleted) return;
      return deletePort(world, loadBalancer.vipPortId);
    }
    case 'port':
      if (world.ports.length >= mostPorts) return;
      await (
        command.isInUse ? user.createServerPort(world.newName('web')) : user.createVipPort(world.newName('vip'))
      ).run();
      return;
    case 'delete port': {
      const port = pick(world.ports, command.which);
      return port === undefined ? undefined : deletePort(world, port.id);
    }
    case 'use port': {
      const port = pick(
        world.ports.filter(({ isInUse }) => !isInUse),
        command.which,
      );
      if (port === undefined) return;
      await nova.bind(port.id);
      port.isInUse = true;
    }
  }
}

async function deletePort(world: World, portId: string): Promise<void> {
  const owner = world.people.loadBalancers.find(({ vipPortId }) => vipPortId === portId);
  const { user } = owner === undefined ? world.people.first : world.people.of(owner);
  await world.attempt(async () => {
    await user.deletePort(portId).run();
    vipPortGone(world.people.loadBalancers, portId);
  });
}

async function setPairs(
  world: World,
  { loadBalancer: index, pairs }: Extract<PortCommand, { readonly do: 'pairs' }>,
): Promise<void> {
  const loadBalancer = pick(world.loadBalancers, index);
  if (loadBalancer === undefined) return;
  const other = pick(world.loadBalancers, index + 1) ?? loadBalancer;
  const given = {
    own: loadBalancer.vips.map(({ address }) => address),
    other: other.vips.map(({ address }) => address),
    free: ['10.107.0.200'],
    prefix: ['10.107.0.0/24'],
    none: [],
  }[pairs];
  await world.attempt(() => world.people.of(loadBalancer).user.setPairs(loadBalancer.vipPortId, given).run());
}
