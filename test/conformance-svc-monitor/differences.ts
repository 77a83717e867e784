import type { Difference } from './compared.js';

/** A difference from the original that is meant. */
export interface MeantDifference {
  /** Numbers of the recordings. */
  readonly recordings: readonly number[];
  /** Numbers of those after which it is seen, too, when ours takes over what the original left. Absent: none. */
  readonly atTakeOver?: readonly number[];
  /** What {@link Difference.where} has to match as a whole. */
  readonly where: RegExp;
  /** Which fields; absent: the whole object, which is on one side alone. */
  readonly fields?: readonly string[];
  /** What the JSON of our side has to match; `absent`: we have none of it. Absent: anything but that. */
  readonly ours?: RegExp | 'absent';
  /** `before the end`: only after steps that others follow. Absent: at any time. */
  readonly when?: 'before the end';
  /** What the original does, and what is right instead. */
  readonly reason: string;
  /** The page that says so, and which part of it. */
  readonly cites: string;
}

/** Recordings that are not played yet, with the reason. Those that no row names are played. */
export const notConcerned: readonly { readonly from: number; readonly to: number; readonly reason: string }[] = [
  { from: 32, to: 39, reason: 'load balancers v2 in haproxy are not taken over yet' },
  { from: 40, to: 49, reason: 'native load balancers are not taken over yet' },
  { from: 50, to: 54, reason: 'load balancers v1 are not taken over yet' },
  { from: 56, to: 58, reason: 'load balancers v2 in haproxy are not taken over yet' },
  { from: 95, to: 96, reason: 'providers of load balancers are not taken over yet' },
];

/** All differences that are meant, in one table. */
export const meantDifferences: readonly MeantDifference[] = [
  {
    recordings: [65],
    atTakeOver: [65],
    where: /route-table .*:rt_[^:]+/,
    ours: 'absent',
    reason:
      'the original leaves the route table of a router behind that was deleted while it was down; ours deletes it',
    cites: 'docs/original/snat.md, "What the original does wrong"',
  },
  {
    recordings: [66, 79],
    atTakeOver: [66, 79],
    where: /service-instance .*:snat_[^:]+/,
    fields: ['service_instance_properties'],
    ours: /:public2"/,
    reason: 'the original leaves SNAT where it was when the gateway moves to another network; ours moves it there',
    cites: 'docs/original/snat.md, "What the original does wrong"',
  },
  {
    recordings: [72],
    where: /virtual-machine-interface .*:fw2-left/,
    fields: ['virtual_machine_interface_allowed_address_pairs'],
    ours: /"10\.40\.1\.77"/,
    reason:
      'the original wipes pairs that a user sets on an interface; ours leaves them where its instance defines none',
    cites: 'docs/original/port-tuple.md, "Allowed address pairs"',
  },
  {
    recordings: [72],
    where: /virtual-machine-interface .*:fw[12]-left/,
    fields: ['virtual_machine_interface_allowed_address_pairs'],
    ours: /"address_mode":"active-active"/,
    when: 'before the end',
    reason: 'the original does not see that the address mode of a pair alone has changed',
    cites: 'docs/original/port-tuple.md, "Allowed address pairs"',
  },
  {
    recordings: [72],
    where: /instance-ip .*-left-v[46]/,
    fields: ['instance_ip_mode'],
    ours: /"active-active"/,
    when: 'before the end',
    reason: 'the original does not see that the address mode of a pair alone has changed',
    cites: 'docs/original/port-tuple.md, "Allowed address pairs"',
  },
  {
    recordings: [73, 74],
    where: /instance-ip .*-(left|right)-v4/,
    fields: ['annotations'],
    ours: /opensdn-svc-monitor\/given\//,
    reason:
      'ours notes what it has given to interfaces, so that it takes away nothing else; the original takes away all',
    cites: 'docs/original/port-tuple.md, "Links"',
  },
  {
    recordings: [79],
    where: /virtual-machine-interface .*:fw-left/,
    fields: ['interface_route_table_refs', 'service_health_check_refs'],
    reason: 'the original unlinks tables and checks that a user has linked to an interface; ours leaves them',
    cites: 'docs/original/port-tuple.md, "Links"',
  },
  {
    recordings: [81],
    where: /virtual-machine .*__ns1__1/,
    fields: ['placed on vRouters'],
    ours: /"up"/,
    when: 'before the end',
    reason: 'the original moves a virtual machine at its timer; ours when its vRouter is known to be down',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [82],
    where: /virtual-machine(-interface)? .*__ns1__1(__(left|right)__\d)?/,
    when: 'before the end',
    reason: 'the original makes a virtual machine that was lost anew at its timer; ours at once',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [82],
    where: /instance-ip .*__ns1-(left|right)/,
    fields: ['virtual_machine_interface_refs'],
    ours: /__ns1__1__(left|right)/,
    when: 'before the end',
    reason: 'the original makes a virtual machine that was lost anew at its timer; ours at once',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [85, 86],
    atTakeOver: [85, 86],
    where: /(instance-ip|virtual-machine-interface) .*__ns2__3[-_].*/,
    reason: 'the original makes the third of three instances without interfaces',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [85, 86],
    atTakeOver: [85, 86],
    where: /instance-ip .*__ns2-right/,
    fields: ['virtual_machine_interface_refs'],
    ours: /__ns2__3__right/,
    reason: 'the original makes the third of three instances without interfaces',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [85, 86],
    atTakeOver: [85, 86],
    where: /virtual-machine .*__ns2__3/,
    fields: ['placed on vRouters'],
    ours: /"up"/,
    reason: 'the original places no instance without interfaces',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [86],
    where: /(virtual-machine|virtual-machine-interface|instance-ip) .*__ns4(__1(__(left|right)__\d)?|-right)/,
    ours: 'absent',
    when: 'before the end',
    reason: 'the original begins with a network that has no subnet yet, and leaves it without address; ours waits',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [86, 87],
    atTakeOver: [86],
    where: /instance-ip .*__ns4-left/,
    reason: 'the original does not notice a subnet that comes later',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [87],
    where: /(virtual-network|routing-instance) .*:svc-vn-(left|right)/,
    ours: 'absent',
    when: 'before the end',
    reason: 'the original deletes its networks that nobody uses at its timer; ours at once',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [86, 87],
    atTakeOver: [86],
    where: /virtual-machine-interface .*__ns4__1__left__2/,
    fields: ['virtual_machine_interface_mac_addresses'],
    ours: /mac of instance-ip .*__ns4-left/,
    reason: 'the original does not notice a subnet that comes later: there is no address to make the MAC of',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [91],
    where: /virtual-machine-interface .*__1__right__1|virtual-machine-interface .*__2__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    ours: /"port":80,/,
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [92],
    where: /(service-instance|virtual-machine|virtual-machine-interface) .*f1fbeb1a-25a5-417c-a8a7-4bcebee0e3d4.*/,
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [92],
    where: /instance-ip f1fbeb1a-25a5-417c-a8a7-4bcebee0e3d4/,
    fields: ['virtual_machine_interface_refs'],
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [100],
    where: /(service-instance|virtual-machine|virtual-machine-interface) .*d45a2aee-ae34-404a-9d92-da59ecc74108.*/,
    ours: 'absent',
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [100],
    where: /loadbalancer .*:lb-noport/,
    fields: ['service_instance_refs'],
    ours: 'absent',
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [100],
    where: /instance-ip late-ipd45a2aee-ae34-404a-9d92-da59ecc74108/,
    fields: ['instance_ip_mode'],
    ours: 'absent',
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [100],
    where: /instance-ip late-ipd45a2aee-ae34-404a-9d92-da59ecc74108/,
    fields: ['perms2', 'virtual_machine_interface_refs'],
    reason: 'load balancers in haproxy are not taken over yet',
    cites: 'docs/replacing-svc-monitor.md, "What is not"',
  },
  {
    recordings: [100],
    where: /instance-ip a4ce8f87-c60b-4040-84cb-04527f212605/,
    fields: ['service_instance_ip'],
    ours: 'absent',
    reason: 'the original marks the address of a VIP as one of a service at its restart; the VIP port has it first',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
];

/** What ours changes, and is meant to, when it begins on what the original left at the end of a recording: what is of lasting effect. */
export const changesAtTakeOver: readonly MeantDifference[] = meantDifferences.flatMap((row) =>
  row.atTakeOver === undefined ? [] : [{ ...row, recordings: row.atTakeOver }],
);

/** Recordings in which we may write more than the original, with the most that we may. */
export const moreWrites: readonly {
  readonly recording: number;
  readonly most: number;
  readonly reason: string;
  readonly cites: string;
}[] = [
  {
    recording: 72,
    most: 12,
    reason: 'the original does not see that the address mode of a pair alone has changed, and writes nothing for it',
    cites: 'docs/original/port-tuple.md, "Allowed address pairs"',
  },
  {
    recording: 87,
    most: 42,
    reason: 'ours completes first what the original left without interfaces and addresses (recordings 85 and 86)',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
];

/** Whether a row says that a difference is meant. */
export function isMeant(
  row: MeantDifference,
  recording: number,
  { where, field, ours, afterStep }: Difference,
): boolean {
  if (row.when === 'before the end' && afterStep === undefined) return false;
  if (!row.recordings.includes(recording)) return false;
  const [whole] = row.where.exec(where) ?? [];
  if (whole !== where) return false;
  if (row.fields === undefined ? field !== '' : !row.fields.includes(field)) return false;
  if (row.ours === 'absent') return ours === undefined;
  if (row.ours === undefined) return ours !== undefined;
  return row.ours.test(ours === undefined ? '' : JSON.stringify(ours));
}
