import type { Json } from '../../fixtures/index.js';
import { made, madeUndashed, type ComparedRequest } from './request.js';
import { nobody, vmi, type Maker, type Thing, type World } from './world.js';

/** Creates, updates and deletes of the config API. */
export function configRequests(world: World): readonly (readonly [weight: number, maker: Maker])[] {
  return [
    [3, () => create(world, 'virtual-ip')],
    [4, () => create(world, world.dice.pick(Object.keys(bodies)))],
    [2, () => update(world, world.any(world.dice.pick(['virtual-ip', 'floating-ip', vmi, 'virtual-network'])))],
    [2, () => update(world, world.anything())],
    [1, () => remove(world)],
  ];
}

/** What a create says besides its name, by kind. */
const bodies: Readonly<Record<string, (world: World) => Json | undefined>> = {
  'virtual-ip': (world) => {
    const properties = { address: '10.107.0.9', protocol: 'TCP', protocol_port: 80, subnet_id: nobody };
    return {
      ...(world.dice.chance(0.5) ? { virtual_ip_properties: world.spoilt(properties) } : {}),
      ...(world.dice.chance(0.4) ? { annotations: world.spoilt({ key_value_pair: [{ key: 'a', value: 'b' }] }) } : {}),
      ...(world.dice.chance(0.5) ? refer(world, vmi) : {}),
    };
  },
  'security-group': (world) => ({
    ...(world.dice.chance(0.2) ? { configured_security_group_id: world.dice.pick([0, 100]) } : {}),
  }),
  'network-ipam': (world) => ({ network_ipam_mgmt: world.spoilt({ ipam_method: 'dhcp' }) }),
  'virtual-network': (world) => ({
    ...(world.dice.chance(0.5) ? { is_shared: world.spoilt(world.dice.chance(0.5)) } : {}),
    ...(world.dice.chance(0.3) ? { route_target_list: world.spoilt({ route_target: ['target:64999:7'] }) } : {}),
  }),
  [vmi]: (world) => ({
    ...refer(world, 'virtual-network'),
    ...(world.dice.chance(0.3) ? refer(world, 'security-group') : {}),
    ...(world.dice.chance(0.3)
      ? { virtual_machine_interface_properties: world.spoilt({ service_interface_type: 'left' }) }
      : {}),
  }),
  'instance-ip': (world) => {
    const subnet = world.any('subnet', ({ network }) => network?.isExternal === false);
    if (subnet?.network === undefined) return undefined;
    return {
      virtual_network_refs: world.spoilt([{ to: subnet.network.fqName }]),
      ...(world.dice.chance(0.5) ? refer(world, vmi) : {}),
      ...(world.dice.chance(0.3) ? { instance_ip_address: world.spoilt(world.addressIn(subnet)) } : {}),
      ...(world.dice.chance(0.3) ? { instance_ip_family: world.spoilt('v4') } : {}),
      ...(world.dice.chance(0.2) ? { subnet_uuid: made(subnet.number) } : {}),
    };
  },
  'interface-route-table': (world) => ({ interface_route_table_routes: world.spoilt({ route: [] }) }),
  'route-table': (world) => ({ routes: world.spoilt({ route: [{ prefix: '0.0.0.0/0', next_hop: 'x' }] }) }),
  'logical-router': (world) => (world.dice.chance(0.5) ? refer(world, vmi) : {}),
  'network-policy': (world) => ({ network_policy_entries: world.spoilt({ policy_rule: [] }) }),
  'loadbalancer-pool': (world) => ({
    loadbalancer_pool_properties: world.spoilt({ protocol: 'HTTP', loadbalancer_method: 'ROUND_ROBIN' }),
    ...(world.dice.chance(0.5) ? refer(world, 'loadbalancer-healthmonitor') : {}),
  }),
  'loadbalancer-healthmonitor': (world) => ({
    loadbalancer_healthmonitor_properties: world.spoilt({ monitor_type: 'TCP', delay: '5' }),
  }),
  loadbalancer: (world) => ({
    loadbalancer_properties: world.spoilt({ vip_address: '10.107.0.9', admin_state: true }),
    ...(world.dice.chance(0.5) ? refer(world, vmi) : {}),
  }),
  'loadbalancer-listener': (world) => ({
    loadbalancer_listener_properties: world.spoilt({ protocol: 'HTTP', protocol_port: 80 }),
    ...(world.dice.chance(0.5) ? refer(world, 'loadbalancer') : {}),
  }),
  'bgp-as-a-service': (world) => ({
    autonomous_system: world.spoilt(world.isWrong() ? 70_000 : 64_999),
    bgpaas_ip_address: world.spoilt('10.107.0.9'),
  }),
  'tag-type': (world) => ({
    tag_type_id: world.spoilt(`0x${(0x4000 + world.dice.below(0x8000)).toString(16)}`),
  }),
  tag: (world) => ({
    tag_type_name: world.spoilt(world.dice.pick(['label', 'site'])),
    tag_value: world.spoilt(world.dice.pick(['one', 'two', 'three'])),
  }),
};

const rootKinds: readonly string[] = ['instance-ip', 'virtual-machine', 'tag-type'];

function refer(world: World, kind: string): Json {
  const target = world.any(kind);
  const field = `${kind.replaceAll('-', '_')}_refs`;
  return target === undefined ? {} : { [field]: world.spoilt([{ to: target.fqName }]) };
}

function create(world: World, kind: string): ComparedRequest | undefined {
  const fields = bodies[kind]?.(world);
  if (fields === undefined) return undefined;
  const name = kind === 'tag' ? `${String(fields['tag_type_name'])}=${String(fields['tag_value'])}` : world.name('o');
  const thing = rootKinds.includes(kind)
    ? world.number(kind, [`${world.projectName}-${name}`])
    : world.inProject(kind, name, kind === 'virtual-network' ? { isExternal: false } : networkOf(world, fields));
  const parent = rootKinds.includes(kind) ? {} : { parent_type: world.spoilt('project') };
  const uuid = world.isWrong() ? 'not-a-uuid' : world.dice.uuid();
  const body = { [kind]: { fq_name: thing.fqName, ...parent, uuid, ...fields } };
  return world.making(thing, { method: 'POST', path: `/${kind}s`, body });
}

function networkOf(world: World, fields: Json): { readonly network?: Thing } {
  const [reference] = Array.isArray(fields['virtual_network_refs']) ? (fields['virtual_network_refs'] as Json[]) : [];
  const network = world.all('virtual-network').find(({ fqName }) => fqName === reference?.['to']);
  return network === undefined ? {} : { network };
}

function update(world: World, thing: Thing | undefined): ComparedRequest | undefined {
  if (thing === undefined) return undefined;
  const common: readonly Json[] = [
    { display_name: world.spoilt('renamed') },
    { id_perms: world.spoilt({ enable: false, description: 'text' }) },
    { annotations: world.spoilt({ key_value_pair: [{ key: 'a', value: 'c' }] }) },
    { perms2: world.spoilt({ owner: madeUndashed(0), owner_access: 7, global_access: 5, share: [] }) },
    { nonsense: 1 },
    {},
  ];
  const own = changes[thing.kind]?.(world) ?? [];
  const change = own.length > 0 && world.dice.chance(0.6) ? world.dice.pick(own) : world.dice.pick(common);
  return { method: 'PUT', path: `/${thing.kind}/${world.uuid(thing)}`, body: { [thing.kind]: change } };
}

/** Changes of what a kind alone has. */
const changes: Readonly<Record<string, (world: World) => readonly Json[]>> = {
  'virtual-ip': (world) => [
    { virtual_ip_properties: world.spoilt({ protocol: world.isWrong() ? 'BOGUS' : 'TCP', protocol_port: '81' }) },
    { virtual_machine_interface_refs: world.spoilt(referencesTo(world, vmi)) },
    { virtual_machine_interface_refs: world.dice.pick([[], null]) },
  ],
  'floating-ip': (world) => [
    { virtual_machine_interface_refs: world.spoilt(referencesTo(world, vmi)) },
    { floating_ip_fixed_ip_address: world.spoilt(world.dice.pick(['10.107.0.9', null])) },
    { floating_ip_is_virtual_ip: world.spoilt(true) },
    { floating_ip_traffic_direction: world.isWrong() ? 'up' : 'ingress' },
  ],
  [vmi]: (world) => [
    { security_group_refs: world.spoilt(referencesTo(world, 'security-group')) },
    { virtual_machine_interface_device_owner: world.spoilt('compute:nova') },
    { port_security_enabled: world.spoilt(world.dice.chance(0.5)) },
    { virtual_machine_interface_properties: world.spoilt({ service_interface_type: 'right', local_preference: 200 }) },
  ],
  'virtual-network': (world) => [
    { is_shared: world.spoilt(world.dice.chance(0.5)) },
    { network_policy_refs: [] },
    { virtual_network_properties: world.spoilt({ rpf: 'enable' }) },
    { route_target_list: world.spoilt({ route_target: ['target:64999:8'] }) },
  ],
  'instance-ip': (world) => [
    { virtual_machine_interface_refs: world.spoilt(referencesTo(world, vmi)) },
    { instance_ip_mode: world.isWrong() ? 'x' : 'active-active' },
    { instance_ip_secondary: world.spoilt(true) },
  ],
  'logical-router': (world) => [{ virtual_machine_interface_refs: world.spoilt(referencesTo(world, vmi)) }],
  'loadbalancer-pool': (world) => [
    { loadbalancer_pool_properties: world.spoilt({ protocol: 'TCP', admin_state: true }) },
    { loadbalancer_healthmonitor_refs: referencesTo(world, 'loadbalancer-healthmonitor') },
  ],
};

function referencesTo(world: World, kind: string): readonly Json[] {
  const target = world.any(kind);
  return target === undefined ? [] : [{ to: target.fqName, uuid: world.uuid(target) }];
}

function remove(world: World): ComparedRequest | undefined {
  const thing = world.anything();
  return thing === undefined ? undefined : removal(world, thing);
}

/** The delete of a thing by the config API. */
export function removal(world: World, thing: Thing): ComparedRequest {
  return world.removing(thing, { method: 'DELETE', path: `/${thing.kind}/${made(thing.number)}` });
}
