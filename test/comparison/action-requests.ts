import type { Json } from '../../fixtures/index.js';
import { made, madeUndashed, type ComparedRequest } from './request.js';
import { vmi, type Maker, type World } from './world.js';

/** The actions of the config API. */
export function actionRequests(world: World): readonly (readonly [weight: number, maker: Maker])[] {
  return [
    [4, () => reference(world)],
    [1, () => relax(world)],
    [2, () => element(world)],
    [1, () => permissions(world)],
    [1, () => tagging(world)],
    [1, () => numbers(world)],
    [1, () => addresses(world)],
    [1, () => ({ method: 'GET', path: `/obj-perms?uuid=${world.uuid(world.anything())}` })],
    [1, () => keptValue(world)],
  ];
}

/** Which kinds are made to refer to which. */
const references: readonly (readonly [string, string])[] = [
  ['floating-ip', vmi],
  ['floating-ip', vmi],
  ['floating-ip', vmi],
  ['virtual-ip', vmi],
  ['virtual-ip', vmi],
  ['instance-ip', vmi],
  [vmi, 'security-group'],
  [vmi, 'interface-route-table'],
  ['virtual-network', 'route-table'],
  ['logical-router', 'route-table'],
  ['logical-router', vmi],
  ['loadbalancer-pool', 'loadbalancer-healthmonitor'],
  [vmi, 'tag'],
  ['virtual-ip', 'virtual-network'],
  ['virtual-ip', 'floating-ip'],
];

function reference(world: World): ComparedRequest | undefined {
  const [from, to] = world.dice.pick(references);
  const [source, target] = [world.any(from), world.any(to)];
  if (source === undefined || target === undefined) return undefined;
  const isByName = world.dice.chance(0.2);
  const body = {
    type: world.isWrong() ? to : from,
    uuid: world.uuid(source),
    'ref-type': world.isWrong() ? from : to,
    ...(isByName ? { 'ref-fq-name': target.fqName } : { 'ref-uuid': world.uuid(target) }),
    operation: world.isWrong() ? 'FROB' : world.dice.pick(['ADD', 'ADD', 'ADD', 'DELETE']),
    ...(world.dice.chance(0.4) ? { relax_ref_for_delete: true } : {}),
    ...(world.isWrong() ? { attr: 5 } : world.dice.chance(0.2) ? { attr: null } : {}),
  };
  return { method: 'POST', path: '/ref-update', body };
}

function relax(world: World): ComparedRequest | undefined {
  const [from, to] = world.dice.pick(references);
  const [source, target] = [world.any(from), world.any(to)];
  if (source === undefined || target === undefined) return undefined;
  const body = { uuid: world.uuid(source), 'ref-uuid': world.uuid(target) };
  return { method: 'POST', path: '/ref-relax-for-delete', body };
}

function element(world: World): ComparedRequest | undefined {
  const thing = world.any(world.dice.pick(['virtual-ip', 'virtual-ip', vmi, 'virtual-network', 'floating-ip']));
  if (thing === undefined) return undefined;
  const key = world.dice.pick(['a', 'b']);
  const operation = world.isWrong() ? 'add' : world.dice.pick(['set', 'set', 'delete']);
  const update: Json = {
    field: world.isWrong() ? world.dice.pick(['display_name', 'nonsense']) : 'annotations',
    operation,
    ...(operation === 'delete' ? {} : { value: world.spoilt({ key, value: String(world.dice.below(9)) }) }),
    ...(world.isWrong() ? {} : { position: key }),
  };
  return { method: 'POST', path: '/prop-collection-update', body: { uuid: world.uuid(thing), updates: [update] } };
}

function permissions(world: World): ComparedRequest {
  const uuid = world.uuid(world.anything());
  const owner = world.dice.pick([made(world.project.number), madeUndashed(world.project.number)]);
  if (world.dice.chance(0.5)) return { method: 'POST', path: '/chown', body: { uuid, owner: world.spoilt(owner) } };
  const change = world.dice.pick([
    { owner },
    { global_access: world.spoilt(5) },
    { owner_access: world.isWrong() ? 9 : 7 },
    { share: world.spoilt([{ tenant: owner, tenant_access: 5 }]) },
  ]);
  return { method: 'POST', path: '/chmod', body: { uuid, ...change } };
}

function tagging(world: World): ComparedRequest | undefined {
  const thing = world.any(world.dice.pick([vmi, 'virtual-network', 'security-group']));
  const tag = world.any('tag');
  if (thing === undefined || tag === undefined) return undefined;
  const [type = '', value = ''] = (tag.fqName.at(-1) ?? '').split('=');
  const wish = type === 'label' ? { [world.dice.pick(['add_values', 'delete_values'])]: [value] } : { value };
  const body = { obj_type: thing.kind, obj_uuid: world.uuid(thing), [type]: world.dice.chance(0.15) ? null : wish };
  return { method: 'POST', path: '/set-tag', body };
}

function numbers(world: World): ComparedRequest {
  const pool = world.isWrong() ? 'nonsense' : `${world.projectName}-pool`;
  const value = 100 + world.dice.below(4);
  const body = { pool, ...(world.dice.chance(0.5) ? { value } : {}), owner: 'comparison' };
  return world.dice.pick([
    { method: 'POST', path: '/int-pool', body },
    { method: 'POST', path: '/int-pool', body },
    { method: 'GET', path: `/int-pool?pool=${pool}&value=${value}` },
    { method: 'DELETE', path: '/int-pool', body: { pool, value } },
    { method: 'GET', path: `/int-pools?pool=${pool}` },
  ]);
}

/** Addresses of a network without an object that has them. */
function addresses(world: World): ComparedRequest | undefined {
  const subnet = world.any('subnet');
  if (subnet?.network === undefined) return undefined;
  const path = `/virtual-network/${world.uuid(subnet.network)}`;
  const own = world.dice.chance(0.5) ? { subnet: world.uuid(subnet) } : {};
  return world.dice.pick([
    { method: 'POST', path: `${path}/ip-alloc`, body: { count: world.spoilt(1 + world.dice.below(2)), ...own } },
    { method: 'POST', path: `${path}/ip-free`, body: { ip_addr: world.spoilt([world.addressIn(subnet)]) } },
    { method: 'POST', path: `${path}/subnet-ip-count`, body: { subnet_list: world.spoilt([world.uuid(subnet)]) } },
  ]);
}

function keptValue(world: World): ComparedRequest {
  const operation = world.isWrong() ? 'FROB' : world.dice.pick(['STORE', 'RETRIEVE', 'DELETE']);
  const body = { operation, key: `${world.projectName}-key`, value: 'x' };
  return { method: 'POST', path: '/useragent-kv', body };
}
