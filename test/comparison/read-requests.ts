import { made, type ComparedRequest } from './request.js';
import { vmi, type Maker, type World } from './world.js';

/** Reads, lists and look-ups of the config API. */
export function readRequests(world: World): readonly (readonly [weight: number, maker: Maker])[] {
  return [
    [3, () => read(world)],
    [4, () => list(world)],
    [1, () => listInBulk(world)],
    [1, () => lookUp(world)],
  ];
}

/** What lists are asked for. */
const listed: readonly string[] = [
  'virtual-ip',
  'virtual-ip',
  vmi,
  vmi,
  'floating-ip',
  'floating-ip',
  'virtual-network',
  'instance-ip',
  'security-group',
  'logical-router',
  'tag',
];

function read(world: World): ComparedRequest | undefined {
  const thing = world.isWrong() ? world.any(vmi) : world.anything();
  if (thing === undefined) return undefined;
  const query = world.dice.pick([
    '',
    '',
    '?exclude_back_refs=True',
    '?exclude_children=True&exclude_hrefs=True',
    '?fields=display_name',
    '?fields=virtual_machine_interface_refs,instance_ip_back_refs',
  ]);
  return { method: 'GET', path: `/${thing.kind}/${world.uuid(thing)}${query}` };
}

function list(world: World): ComparedRequest {
  const { dice } = world;
  const kind = dice.pick(listed);
  const anchor = world.any(dice.pick(['virtual-network', vmi]));
  const within = dice.pick([
    `parent_id=${made(world.project.number)}`,
    `parent_id=${made(world.project.number)}`,
    `parent_fq_name_str=${world.project.fqName.join(':')}`,
    `back_ref_id=${world.uuid(anchor)}`,
    `back_ref_id=${world.uuid(anchor)}`,
    `obj_uuids=${world.uuid(world.any(kind))},${world.uuid(world.any(kind))}`,
  ]);
  const filters = dice.pick(['display_name=="renamed"', 'display_name=="o1"', 'id_perms=={"enable":false}']);
  const more = dice.pick([
    '',
    '&detail=True',
    '&detail=True',
    '&detail=True&exclude_hrefs=True',
    '&detail=True&fields=virtual_machine_interface_back_refs,floating_ip_back_refs,instance_ip_back_refs',
    '&count=True',
    '&fields=display_name,parent_uuid',
    `&filters=${world.isWrong() ? 'x' : encodeURIComponent(filters)}`,
    `&filters=${encodeURIComponent(filters)}&detail=True`,
    // Shorter pages would follow the order of uuids, some of which each server makes by itself.
    '&page_marker=&page_limit=100',
  ]);
  return { method: 'GET', path: `/${kind}s?${within}${more}` };
}

function listInBulk(world: World): ComparedRequest {
  const { dice } = world;
  const type = world.isWrong() ? 'nonsense' : dice.pick(listed);
  const within = dice.pick([
    { parent_id: made(world.project.number) },
    { obj_uuids: [world.any(type), world.any(type)].map((thing) => world.uuid(thing)).join(',') },
    { back_ref_id: world.uuid(world.any('virtual-network')) },
  ]);
  const more = dice.pick([{}, { detail: true }, { count: true }, { fields: 'display_name' }, { exclude_hrefs: true }]);
  return { method: 'POST', path: '/list-bulk-collection', body: { type, ...within, ...more } };
}

function lookUp(world: World): ComparedRequest | undefined {
  const thing = world.anything();
  if (thing === undefined) return undefined;
  if (world.dice.chance(0.5)) return { method: 'POST', path: '/id-to-fqname', body: { uuid: world.uuid(thing) } };
  const type = world.isWrong() ? world.dice.pick(['project', 'nonsense']) : thing.kind;
  return { method: 'POST', path: '/fqname-to-id', body: { type, fq_name: world.spoilt(thing.fqName) } };
}
