import { isNotFound } from '../../../lib/index.js';
import type { Kind } from '../../../lib/model/index.js';
import type { VipFindings } from '../../../lib/index.js';
import type { VipMirror } from '../vip-mirror.js';
import type { Json } from './json.js';
import { pick, type ExportedKind } from './pick.js';

/** An object, as much of it as is exported. */
export interface GatheredObject {
  readonly kind: Kind;
  readonly object: Readonly<Record<string, Json>>;
}

/** Whoever stands for others comes before them. */
const order: readonly ExportedKind[] = [
  'project',
  'virtual-network',
  'virtual-machine',
  'virtual-machine-interface',
  'instance-ip',
  'floating-ip',
  'virtual-ip',
];

/**
 * Reads all that has to do with some VIPs and some ports, as it stands now: ports with their addresses, networks, projects and instances,
 * floating ips, virtual-ips. What is gone meanwhile is left out. Rejects with what the config API answers, or `aborted`.
 */
export async function gather(
  mirror: VipMirror,
  about: {
    readonly vips: readonly VipFindings[];
    readonly ports: readonly string[];
    readonly floatingIps: readonly string[];
  },
  signal: AbortSignal,
): Promise<readonly GatheredObject[]> {
  const wanted = await wantedObjects(mirror, about, signal);
  const found: GatheredObject[] = [];
  for (const kind of order) {
    for (const uuid of [...wanted[kind]].sort()) {
      const object = await read(mirror, { kind, uuid }, signal);
      if (object !== undefined) found.push({ kind, object });
    }
  }
  return found;
}

async function wantedObjects(
  { cache, client }: VipMirror,
  about: Parameters<typeof gather>[1],
  signal: AbortSignal,
): Promise<Readonly<Record<ExportedKind, ReadonlySet<string>>>> {
  const floatingIps = new Set([
    ...about.floatingIps,
    ...about.vips.flatMap((vip) => vip.floatingIps.map(({ uuid }) => uuid)),
  ]);
  const virtualIps = new Set<string>();
  const ports = new Set([...about.ports, ...about.vips.flatMap((vip) => vip.ports.map(({ uuid }) => uuid))]);
  for (const { vip, virtualIps: named } of about.vips) {
    for (const { uuid } of named) if (uuid !== '') virtualIps.add(uuid);
    for (const ip of cache.find('instance-ip', 'address', vip))
      for (const port of ip.refs['virtual-machine-interface']) ports.add(port);
    for (const port of cache.find('virtual-machine-interface', 'pair', vip)) ports.add(port.uuid);
  }
  for (const port of ports) {
    for (const { uuid } of cache.referrers('floating-ip', 'virtual-machine-interface', port)) floatingIps.add(uuid);
    for (const { uuid } of cache.referrers('virtual-ip', 'virtual-machine-interface', port)) virtualIps.add(uuid);
  }
  for (const uuid of floatingIps) {
    for (const port of cache.get('floating-ip', uuid)?.refs['virtual-machine-interface'] ?? []) ports.add(port);
  }
  const known = [...ports].flatMap((uuid) => cache.get('virtual-machine-interface', uuid) ?? []);
  const addresses = [...ports].flatMap((uuid) => cache.referrers('instance-ip', 'virtual-machine-interface', uuid));
  const networks = new Set([
    ...known.flatMap(({ refs }) => refs['virtual-network']),
    ...about.vips.map((vip) => vip.networkUuid),
  ]);
  for (const name of poolNetworks([...floatingIps].flatMap((uuid) => cache.get('floating-ip', uuid) ?? []))) {
    const uuid = await client.fqNameToUuid('virtual-network', name, signal);
    if (uuid !== undefined) networks.add(uuid);
  }
  const owned = [
    ...known,
    ...[...networks].flatMap((uuid) => cache.get('virtual-network', uuid) ?? []),
    ...[...virtualIps].flatMap((uuid) => cache.get('virtual-ip', uuid) ?? []),
  ];
  const projects = [
    ...owned.flatMap(({ parent }) => (parent?.kind === 'project' ? [parent.uuid] : [])),
    ...[...floatingIps].flatMap((uuid) => cache.get('floating-ip', uuid)?.refs.project ?? []),
  ];
  return {
    project: new Set(projects),
    'virtual-network': networks,
    'virtual-machine': new Set(known.flatMap(({ refs }) => refs['virtual-machine'])),
    'virtual-machine-interface': ports,
    'instance-ip': new Set(addresses.map(({ uuid }) => uuid)),
    'floating-ip': floatingIps,
    'virtual-ip': virtualIps,
  };
}

// A floating ip is named below its pool, and that below its network.
function poolNetworks(floatingIps: readonly { readonly fqName: readonly string[] }[]): readonly (readonly string[])[] {
  const names = floatingIps.map(({ fqName }) => fqName.slice(0, -2)).filter((name) => name.length > 0);
  return [...new Map(names.map((name) => [name.join(':'), name])).values()];
}

async function read(
  { client }: VipMirror,
  { kind, uuid }: { readonly kind: Kind; readonly uuid: string },
  signal: AbortSignal,
): Promise<GatheredObject['object'] | undefined> {
  try {
    return pick(kind, await client.get(kind, uuid, {}, signal));
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
