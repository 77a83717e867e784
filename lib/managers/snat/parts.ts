import { leftNetworkOf } from '../../model/index.js';
import { decide, verdictOf, type Verdict } from '../../planning/index.js';
import { isIn } from './observe.js';
import { instanceRules, leftNetworkRules, routeTableRules, type Aim, type InstanceFacts } from './rules.js';
import type { NamedObject, SeenInstance, SeenLeftNetwork, SeenRouteTable, SnatSeen } from './seen.js';
import { nextHop } from './writes.js';

/** What becomes of each part of a router's SNAT. */
export interface Judged {
  /** The service instance that stays. */
  readonly used?: SeenInstance;
  /** The name of the service instance that stays, or of the one to be made; undefined: all are taken. */
  readonly name?: string;
  /** The left network of that, by its whole name. */
  readonly left?: { readonly name: string; readonly isThere: boolean };
  readonly table?: SeenRouteTable;
  readonly surplusInstances: readonly SeenInstance[];
  readonly surplusTables: readonly SeenRouteTable[];
  readonly surplusLeftNetworks: readonly SeenLeftNetwork[];
  readonly verdicts: readonly Verdict[];
}

/** Asks the tables of each part. */
export function judgeParts(seen: SnatSeen, aim: Aim): Judged {
  const verdicts: Verdict[] = [];
  const project = seen.router?.fqName.slice(0, -1);
  const isElsewhere = (one: NamedObject): boolean => project !== undefined && !isIn(one, project);

  const first = aim === 'serve' ? seen.instances.find((one) => isUsable(one, seen, isElsewhere(one))) : undefined;
  const kept: SeenInstance[] = [];
  const surplusInstances: SeenInstance[] = [];
  for (const one of seen.instances) {
    const rule = decide(instanceRules, {
      aim,
      isElsewhere: isElsewhere(one),
      isSourceNat: one.isSourceNat,
      routers: referredBy(one, seen.routerUuid),
      isFirst: one === first,
    });
    verdicts.push(verdictOf({ kind: 'service-instance', uuid: one.uuid }, rule));
    (rule.stands === 'remove' ? surplusInstances : kept).push(one);
  }

  const name = first?.fqName.at(-1) ?? (aim === 'serve' ? seen.names.find(({ isTaken }) => !isTaken)?.name : undefined);
  const left = name === undefined || project === undefined ? undefined : [...project, leftNetworkOf(name)].join(':');
  const used = new Set([...kept.map(leftNetworkNameOf), ...(left === undefined ? [] : [left])]);
  const surplusLeftNetworks: SeenLeftNetwork[] = [];
  for (const one of seen.leftNetworks) {
    const rule = decide(leftNetworkRules, {
      isElsewhere: isElsewhere(one),
      isUsed: used.has(one.fqName.join(':')),
      isEmpty: one.inhabitants === 0,
    });
    verdicts.push(verdictOf({ kind: 'virtual-network', uuid: one.uuid }, rule));
    if (rule.stands === 'remove') surplusLeftNetworks.push(one);
  }

  let table: SeenRouteTable | undefined;
  const surplusTables: SeenRouteTable[] = [];
  for (const one of seen.routeTables) {
    const rule = decide(routeTableRules, {
      aim,
      isElsewhere: isElsewhere(one),
      routes: routesOf(one, seen.routerUuid),
    });
    verdicts.push(verdictOf({ kind: 'route-table', uuid: one.uuid }, rule));
    if (rule.stands === 'use') table = one;
    else if (rule.stands === 'remove') surplusTables.push(one);
  }

  // Of a service instance in use it does not matter who sees its network: that it is there does.
  const isThere =
    seen.leftNetworks.some((one) => one.fqName.join(':') === left) ||
    (left !== undefined && seen.visibleLeftNetworks.includes(left));
  return {
    ...(first === undefined ? {} : { used: first }),
    ...(name === undefined ? {} : { name }),
    ...(left === undefined ? {} : { left: { name: left, isThere } }),
    ...(table === undefined ? {} : { table }),
    surplusInstances,
    surplusTables,
    surplusLeftNetworks,
    verdicts,
  };
}

function isUsable(one: SeenInstance, { routerUuid }: SnatSeen, isElsewhere: boolean): boolean {
  return !isElsewhere && one.isSourceNat && referredBy(one, routerUuid) !== 'others';
}

function referredBy({ routers }: SeenInstance, routerUuid: string): InstanceFacts['routers'] {
  if (routers.length === 0) return 'none';
  if (!routers.includes(routerUuid)) return 'others';
  return routers.length === 1 ? 'this' : 'both';
}

function leftNetworkNameOf({ fqName }: NamedObject): string {
  return [...fqName.slice(0, -1), leftNetworkOf(fqName.at(-1) ?? '')].join(':');
}

function routesOf({ fqName, routes }: SeenRouteTable, routerUuid: string): 'snat' | 'none' | 'others' {
  if (routes.length === 0) return 'none';
  const own = [...fqName.slice(0, -1), `snat_${routerUuid}_`].join(':');
  return routes.some((route) => nextHop(route).startsWith(own)) ? 'snat' : 'others';
}
