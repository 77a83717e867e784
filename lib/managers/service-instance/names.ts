/** The names of what is made for a service instance: those of the original, by which its objects are found and its agents name theirs. */

/** The types of interfaces that a network of their own can be made for. */
export const namedTypes = ['left', 'right', 'management'] as const;

/** What an address of a side is called in which family: `v6` says so, `v4` does not. */
export type Family = 'v4' | 'v6';

/** The beginning of all names of a service instance (recording svc-monitor/80). */
export function joinedName(fqName: readonly string[]): string {
  return fqName.join('__');
}

/** The name of the virtual machine of one instance, counted from 1 (recording svc-monitor/80). */
export function machineName(joined: string, index: number): string {
  return `${joined}__${index}`;
}

/** What the virtual machines that run in a network namespace are called besides (recording svc-monitor/80). */
export function machineDisplayName(name: string): string {
  return `${name}__network-namespace`;
}

/** The parts of a virtual machine's name; undefined if it is none of a service instance. */
export function parseMachineName(name: string): { readonly joined: string; readonly index: number } | undefined {
  const match = /^(?<joined>.+)__(?<index>\d{1,6})$/.exec(name);
  const { joined, index } = match?.groups ?? {};
  return joined === undefined || index === undefined ? undefined : { joined, index: Number(index) };
}

/** The name of an interface; sides count from 1 (recording svc-monitor/80). */
export function interfaceName(machine: string, type: string, place: number): string {
  return `${machine}__${type}__${place}`;
}

/** The name of the address that all instances share on a side (recordings svc-monitor/80 and 86). */
export function sharedAddressName(joined: string, type: string, family: Family): string {
  return `${joined}-${type}${family === 'v6' ? '-v6' : ''}`;
}

/** The name of the address that one interface has for itself (recording svc-monitor/85). */
export function ownAddressName(machine: string, type: string, interfaceUuid: string, family: Family): string {
  return `${machine}-${type}-${interfaceUuid}${family === 'v6' ? '-v6' : ''}`;
}

/** The beginning of the names of a service instance in that of a shared address; undefined if it cannot be one. */
export function joinedOfSharedAddress(name: string): string | undefined {
  return /^(?<joined>.+__.+)-(?:left|right|management|other\d*)(?:-v6)?$/.exec(name)?.groups?.['joined'];
}

/** The interface in the name of an address that one has for itself; undefined if it is none. */
export function interfaceOfOwnAddress(name: string): string | undefined {
  const own = /__\d+-(?:left|right|management|other\d*)-(?<uuid>[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:-v6)?$/;
  return own.exec(name)?.groups?.['uuid'];
}

/** The parts of an interface's name; undefined if it is none of a service instance. */
export function parseInterfaceName(name: string): { readonly machine: string; readonly type: string } | undefined {
  const { machine, type } = /^(?<machine>.+__\d+)__(?<type>\w+?)__\d+$/.exec(name)?.groups ?? {};
  return machine === undefined || type === undefined ? undefined : { machine, type };
}

/** The name of the table of static routes of a side (recording svc-monitor/85). */
export function routeTableName(instance: string, type: string): string {
  return `${instance} ${type}`;
}

/** The MAC address of all interfaces that have an address: the first ten hex digits of the address's uuid (recording svc-monitor/80). */
export function macOf(addressUuid: string): string {
  const digits = addressUuid.replaceAll('-', '').slice(0, 10);
  return ['02', ...(digits.match(/../g) ?? [])].join(':');
}

/** The name of the network that a side gets where none is named (recording svc-monitor/86). */
export function serviceNetworkName(type: string): string {
  return `svc-vn-${type}`;
}

/** The subnets of the networks that are made where none is named: the original's (recording svc-monitor/86). */
export const serviceSubnets: Readonly<Record<string, readonly (readonly [prefix: string, length: number])[]>> = {
  management: [
    ['10.250.1.0', 24],
    ['fd12:3456:789a:1::', 64],
  ],
  left: [
    ['10.250.2.0', 24],
    ['fd12:3456:789a:2::', 64],
  ],
  right: [
    ['10.250.3.0', 24],
    ['fd12:3456:789a:3::', 64],
  ],
};
