import type { Write } from '../../planning/index.js';
import { ownedBy, type AddressBook, type WantedAddresses } from './addresses.js';
import { interfaceName, macOf, routeTableName } from './names.js';
import type {
  AddressSeen,
  GroupSeen,
  InstanceFacts,
  InterfaceSeen,
  MachineSeen,
  NetworkSeen,
  ServiceSeen,
  SideSeen,
} from './seen.js';
import type { Trouble } from './service-plan.js';

/** What is to be written for one interface of one virtual machine. */
export interface InterfacePlan {
  readonly writes: readonly Write[];
  /** What gives it its addresses. */
  readonly addressWrites: readonly Write[];
  readonly troubles: readonly Trouble[];
  /** Once this is written, it has all that it needs. */
  readonly isComplete: boolean;
}

interface Place {
  readonly seen: ServiceSeen;
  readonly instance: InstanceFacts;
  readonly machine: MachineSeen;
  readonly book: AddressBook;
}

const nothing: InterfacePlan = { writes: [], addressWrites: [], troubles: [], isComplete: false };

/** Plans one interface of one virtual machine: itself, and its addresses. */
export function planInterface(side: SideSeen, place: Place): InterfacePlan {
  const { seen, machine, book } = place;
  const { network } = side;
  if (network === undefined) return nothing;
  const name = interfaceName(machine.name, side.type, side.place);
  if (seen.taken.includes(name)) {
    return {
      ...nothing,
      troubles: [{ type: 'name-taken', message: `an interface of somebody else is called ${name}` }],
    };
  }
  const port = machine.interfaces.find((one) => one.name === name);
  const shared = book.sharedBy(side);
  if (port === undefined) return { ...nothing, writes: createWrites(name, { ...place, side, network, shared }) };
  const wanted = shared ?? book.ownOf(side, machine, port);
  const isThere = wanted.missing.length === 0 && !wanted.isTaken;
  const mac = isThere ? macOfAddresses(wanted.there) : undefined;
  const fqName = [...place.instance.fqName.slice(0, -1), name];
  return {
    writes: [...correct(port, { ...place, side, network, mac })],
    addressWrites: [
      ...(shared === undefined
        ? wanted.missing.map((one) => book.create(one, network, { uuid: port.uuid, fqName }))
        : []),
      ...wanted.there.flatMap((address) => [
        ...(shared === undefined ? book.corrections(address) : []),
        ...(address.holders.includes(port.uuid) ? [] : [link(address, port)]),
      ]),
      ...(side.lent.state === 'lent' && isThere
        ? notLent(port, wanted.there, seen).map((one) => unlink(one, port))
        : []),
    ],
    troubles: [],
    isComplete: isThere,
  };
}

function createWrites(
  name: string,
  {
    seen,
    instance,
    machine,
    side,
    network,
    shared,
  }: Place & { readonly side: SideSeen; readonly network: NetworkSeen; readonly shared: WantedAddresses | undefined },
): readonly Write[] {
  // The address comes first: the MAC address follows from it, and needs no write of its own then.
  if (shared !== undefined && (shared.isTaken || shared.missing.length > 0)) return [];
  const table = tableOf(side, seen);
  if (side.hasStaticRoutes && table === undefined) return [];
  const mac = macOfAddresses(shared?.there ?? []);
  const groups = groupsOf(instance, side, network);
  const project = instance.fqName.slice(0, -1);
  return [
    {
      do: 'create',
      kind: 'virtual-machine-interface',
      as: name,
      fqName: [...project, name],
      parent: { kind: 'project', uuid: instance.project },
      properties: {
        id_perms: { enable: true, user_visible: false },
        perms2: ownedBy(instance.project),
        virtual_machine_interface_properties: propertiesOf(side, localPreferenceOf(instance, machine)),
        ...(mac === undefined ? {} : { virtual_machine_interface_mac_addresses: { mac_address: [mac] } }),
      },
      references: [
        { to: { kind: 'virtual-machine', uuid: machine.uuid, fqName: [machine.name] } },
        { to: { kind: 'virtual-network', uuid: network.uuid, fqName: network.fqName } },
        ...groups.map((group) => ({ to: { kind: 'security-group', ...group } as const })),
        ...(table === undefined
          ? []
          : [{ to: { kind: 'interface-route-table', uuid: table.uuid, fqName: [...project, table.name] } as const }]),
      ],
    },
  ];
}

function correct(
  port: InterfaceSeen,
  {
    seen,
    instance,
    machine,
    side,
    network,
    mac,
  }: Place & { readonly side: SideSeen; readonly network: NetworkSeen; readonly mac: string | undefined },
): readonly Write[] {
  const on = { kind: 'virtual-machine-interface', uuid: port.uuid } as const;
  const preference = localPreferenceOf(instance, machine);
  const table = tableOf(side, seen);
  const isRight =
    port.type === side.type && port.localPreference === preference && (mac === undefined || port.mac === mac);
  // Who lends the addresses sees to the groups, too.
  const groups = side.lent.state === 'own' && !port.hasSecurityGroup ? groupsOf(instance, side, network) : [];
  return [
    ...(isRight
      ? []
      : [
          {
            do: 'set',
            on,
            properties: {
              virtual_machine_interface_properties: propertiesOf(side, preference),
              virtual_machine_interface_mac_addresses: { mac_address: [mac ?? port.mac] },
            },
          } as const,
        ]),
    ...groups.map(({ uuid }) => refer(on, { kind: 'security-group', uuid })),
    ...(table === undefined || port.tables.includes(table.uuid)
      ? []
      : [refer(on, { kind: 'interface-route-table', uuid: table.uuid })]),
  ];
}

// The roles are by place, and stay where they are when a virtual machine moves (recordings svc-monitor/80 and 81).
function localPreferenceOf({ haMode }: InstanceFacts, { index }: MachineSeen): number | undefined {
  return haMode === 'active-standby' ? (index === 1 ? 200 : 100) : undefined;
}

function propertiesOf({ type }: SideSeen, preference: number | undefined): Readonly<Record<string, unknown>> {
  // As the original's client sends it.
  return {
    service_interface_type: type,
    interface_mirror: null,
    local_preference: preference ?? null,
    sub_interface_vlan_tag: null,
    max_flows: 0,
  };
}

function hasSecurityGroup({ template, fqName }: InstanceFacts): boolean {
  const isInNetwork = template?.mode === 'in-network' || template?.mode === 'in-network-nat';
  return isInNetwork && fqName.at(-2) !== 'default-project';
}

function groupsOf(instance: InstanceFacts, { lent }: SideSeen, { securityGroup }: NetworkSeen): readonly GroupSeen[] {
  if (lent.state === 'lent' && lent.securityGroups.length > 0) return lent.securityGroups;
  return hasSecurityGroup(instance) && securityGroup !== undefined ? [securityGroup] : [];
}

// What it had from a VIP port that is not the one any more.
function notLent(
  { uuid }: InterfaceSeen,
  lent: readonly AddressSeen[],
  { addresses }: ServiceSeen,
): readonly AddressSeen[] {
  return addresses.filter((one) => one.holders.includes(uuid) && !lent.includes(one));
}

function tableOf(
  { type, hasStaticRoutes }: SideSeen,
  { uuid, tables }: ServiceSeen,
): ServiceSeen['tables'][number] | undefined {
  return hasStaticRoutes ? tables.find(({ name }) => name === routeTableName(uuid, type)) : undefined;
}

// Of the IPv4 address, where there is one.
function macOfAddresses(addresses: readonly AddressSeen[]): string | undefined {
  const address = addresses.find(({ family }) => family === 'v4') ?? addresses[0];
  return address === undefined ? undefined : macOf(address.uuid);
}

function link({ uuid }: AddressSeen, port: InterfaceSeen): Write {
  return refer({ kind: 'instance-ip', uuid }, { kind: 'virtual-machine-interface', uuid: port.uuid });
}

function unlink({ uuid }: AddressSeen, port: InterfaceSeen): Write {
  const to = { kind: 'virtual-machine-interface', uuid: port.uuid } as const;
  return { do: 'delete-reference', on: { kind: 'instance-ip', uuid }, to, relaxed: false };
}

function refer(
  on: { readonly kind: 'instance-ip' | 'virtual-machine-interface'; readonly uuid: string },
  to: {
    readonly kind: 'security-group' | 'interface-route-table' | 'virtual-machine-interface';
    readonly uuid: string;
  },
): Write {
  // As the original's: nothing of this is a tenant's to delete.
  return { do: 'add-reference', on, to, relaxed: false };
}
