import fc from 'fast-check';
import type { UserFloatingIp } from '../../../fixtures/index.js';
import { pick, type World } from '../world.js';
import { small, type Weighted } from './weighted.js';

/** What the first tenant's user does with his floating ips. */
export type UserCommand =
  | {
      readonly do: 'associate';
      readonly floatingIp: number;
      readonly loadBalancer: number;
      /** Which of its VIPs. */
      readonly vip: number;
      /** Freed before, and not in one request. */
      readonly isFreed: boolean;
    }
  /** From one VIP of its VIP port to the next. */
  | { readonly do: 'change VIP'; readonly floatingIp: number; readonly isFreed: boolean }
  | { readonly do: 'disassociate'; readonly floatingIp: number; readonly form: 'port-null' | 'empty-update' }
  | { readonly do: 'describe' | 'remove'; readonly floatingIp: number }
  /** To the port of an instance, or to an amphora's own. */
  | { readonly do: 'move'; readonly floatingIp: number; readonly to: 'instance' | 'amphora'; readonly which: number };

/** His commands. */
export const userCommands: readonly Weighted<UserCommand>[] = [
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('associate' as const),
      floatingIp: small,
      loadBalancer: small,
      vip: fc.constantFrom(0, 0, 1, 2),
      isFreed: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('change VIP' as const), floatingIp: small, isFreed: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('disassociate' as const),
      floatingIp: small,
      form: fc.constantFrom('port-null' as const, 'empty-update' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('describe' as const, 'describe' as const, 'remove' as const),
      floatingIp: small,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      floatingIp: small,
      to: fc.constantFrom('instance' as const, 'instance' as const, 'amphora' as const),
      which: small,
    }),
  },
];

export async function carryOutUser(world: World, command: UserCommand): Promise<void> {
  const deed = async (): Promise<void> => {
    const floatingIp = pick(world.floatingIps, command.floatingIp);
    if (floatingIp === undefined) await world.people.first.user.createFloatingIp().run();
    else await act(world, floatingIp, command);
  };
  // Disassociation and strip can be told apart while they race, by the order of what is heard. Other updates by users cannot, and out of
  // order neither can (see the known limits in docs/architecture.md).
  if (world.isOrdered && ['disassociate', 'remove'].includes(command.do)) return world.attempt(deed);
  return world.calmly(deed);
}

async function act(world: World, floatingIp: UserFloatingIp, command: UserCommand): Promise<void> {
  const { user } = world.people.first;
  switch (command.do) {
    case 'associate': {
      const own = world.loadBalancers.filter(({ tenant }) => tenant === user.tenant);
      const loadBalancer = pick(own, command.loadBalancer);
      const vip = loadBalancer && pick(loadBalancer.vips, command.vip);
      if (loadBalancer === undefined || vip === undefined || loadBalancer.isVipPortDeleted) return;
      if (command.isFreed) await user.disassociate(floatingIp).run();
      await user.associate(floatingIp, loadBalancer, vip).run();
      return;
    }
    case 'change VIP':
      return changeVip(world, floatingIp, command.isFreed);
    case 'disassociate':
      return user.disassociate(floatingIp, command.form).run();
    case 'describe':
      // Of a floating ip that is detached at this moment it cannot be told from a disassociation (see the architecture's limits).
      if (isAttached(world, floatingIp)) await user.setDescription(floatingIp, 'x').run();
      return;
    case 'move':
      return move(world, floatingIp, command);
    case 'remove':
      return user.deleteFloatingIp(floatingIp).run();
  }
}

async function changeVip(world: World, floatingIp: UserFloatingIp, isFreed: boolean): Promise<void> {
  const { user } = world.people.first;
  const { portId, fixedIp } = floatingIp.association ?? {};
  const loadBalancer = world.loadBalancers.find(
    ({ vipPortId, isVipPortDeleted }) => vipPortId === portId && !isVipPortDeleted,
  );
  if (loadBalancer === undefined) return;
  const { vips } = loadBalancer;
  const vip = pick(vips, vips.findIndex(({ address }) => address === fixedIp) + 1);
  if (vip === undefined || vip.address === fixedIp) return;
  if (isFreed) await user.disassociate(floatingIp).run();
  await user.associate(floatingIp, loadBalancer, vip).run();
}

async function move(
  world: World,
  floatingIp: UserFloatingIp,
  { to, which }: Extract<UserCommand, { readonly do: 'move' }>,
): Promise<void> {
  const { user } = world.people.first;
  if (to === 'amphora') {
    // Neutron gives a floating ip to a port of its own project only.
    const amphora = pick(
      world.loadBalancers.flatMap(({ amphorae }) => amphorae.filter(({ state }) => state === 'bound')),
      which,
    );
    const { portId, address: fixedIp } = amphora ?? {};
    if (portId !== undefined && fixedIp !== undefined) await user.attachTo(floatingIp, { portId, fixedIp }).run();
    return;
  }
  const port = pick(
    world.ports.filter(({ isInUse }) => isInUse),
    which,
  );
  const [fixedIp] = port?.addresses ?? [];
  if (port !== undefined && fixedIp !== undefined) await user.attachTo(floatingIp, { portId: port.id, fixedIp }).run();
}

function isAttached(world: World, floatingIp: UserFloatingIp): boolean {
  const object = world.cloud.server.read('floating-ip', floatingIp.id);
  const references = object?.['virtual_machine_interface_refs'];
  return Array.isArray(references) && references.length > 0 && object?.['floating_ip_fixed_ip_address'] !== undefined;
}
