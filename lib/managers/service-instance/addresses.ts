import { decide, verdictOf, type Verdict, type Write } from '../../planning/index.js';
import { ownAddressName, sharedAddressName, type Family } from './names.js';
import { wantedInstances } from './instance-count.js';
import { addressRules, type AddressRuleFacts } from './rules.js';
import type {
  AddressSeen,
  InstanceFacts,
  InterfaceSeen,
  MachineSeen,
  NetworkSeen,
  ServiceSeen,
  SideSeen,
} from './seen.js';
import type { Trouble } from './service-plan.js';

/** What the addresses of an interface are: those that are there, those that are to be made, and whether somebody else is in the way. */
export interface WantedAddresses {
  readonly there: readonly AddressSeen[];
  readonly missing: readonly { readonly name: string; readonly family: Family }[];
  readonly isTaken: boolean;
}

/** The addresses of a service instance: which side has which, and what is to be written for those that all instances share. */
export class AddressBook {
  public readonly verdicts: Verdict[] = [];
  public readonly troubles: Trouble[] = [];
  private readonly ours: ReadonlySet<string>;
  private readonly shared: ReadonlyMap<number, WantedAddresses>;
  private readonly changes: Write[] = [];

  public constructor(
    private readonly seen: ServiceSeen,
    private readonly instance: InstanceFacts,
  ) {
    this.ours = new Set(seen.machines.flatMap(({ interfaces }) => interfaces.map(({ uuid }) => uuid)));
    const shared = new Map<number, WantedAddresses>();
    for (const side of instance.sides.filter(isOfAll)) shared.set(side.place, this.sharedOf(side, shared));
    this.shared = shared;
  }

  /** How active the addresses are (recordings svc-monitor/80, 85 and 86). */
  public get mode(): string {
    const { haMode } = this.instance;
    if (haMode !== undefined && haMode !== '') return haMode;
    return (wantedInstances(this.instance) ?? 0) > 1 ? 'active-active' : 'active-standby';
  }

  /** The addresses that all interfaces of a side have; undefined: each has its own. */
  public sharedBy(side: SideSeen): WantedAddresses | undefined {
    return this.shared.get(side.place);
  }

  /** The addresses that an interface has for itself. */
  public ownOf(side: SideSeen, machine: MachineSeen, port: InterfaceSeen): WantedAddresses {
    return this.wanted(side, (family) => ownAddressName(machine.name, side.type, port.uuid, family));
  }

  /** Makes an address, with the interfaces that are to have it from the beginning. */
  public create(
    { name, family }: { readonly name: string; readonly family: Family },
    network: NetworkSeen,
    port?: { readonly uuid: string; readonly fqName: readonly string[] },
  ): Write {
    return {
      do: 'create',
      kind: 'instance-ip',
      as: name,
      fqName: [name],
      parent: { kind: 'config-root' },
      properties: {
        instance_ip_family: family,
        service_instance_ip: true,
        instance_ip_mode: this.mode,
        // The tenant's from the beginning: that spares a request to hand it over.
        perms2: ownedBy(this.instance.project),
      },
      references: [
        { to: { kind: 'virtual-network', uuid: network.uuid, fqName: network.fqName } },
        ...(port === undefined ? [] : [{ to: { kind: 'virtual-machine-interface', ...port } as const }]),
      ],
    };
  }

  /** What makes an address that is there what it is to be. */
  public corrections({ uuid, mode, isService, holders }: AddressSeen): readonly Write[] {
    // An address that others have, too, is not marked as one of a service: a VIP port's own is a tenant's.
    const isOurs = holders.length > 0 && holders.every((holder) => this.ours.has(holder));
    const properties = {
      ...(mode === this.mode ? {} : { instance_ip_mode: this.mode }),
      ...(isService || !isOurs ? {} : { service_instance_ip: true }),
    };
    return Object.keys(properties).length === 0 ? [] : [{ do: 'set', on: { kind: 'instance-ip', uuid }, properties }];
  }

  /** What is to be written for addresses before the interfaces that get them. */
  public writes(count: number): readonly Write[] {
    if (count === 0) return [];
    const seen = new Set<WantedAddresses>();
    const made = this.instance.sides.flatMap((side) => {
      const { network } = side;
      const wanted = this.shared.get(side.place);
      if (wanted === undefined || network === undefined || seen.has(wanted)) return [];
      seen.add(wanted);
      return [
        ...wanted.missing.map((one) => this.create(one, network)),
        ...wanted.there.flatMap((one) => this.corrections(one)),
      ];
    });
    return [...this.changes, ...made];
  }

  private sharedOf(side: SideSeen, before: ReadonlyMap<number, WantedAddresses>): WantedAddresses {
    const { lent, type } = side;
    if (lent.state === 'lent') {
      const there = this.seen.addresses.filter(({ uuid }) => lent.uuids.includes(uuid));
      return { there, missing: [], isTaken: there.length < lent.uuids.length };
    }
    // A template can have a type at several places. The address goes by the type: it is in the network of the first.
    const first = this.instance.sides.find((one) => isOfAll(one) && one.type === type);
    const ofFirst = first === undefined ? undefined : before.get(first.place);
    if (ofFirst === undefined) return this.wanted(side, (family) => sharedAddressName(this.seen.joined, type, family));
    if (first?.network?.uuid === side.network?.uuid) return ofFirst;
    const message = `interfaces of type ${type} are to share an address, and are in different networks: the first has it`;
    this.troubles.push({ type: 'name-taken', message });
    return { there: [], missing: [], isTaken: true };
  }

  private wanted(side: SideSeen, nameOf: (family: Family) => string): WantedAddresses {
    const there: AddressSeen[] = [];
    const missing: { name: string; family: Family }[] = [];
    let isTaken = false;
    for (const family of side.network?.families ?? []) {
      const name = nameOf(family);
      const address = this.seen.addresses.find((one) => one.name === name);
      const rule = decide(addressRules, this.factsOf(address, side));
      if (address !== undefined) this.verdicts.push(verdictOf({ kind: 'instance-ip', uuid: address.uuid }, rule));
      if (rule.stands === 'create') missing.push({ name, family });
      else if (address !== undefined && rule.stands === 'use') there.push(address);
      else if (address !== undefined && rule.stands === 'replace') {
        this.changes.push({ do: 'delete', on: { kind: 'instance-ip', uuid: address.uuid } });
        isTaken = true;
      } else {
        isTaken = true;
        this.troubles.push({ type: 'name-taken', message: `the address ${name} is not ours: ${rule.says}` });
      }
    }
    return { there, missing, isTaken };
  }

  private factsOf(address: AddressSeen | undefined, { network }: SideSeen): AddressRuleFacts {
    if (address === undefined) return { address: 'none', network: 'right', holders: 'none' };
    const ours = address.holders.filter((holder) => this.ours.has(holder)).length;
    const others = address.holders.length - ours;
    return {
      address: address.isService ? 'of-service' : 'plain',
      network: address.network === network?.uuid ? 'right' : 'other',
      holders: ours > 0 ? (others > 0 ? 'both' : 'ours') : others > 0 ? 'others' : 'none',
    };
  }
}

/** The permissions of an object of a tenant, as `chown` leaves them (recording svc-monitor/80). */
export function ownedBy(project: string): Readonly<Record<string, unknown>> {
  return { owner: project, owner_access: 7, global_access: 0, share: [] };
}

function isOfAll({ isShared, lent }: SideSeen): boolean {
  return isShared || lent.state === 'lent';
}
