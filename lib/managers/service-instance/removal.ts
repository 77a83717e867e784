import type { Stage, Write } from '../../planning/index.js';
import type { AddressSeen, MachineSeen, ServiceSeen } from './seen.js';
import type { PlanPart, Trouble } from './service-plan.js';

/**
 * Takes virtual machines of a service instance away, and what was made for them alone. The machines go last: as long as one is there, what is left can be
 * found by it, whenever this was broken off.
 */
export function planRemoval(
  seen: Pick<ServiceSeen, 'addresses' | 'tables' | 'instance'>,
  machines: readonly MachineSeen[],
): PlanPart {
  const interfaces = machines.flatMap((machine) => machine.interfaces);
  const going = new Set(interfaces.map(({ uuid }) => uuid));
  const addresses = seen.addresses.flatMap((address) => addressWrites(address, going, seen.instance === undefined));
  const floatingIps = interfaces.flatMap(({ uuid, floatingIps: own }) =>
    own.map((floatingIp): Write => ({
      do: 'delete-reference',
      on: { kind: 'floating-ip', uuid: floatingIp },
      to: { kind: 'virtual-machine-interface', uuid },
      relaxed: false,
    })),
  );
  const unused = seen.tables.filter(({ users }) => users.every((user) => going.has(user)));
  // What others hold would not be deleted: it goes when they let go of it.
  const free = machines.filter(({ heldBy }) => heldBy === undefined);
  const stages: readonly Stage[] = [
    { name: 'let go of addresses', writes: [...addresses, ...floatingIps] },
    { name: 'interfaces', writes: interfaces.map(({ uuid }) => remove('virtual-machine-interface', uuid)) },
    {
      name: 'unplace',
      writes: [
        ...unused.map(({ uuid }) => remove('interface-route-table', uuid)),
        ...free.flatMap(({ uuid, routers }) => routers.map((router) => unplace(router, uuid))),
      ],
    },
    { name: 'virtual machines', writes: free.map(({ uuid }) => remove('virtual-machine', uuid)) },
  ];
  const troubles = machines.flatMap(({ name, heldBy }): readonly Trouble[] =>
    heldBy === undefined
      ? []
      : [{ type: 'held', message: `${name} is to be deleted, and port ${heldBy} of somebody else refers to it` }],
  );
  return { stages, verdicts: [], troubles };
}

/** Takes a virtual machine off a vRouter. */
export function unplace(router: string, machine: string): Write {
  return {
    do: 'delete-reference',
    on: { kind: 'virtual-router', uuid: router },
    to: { kind: 'virtual-machine', uuid: machine },
    relaxed: false,
  };
}

// An address that others have, too, such as that of a VIP port, is theirs: only our interfaces go off it.
function addressWrites(address: AddressSeen, going: ReadonlySet<string>, isGone: boolean): readonly Write[] {
  const ours = address.holders.filter((holder) => going.has(holder));
  const isLeft = address.isService && address.holders.length === ours.length && (ours.length > 0 || isGone);
  if (isLeft) return [remove('instance-ip', address.uuid)];
  return ours.map((holder): Write => ({
    do: 'delete-reference',
    on: { kind: 'instance-ip', uuid: address.uuid },
    to: { kind: 'virtual-machine-interface', uuid: holder },
    relaxed: false,
  }));
}

function remove(
  kind: 'instance-ip' | 'interface-route-table' | 'virtual-machine' | 'virtual-machine-interface',
  uuid: string,
): Write {
  return { do: 'delete', on: { kind, uuid } };
}
