import type { Json } from '../../fixtures/index.js';
import { made, madeUndashed, neutronRequest, type ComparedRequest } from './request.js';
import { nobody, vmi, type Maker, type Thing, type World } from './world.js';

/** The resources of Neutron by the kinds that they are made as. */
const resources: Readonly<Record<string, string>> = {
  [vmi]: 'port',
  'floating-ip': 'floatingip',
  'virtual-network': 'network',
  subnet: 'subnet',
  'security-group': 'security_group',
  'logical-router': 'router',
};

/** Requests to Neutron's endpoints. */
export function neutronRequests(world: World): readonly (readonly [weight: number, maker: Maker])[] {
  return [
    [4, () => createPort(world)],
    [3, () => createFloatingIp(world)],
    [2, () => createOther(world)],
    [4, () => updateFloatingIp(world)],
    [3, () => update(world, vmi)],
    [2, () => update(world, world.dice.pick(['virtual-network', 'subnet', 'logical-router', 'security-group']))],
    [2, () => routerInterface(world)],
    [1, () => createRule(world)],
    [2, () => remove(world)],
    [2, () => list(world)],
    [1, () => read(world)],
  ];
}

/** A create of Neutron's. */
export function neutronCreate(world: World, thing: Thing, fields: Json): ComparedRequest {
  const resource = { id: world.dice.uuid(), tenant_id: madeUndashed(world.project.number), ...fields };
  return world.making(
    thing,
    neutronRequest(world.project.number, `${resources[thing.kind] ?? ''} CREATE`, { resource }),
  );
}

/** A delete of Neutron's. */
export function neutronDelete(world: World, thing: Thing): ComparedRequest {
  return world.removing(thing, on(world, `${resources[thing.kind] ?? ''} DELETE`, made(thing.number)));
}

function on(world: World, what: string, id: string, resource?: Json): ComparedRequest {
  return neutronRequest(world.project.number, what, { id, ...(resource === undefined ? {} : { resource }) });
}

function createPort(world: World): ComparedRequest | undefined {
  const { dice } = world;
  const subnet = world.any('subnet', ({ network }) => network?.isExternal === false);
  if (subnet?.network === undefined) return undefined;
  const name = world.name('p');
  const thing = world.inProject(vmi, name, { network: subnet.network });
  return neutronCreate(world, thing, {
    name: world.isWrong() ? dice.pick(['dup', '']) : name,
    network_id: world.uuid(subnet.network),
    admin_state_up: true,
    ...(dice.chance(0.5)
      ? { fixed_ips: [dice.chance(0.5) ? { subnet_id: world.uuid(subnet) } : { ip_address: world.addressIn(subnet) }] }
      : {}),
    ...(dice.chance(0.4) ? { device_owner: dice.pick(['Octavia', 'compute:nova', 'neutron:LOADBALANCER']) } : {}),
    ...(dice.chance(0.2) ? { device_id: dice.pick([`lb-${dice.uuid()}`, dice.uuid(), '']) } : {}),
    ...(dice.chance(0.3) ? { allowed_address_pairs: pairs(world) } : {}),
    ...(dice.chance(0.05) ? { port_security_enabled: false } : {}),
    ...(dice.chance(0.2) ? { security_groups: groups(world) } : {}),
    ...(dice.chance(0.1) ? { 'binding:vnic_type': dice.pick(['normal', 'direct', 'virtio-forwarder']) } : {}),
  });
}

function pairs(world: World): readonly Json[] {
  const wide = world.dice.pick(['10.107.0.0/24', '10.0.0.0/8', 'fd00::/64', 'nonsense']);
  return [{ ip_address: world.isWrong() ? wide : world.addressIn(world.any('subnet')) }];
}

function groups(world: World): readonly string[] {
  const group = world.any('security-group');
  return group === undefined || world.dice.chance(0.3) ? [] : [world.uuid(group)];
}

function createFloatingIp(world: World): ComparedRequest | undefined {
  const { dice } = world;
  const network = world.any('virtual-network', (thing) => thing.isExternal === true);
  if (network === undefined) return undefined;
  const port = dice.chance(0.5) ? freePort(world) : undefined;
  const thing = world.inProject('floating-ip', world.name('f'), { network });
  const request = neutronCreate(world, thing, {
    floating_network_id: world.uuid(network),
    ...(port === undefined ? {} : { port_id: world.uuid(port) }),
    ...(world.isWrong() ? { fixed_ip_address: world.addressIn(undefined) } : {}),
    ...(dice.chance(0.1) ? { floating_ip_address: `100.64.200.${dice.pick([1, 9, 90, 91, 92])}` } : {}),
    ...(dice.chance(0.2) ? { description: 'text' } : {}),
  });
  return linking(world, thing, port === undefined ? [] : [port], request);
}

function freePort(world: World): Thing | undefined {
  return world.any(vmi, (port) => !world.isLinked(port, 'floating-ip'));
}

function linking(world: World, from: Thing, to: readonly Thing[], request: ComparedRequest): ComparedRequest {
  const taken = (): void => {
    request.taken?.();
    world.link(from, to);
  };
  return { ...request, taken };
}

function createOther(world: World): ComparedRequest | undefined {
  const { dice } = world;
  const network = world.any('virtual-network');
  const kind = dice.pick(['virtual-network', 'security-group', 'logical-router', 'subnet']);
  if (kind === 'subnet') {
    if (network === undefined) return undefined;
    const base = `10.${108 + dice.below(40)}.${dice.below(200)}`;
    const choice = dice.pick([
      { cidr: `${base}.0/24`, ip_version: 4 },
      { cidr: `${base}.0/24`, ip_version: 4, enable_dhcp: false, dns_nameservers: ['9.9.9.9'] },
      { cidr: `${base}.0/24`, ip_version: 4, allocation_pools: [{ start: `${base}.50`, end: `${base}.60` }] },
      { cidr: `fd00:${dice.below(9000) + 1}::/64`, ip_version: 6 },
    ]);
    const wrong = dice.pick([
      { cidr: `${base}.0/24`, ip_version: 4, gateway_ip: '10.1.0.1' },
      { cidr: `${base}.0/24`, ip_version: 6 },
      { cidr: 'nonsense', ip_version: 4 },
    ]);
    const thing = world.inProject(kind, 'sub', choice.ip_version === 4 ? { network, base } : { network });
    return neutronCreate(world, thing, { network_id: world.uuid(network), ...(world.isWrong() ? wrong : choice) });
  }
  const name = world.isWrong() ? dice.pick(['', 'default']) : world.name('n');
  const thing = world.inProject(kind, name, kind === 'virtual-network' ? { isExternal: false } : {});
  return neutronCreate(world, thing, {
    name,
    ...(kind === 'virtual-network' && dice.chance(0.3) ? { shared: true } : {}),
    ...(kind === 'logical-router' && dice.chance(0.3) ? { external_gateway_info: gateway(world) } : {}),
  });
}

function createRule(world: World): ComparedRequest | undefined {
  const group = world.any('security-group');
  if (group === undefined) return undefined;
  const port = 1 + world.dice.below(1000);
  const remote = world.dice.pick([
    {},
    { remote_ip_prefix: world.isWrong() ? 'nonsense' : '10.0.0.0/8' },
    { remote_group_id: world.uuid(world.any('security-group')) },
  ]);
  const resource = {
    id: world.dice.uuid(),
    tenant_id: madeUndashed(world.project.number),
    security_group_id: world.uuid(group),
    direction: world.dice.pick(['ingress', 'egress']),
    ethertype: 'IPv4',
    ...(world.dice.chance(0.6) ? { protocol: 'tcp', port_range_min: port, port_range_max: port } : {}),
    ...remote,
  };
  return neutronRequest(world.project.number, 'security_group_rule CREATE', { resource });
}

function updateFloatingIp(world: World): ComparedRequest | undefined {
  const { dice } = world;
  const thing = world.any('floating-ip');
  if (thing === undefined) return undefined;
  const port = freePort(world);
  const [own] = world.linked(thing);
  const associated: Json = { port_id: port === undefined ? null : world.uuid(port) };
  const choices: readonly (readonly [Json, readonly Thing[] | undefined])[] = [
    [associated, port === undefined ? [] : [port]],
    [associated, port === undefined ? [] : [port]],
    [{ port_id: null }, []],
    [{ description: 'new' }, undefined],
    [{}, []],
    ...(own === undefined ? [] : ([[{ port_id: made(own.number), description: 'again' }, undefined]] as const)),
    ...(world.isWrong()
      ? ([
          [{ port_id: nobody }, undefined],
          [{ fixed_ip_address: world.addressIn(undefined) }, undefined],
          [{ ...associated, fixed_ip_address: world.addressIn(undefined) }, undefined],
        ] as const)
      : []),
  ];
  const [resource, links] = dice.pick(choices);
  const request = on(world, 'floatingip UPDATE', world.uuid(thing), resource);
  return links === undefined ? request : linking(world, thing, links, request);
}

function update(world: World, kind: string): ComparedRequest | undefined {
  const thing = world.any(kind);
  if (thing === undefined) return undefined;
  return on(world, `${resources[kind] ?? ''} UPDATE`, world.uuid(thing), world.dice.pick(changes(world, kind)));
}

function changes(world: World, kind: string): readonly Json[] {
  const { dice } = world;
  const renamed: readonly Json[] = [{ name: 'renamed' }, {}];
  switch (kind) {
    case vmi:
      return [
        ...renamed,
        { device_owner: dice.pick(['compute:nova', '']), device_id: dice.pick([dice.uuid(), '']) },
        { allowed_address_pairs: dice.chance(0.3) ? [] : pairs(world) },
        { fixed_ips: [{ subnet_id: world.uuid(world.any('subnet')) }] },
        { port_security_enabled: dice.chance(0.5) },
        { security_groups: groups(world) },
        { 'binding:host_id': dice.pick(['compute-1', null]) },
        { admin_state_up: false, description: 'text' },
      ];
    case 'virtual-network':
      return [...renamed, { shared: dice.chance(0.5) }, { admin_state_up: false }];
    case 'subnet':
      return [...renamed, { dns_nameservers: ['9.9.9.9'] }, { enable_dhcp: false }, { host_routes: [] }];
    case 'logical-router':
      return [...renamed, { external_gateway_info: gateway(world) }, { admin_state_up: false }];
    default:
      return [...renamed, { description: 'text' }];
  }
}

function gateway(world: World): unknown {
  const network = world.any('virtual-network', (thing) => thing.isExternal === true);
  return world.dice.chance(0.3) ? world.dice.pick([null, {}]) : { network_id: world.uuid(network) };
}

function routerInterface(world: World): ComparedRequest | undefined {
  const router = world.any('logical-router');
  const subnet = world.any('subnet', (thing) => !world.isLinked(thing, 'logical-router'));
  if (router === undefined || subnet === undefined) return undefined;
  const [own] = world.linked(router);
  if (own !== undefined && world.dice.chance(0.4)) return removeInterface(world, router, own);
  const request = on(world, 'router ADDINTERFACE', world.uuid(router), { subnet_id: world.uuid(subnet) });
  return linking(world, router, [...world.linked(router), subnet], request);
}

function removeInterface(world: World, router: Thing, subnet: Thing): ComparedRequest {
  const request = on(world, 'router DELINTERFACE', world.uuid(router), { subnet_id: world.uuid(subnet) });
  const others = world.linked(router).filter((other) => other !== subnet);
  return linking(world, router, others, request);
}

/** Takes the interfaces of a router away, and their ports with them. */
export function withoutInterfaces(world: World, router: Thing): readonly ComparedRequest[] {
  return world
    .linked(router)
    .map((subnet) => on(world, 'router DELINTERFACE', made(router.number), { subnet_id: made(subnet.number) }));
}

function remove(world: World): ComparedRequest | undefined {
  const kind = world.dice.pick([vmi, 'floating-ip', 'security-group', 'logical-router', 'subnet']);
  const thing = world.any(kind, (entry) => !world.isLinked(entry, 'logical-router'));
  return thing === undefined ? undefined : neutronDelete(world, thing);
}

function list(world: World): ComparedRequest {
  const { dice } = world;
  const own = { tenant_id: [madeUndashed(world.project.number)] };
  const resource = dice.pick(['floatingip', 'floatingip', ...Object.values(resources), 'security_group_rule']);
  const kind = Object.keys(resources).find((key) => resources[key] === resource) ?? '';
  const filters: readonly Json[] = [
    own,
    own,
    { ...own, name: ['renamed'] },
    { id: [world.uuid(world.any(kind))] },
    ...(resource === 'floatingip' ? [{ port_id: [world.uuid(world.any(vmi))] }] : []),
    ...(resource === 'port'
      ? [
          { ...own, device_owner: ['Octavia'] },
          { ...own, network_id: [world.uuid(world.any('virtual-network'))] },
        ]
      : []),
    { ...own, status: ['ACTIVE'] },
  ];
  const operation = dice.pick(['READALL', 'READALL', 'READALL', 'READCOUNT']);
  return neutronRequest(world.project.number, `${resource} ${operation}`, { fields: [], filters: dice.pick(filters) });
}

function read(world: World): ComparedRequest | undefined {
  const kind = world.dice.pick(Object.keys(resources));
  const thing = world.any(kind);
  return thing === undefined ? undefined : on(world, `${resources[kind] ?? ''} READ`, world.uuid(thing));
}
