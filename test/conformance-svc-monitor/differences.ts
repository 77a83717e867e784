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
export const notConcerned: readonly { readonly from: number; readonly to: number; readonly reason: string }[] = [];

/** All differences that are meant, in one table. */
export const meantDifferences: readonly MeantDifference[] = [
  {
    recordings: [45],
    where: /service-health-check .*/,
    fields: ['annotations', 'display_name'],
    reason:
      'ours marks the health checks of a native load balancer with what they are of, and names them after the monitor',
    cites: 'docs/original/loadbalancer-native.md, "Health checks"',
  },
  {
    recordings: [45],
    where: /virtual-machine-interface .*:pod-\d/,
    fields: ['service_health_check_refs'],
    reason: 'ours names health checks after the monitor',
    cites: 'docs/original/loadbalancer-native.md, "Health checks"',
  },
  {
    recordings: [47],
    atTakeOver: [47],
    where: /floating-ip .*-externalIP/,
    fields: ['floating_ip_traffic_direction'],
    reason:
      'the original leaves the direction of an external floating ip at both when it has started; ours leads inwards only',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [48],
    where: /floating-ip .*-externalIP/,
    fields: ['floating_ip_port_mappings_enable', 'floating_ip_traffic_direction', 'virtual_machine_interface_refs'],
    reason: 'the original leads to members that are gone, and has left the direction at both',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [48],
    where: /floating-ip .*-externalIP/,
    fields: ['floating_ip_port_mappings'],
    ours: 'absent',
    reason: 'the original keeps the mappings of members that are gone',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [49, 58, 66, 79],
    atTakeOver: [49, 58, 66, 79],
    where: /floating-ip .*/,
    fields: ['virtual_machine_interface_refs', 'floating_ip_port_mappings'],
    ours: 'absent',
    reason:
      'the original keeps the interface that had the first address of a member; ours follows the address, which nobody has here',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 58, 66, 79],
    atTakeOver: [40, 41, 42, 43, 44, 45, 46, 47, 49, 58, 66, 79],
    where: /floating-ip .*/,
    fields: ['annotations'],
    ours: /native-loadbalancer/,
    reason: 'ours marks the floating ips of a native load balancer with it, to find them when it is gone',
    cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
  },
  {
    recordings: [40, 47, 49],
    where: /floating-ip [^:]*:<its end>/,
    fields: ['display_name'],
    reason: 'ours names the floating ip of an address after that address, so that nobody makes a second one',
    cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
  },
  {
    recordings: [41, 42, 44, 45, 46, 47, 49],
    where: /(floating-ip|virtual-machine-interface) .* -> .*/,
    fields: ['relaxed'],
    ours: /true/,
    reason: "the original's references keep the interface of a pod from being deleted; ours do not",
    cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
  },
  {
    recordings: [42, 43, 44, 45, 46, 47],
    atTakeOver: [42, 43, 44, 45, 46],
    where: /floating-ip .*/,
    fields: ['virtual_machine_interface_refs'],
    reason: 'the original leads to members that are gone; ours does not',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [43, 44, 45, 46, 47],
    atTakeOver: [43, 44, 45, 46, 47],
    where: /floating-ip .*/,
    fields: ['floating_ip_port_mappings'],
    ours: /"dst_port":(8080|9090),"protocol":"TCP","src_port":8000},{"dst_port":5353,"protocol":"UDP","src_port":53}/,
    reason:
      'the original keeps the mapping of a port that a listener has no more, and the port that a member had; ours maps the ports that there are (here all members are of one age)',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [45, 46, 47, 48],
    atTakeOver: [45, 46, 47],
    where: /service-health-check .*/,
    ours: 'absent',
    reason: 'the original leaves the health check behind when its monitor is unlinked; ours deletes it',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [45, 46, 47, 48],
    atTakeOver: [45, 46, 47],
    where: /virtual-machine-interface .*:pod-\d/,
    fields: ['service_health_check_refs'],
    ours: 'absent',
    reason:
      'the original leaves interfaces linked to the health check of a monitor that is unlinked; ours unlinks them',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [47, 48],
    atTakeOver: [47],
    where: /floating-ip .*/,
    reason:
      'the original takes the floating ips of a load balancer apart when it starts, and does not put all together again; ours leaves what is right',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recordings: [46],
    where: /(answer DELETE \/instance-ip\/.*|instance-ip .*|floating-ip [^:]*:<its end>)/,
    reason:
      'the original makes no floating ip for a second address; ours does, and an address with one cannot be deleted before it leaves the port',
    cites: 'docs/original/loadbalancer-native.md, "Addresses"',
  },
  {
    recordings: [49, 58, 66, 79],
    atTakeOver: [49, 58, 66, 79],
    where: /floating-ip .*/,
    fields: ['floating_ip_port_mappings_enable'],
    reason:
      'the original keeps the interface that had the first address of a member; ours follows the address, which nobody has here',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
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
    recordings: [100],
    where: /instance-ip a4ce8f87-c60b-4040-84cb-04527f212605/,
    fields: ['service_instance_ip'],
    ours: 'absent',
    reason: 'the original marks the address of a VIP as one of a service at its restart; the VIP port has it first',
    cites: 'docs/original/service-instance.md, "Service instances of version 1 in the original"',
  },
  {
    recordings: [32, 33, 34, 35, 36, 37, 38, 39, 52, 53, 56, 57, 91, 92],
    atTakeOver: [33, 34, 35, 36, 37, 39, 56, 57, 91],
    where: /service-instance .*:[\da-f-]{36}/,
    fields: ['service_instance_bindings haproxy_config'],
    ours: /stats socket/,
    reason:
      'the texts of haproxy’s configuration are compared by themselves (haproxy-texts.test.ts): order, and what the recording does not show',
    cites: 'docs/original/loadbalancer-haproxy.md, "The text"',
  },
  {
    recordings: [32, 56, 57, 58, 95, 97, 98, 100],
    where: /instance-ip .*/,
    fields: ['perms2'],
    ours: /"owner":"cloud-admin"/,
    reason: 'the original hands the address of a VIP port over to the project; ours leaves whose it is',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recordings: [39, 91, 92],
    atTakeOver: [39, 91],
    where: /virtual-machine .*__[12]/,
    fields: ['placed on vRouters'],
    ours: /"up"/,
    reason: 'the recording does not show where the virtual machines of the load balancer are: ours places them',
    cites: 'docs/original/loadbalancer-haproxy.md, "What the recordings do not show"',
  },
  {
    recordings: [39, 56, 57],
    atTakeOver: [39, 56, 57],
    where: /virtual-machine-interface .*52c5c6b8-512a-441f-9088-9d74baf0a231__[12]__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    reason: 'the recording does not show the ports of the listeners that are there before it',
    cites: 'docs/original/loadbalancer-haproxy.md, "What the recordings do not show"',
  },
  {
    recordings: [39],
    where: /virtual-machine-interface .*52c5c6b8-512a-441f-9088-9d74baf0a231__[12]__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    ours: 'absent',
    when: 'before the end',
    reason: 'the recording does not show the ports of the listeners that are there before it',
    cites: 'docs/original/loadbalancer-haproxy.md, "What the recordings do not show"',
  },
  {
    recordings: [91],
    where: /virtual-machine-interface .*__[12]__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    ours: /"port":8000/,
    when: 'before the end',
    reason: 'the original sees at its restart, ours at its start, what was changed while it was down',
    cites: 'docs/original/loadbalancer-haproxy.md, "What is right instead"',
  },
  {
    recordings: [58, 66, 79],
    atTakeOver: [58, 66, 79],
    where: /floating-ip .*:public:floating-ip-pool:584c6c90-81aa-4e85-9460-210d3ad66fa7/,
    fields: ['virtual_machine_interface_refs'],
    ours: 'absent',
    reason: 'the original leaves a floating ip on the interfaces that the VIP port has no more; ours takes it off them',
    cites: 'docs/original/loadbalancer-haproxy.md, "What follows the VIP"',
  },
  {
    recordings: [97, 98, 100],
    atTakeOver: [97, 98],
    where: /(service-instance|virtual-machine|virtual-machine-interface) .*d45a2aee-ae34-404a-9d92-da59ecc74108.*/,
    reason: 'the original does not notice an address of a VIP port that comes late before its restart',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recordings: [97, 98, 100],
    atTakeOver: [97, 98],
    where: /loadbalancer .*:lb-noport/,
    fields: ['service_instance_refs'],
    reason: 'the original does not notice an address of a VIP port that comes late before its restart',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recordings: [97, 98, 100],
    atTakeOver: [97, 98],
    where: /instance-ip late-ipd45a2aee-ae34-404a-9d92-da59ecc74108/,
    fields: ['instance_ip_mode', 'virtual_machine_interface_refs'],
    reason: 'the original does not notice an address of a VIP port that comes late before its restart',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recordings: [100],
    where: /virtual-machine-interface .*d45a2aee-ae34-404a-9d92-da59ecc74108__[12]__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    ours: /"port":99/,
    when: 'before the end',
    reason: 'the original sets the fat flows of a load balancer with its next change',
    cites: 'docs/original/loadbalancer-haproxy.md, "What is right instead"',
  },
  {
    recordings: [51, 52, 53, 54],
    atTakeOver: [51, 52],
    where: /virtual-machine-interface .*__[12]__right__1/,
    fields: ['virtual_machine_interface_fat_flow_protocols'],
    ours: /"port":(25|80|81|443)/,
    reason:
      'the original means to set the fat flows of load balancers of LBaaS v1, too, and looks for their port in the wrong place',
    cites: 'docs/original/loadbalancer-haproxy.md, "LBaaS v1"',
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
    recording: 79,
    most: 6,
    reason: 'ours puts right what the original has left of native load balancers (recordings 48 and 49)',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 41,
    most: 4,
    reason: 'ours marks the floating ip that the original has made',
    cites: 'docs/original/loadbalancer-native.md, "Floating ips"',
  },
  {
    recording: 42,
    most: 4,
    reason: 'ours marks the floating ip that the original has made, and takes a member off it that is gone',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 43,
    most: 3,
    reason: 'the original does nothing when a member is gone or a port changes',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 44,
    most: 7,
    reason: 'ours marks floating ips, and puts right what the original left wrong (recordings 42 and 43)',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 45,
    most: 18,
    reason: 'the original does nothing when a member or a monitor is gone',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 46,
    most: 17,
    reason:
      'the original does nothing when addresses come, and ours puts right what it left wrong (recordings 42 to 45)',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 47,
    most: 9,
    reason: 'ours puts right what the original left wrong (recordings 42 to 45)',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 48,
    most: 16,
    reason: 'the original does nothing when members, pools, listeners and load balancers go',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
  {
    recording: 49,
    most: 5,
    reason: 'the original does not follow the address of a member',
    cites: 'docs/original/loadbalancer-native.md, "What the original does wrong"',
  },
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
  {
    recording: 37,
    most: 9,
    reason: 'what the text says in another order is written once',
    cites: 'docs/original/loadbalancer-haproxy.md, "The text"',
  },
  {
    recording: 97,
    most: 13,
    reason: 'the original does not notice an address of a VIP port that comes late before its restart',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recording: 98,
    most: 13,
    reason: 'the original does not notice an address of a VIP port that comes late before its restart',
    cites: 'docs/original/loadbalancer-haproxy.md, "The VIP port"',
  },
  {
    recording: 79,
    most: 3,
    reason: 'ours takes a floating ip first off the interfaces on which the original has left it (recording 58)',
    cites: 'docs/original/loadbalancer-haproxy.md, "What follows the VIP"',
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
