import type { Plan, Stage, Write } from '../../planning/index.js';
import { tableName } from './names.js';
import type { Judged } from './parts.js';
import { removalStages } from './removal.js';
import type { NamedObject, SeenInstance, SeenRouter, SeenRouteTable, SnatSeen } from './seen.js';
import {
  changedInterface,
  changedProperties,
  defaultRoute,
  isDefault,
  newInstance,
  newInterface,
  newLeftNetwork,
  newProperties,
  newRouteTable,
  nextHop,
  wantedHaMode,
  wantedInstances,
  type NewInstanceParts,
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
  const { projectUuid: uuid } = router;
  const home = { fqName: project, ...(uuid === undefined ? {} : { uuid }) };
  const wires = { home, name, right: rightNetwork(router, used), left: left.name };
  const instance = [...project, name].join(':');
  const stages: Stage[] = [
    {
      name: 'left network',
      writes: left.isThere || seen.ipam === undefined ? [] : [newLeftNetwork(home, name, seen.ipam)],
    },
    { name: 'service instance', writes: instanceWrites(router, judged, { ...wires, template: seen.template }) },
    {
      name: 'route table',
      writes:
        judged.table === undefined
          ? [newRouteTable(home, tableName(router.uuid), instance)]
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
  router: SeenRouter,
  { used }: Judged,
  parts: NewInstanceParts & { readonly template: NamedObject | undefined },
): readonly Write[] {
  const { template, ...wires } = parts;
  if (used === undefined) return template === undefined ? [] : [newInstance(wires, template)];
  const isAdopted = !router.serviceInstances.includes(used.uuid);
  const properties = isAdopted ? adoptedProperties(used, wires) : keptProperties(used, wires);
  if (properties === undefined) return [];
  const on = { kind: 'service-instance', uuid: used.uuid } as const;
  return [{ do: 'set', on, properties: { service_instance_properties: properties } }];
}

// Whoever made it, nobody has used it: it becomes what a new one would be.
function adoptedProperties(used: SeenInstance, wires: NewInstanceParts): object | undefined {
  const isAsNew =
    isWired(used, wires) && !used.autoPolicy && used.haMode === wantedHaMode && used.maxInstances === wantedInstances;
  return isAsNew ? undefined : newProperties(wires);
}

// What an operator has set on one in use stays, but for interfaces that are on another network than they should.
function keptProperties(used: SeenInstance, wires: NewInstanceParts): object | undefined {
  if (isWired(used, wires) && !used.autoPolicy) return undefined;
  const { interface_list: shown } = used.properties;
  const list: readonly unknown[] = Array.isArray(shown) ? shown : [];
  const interfaces = [wires.right, wires.left].map((network, at) =>
    used.networks[at] === network ? changedInterface(list[at], network) : newInterface(network),
  );
  return changedProperties(used.properties, interfaces);
}

function isWired({ networks }: SeenInstance, { right, left }: NewInstanceParts): boolean {
  return networks.length === 2 && networks[0] === right && networks[1] === left;
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
