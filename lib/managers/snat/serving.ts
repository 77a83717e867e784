import type { Plan, SetWrite, Stage, Write } from '../../planning/index.js';
import { tableName } from './names.js';
import type { Judged } from './parts.js';
import { removalStages } from './removal.js';
import type { SeenInstance, SeenRouter, SeenRouteTable, SnatSeen } from './seen.js';
import {
  defaultRoute,
  isDefault,
  newInstance,
  newInterface,
  newLeftNetwork,
  newRouteTable,
  nextHop,
} from './writes.js';

/**
 * What is missing of a router's SNAT, in the order in which the original makes it. References name what they lead to by its uuid: those to what is
 * only just made come in the next round.
 */
export function planServing(seen: SnatSeen, judged: Judged): Pick<Plan, 'stages' | 'goesOn'> {
  const { router } = seen;
  const { used, name, left } = judged;
  if (router === undefined || name === undefined || left === undefined) return { stages: [] };
  const project = router.fqName.slice(0, -1);
  const right = rightNetwork(router, used);
  const instance = [...project, name].join(':');
  const stages: Stage[] = [
    {
      name: 'left network',
      writes: left.isThere || seen.ipam === undefined ? [] : [newLeftNetwork(project, name, seen.ipam)],
    },
    { name: 'service instance', writes: instanceWrites(seen, judged, { project, name, right, left: left.name }) },
    {
      name: 'route table',
      writes:
        judged.table === undefined
          ? [newRouteTable(project, tableName(router.uuid), instance)]
          : routeWrites(judged.table, instance),
    },
    ...referenceStages(router, judged),
    ...removalStages(judged),
  ].filter(({ writes }) => writes.length > 0);
  return { stages, goesOn: used === undefined || judged.table === undefined || seen.surplus > 0 };
}

// The one that it is on already, if the router still has it: it does not move where there are several.
function rightNetwork({ externals }: SeenRouter, used: SeenInstance | undefined): string {
  const names = externals.flatMap(({ name }) => name ?? []);
  const [current] = used?.networks ?? [];
  return names.find((name) => name === current) ?? names[0] ?? '';
}

function instanceWrites(
  { template }: SnatSeen,
  { used }: Judged,
  parts: { readonly project: readonly string[]; readonly name: string; readonly right: string; readonly left: string },
): readonly Write[] {
  const { project, name, right, left } = parts;
  if (used === undefined) return template === undefined ? [] : [newInstance(project, name, { right, left, template })];
  const wanted = [right, left];
  const isWired = used.networks.length === 2 && wanted.every((network, at) => used.networks[at] === network);
  if (isWired && !used.autoPolicy) return [];
  const { interface_list: shown } = used.properties;
  const list: readonly unknown[] = Array.isArray(shown) ? shown : [];
  // What an operator has set on an interface stays, unless that is moved.
  const interfaces = wanted.map((network, at) => (used.networks[at] === network ? list[at] : newInterface(network)));
  const write: SetWrite = {
    do: 'set',
    on: { kind: 'service-instance', uuid: used.uuid },
    properties: {
      service_instance_properties: { ...used.properties, auto_policy: false, interface_list: interfaces },
    },
  };
  return [write];
}

function routeWrites({ uuid, routes }: SeenRouteTable, instance: string): readonly Write[] {
  const defaults = routes.filter(isDefault);
  if (defaults.length === 1 && defaults.every((route) => nextHop(route) === instance)) return [];
  const others = routes.filter((route) => !isDefault(route));
  const on = { kind: 'route-table', uuid } as const;
  return [{ do: 'set', on, properties: { routes: { route: [...others, defaultRoute(instance)] } } }];
}

function referenceStages(router: SeenRouter, { used, table }: Judged): readonly Stage[] {
  const on = { kind: 'logical-router', uuid: router.uuid } as const;
  const writes: Write[] = [];
  if (used !== undefined && !router.serviceInstances.includes(used.uuid)) {
    writes.push({ do: 'add-reference', on, to: { kind: 'service-instance', uuid: used.uuid }, relaxed: false });
  }
  const isLinked = table === undefined || router.routeTables.includes(table.uuid);
  if (!isLinked) {
    writes.push({ do: 'add-reference', on, to: { kind: 'route-table', uuid: table.uuid }, relaxed: false });
  }
  // Old releases linked it to the networks of the router (recording svc-monitor/94).
  const unlink = isLinked || table.routers.length > 0 ? [] : unlinkNetworks(table);
  return [
    { name: 'links of an old release', writes: unlink },
    { name: 'references', writes },
  ];
}

function unlinkNetworks({ uuid, networks }: SeenRouteTable): readonly Write[] {
  return networks.map((network) => ({
    do: 'delete-reference',
    on: { kind: 'virtual-network', uuid: network },
    to: { kind: 'route-table', uuid },
    relaxed: false,
  }));
}
