import type { Stage, Write } from '../../planning/index.js';
import { AddressBook } from './addresses.js';
import { planInterface, type InterfacePlan } from './interfaces.js';
import { machineDisplayName, machineName, routeTableName } from './names.js';
import { mostInstances, wantedInstances } from './instance-count.js';
import { planPlacement } from './placement.js';
import { planRemoval } from './removal.js';
import type { InstanceFacts, MachineSeen, ServiceSeen } from './seen.js';
import type { PlanPart, Trouble } from './service-plan.js';

/** Launches a service instance: what is missing of it is made, as far as what it refers to is there by now. */
export function planLaunch(
  seen: ServiceSeen,
  { instance, seed }: { readonly instance: InstanceFacts; readonly seed: string },
): PlanPart {
  const count = Math.min(wantedInstances(instance) ?? 0, mostInstances);
  const kept = seen.machines.filter(({ index }) => index <= count);
  const book = new AddressBook(seen, instance);
  const creates: Write[] = [];
  const troubles: Trouble[] = [];
  const complete: MachineSeen[] = [];
  const interfaces: InterfacePlan[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = machineName(seen.joined, index);
    if (seen.taken.includes(name)) {
      troubles.push({ type: 'name-taken', message: `a virtual machine of somebody else is called ${name}` });
      continue;
    }
    const machine = kept.find((one) => one.index === index);
    if (machine === undefined) {
      creates.push(machineWrite(seen.uuid, instance, name));
      continue;
    }
    const plans = instance.sides.map((side) => planInterface(side, { seen, instance, machine, book }));
    interfaces.push(...plans);
    if (plans.every(({ isComplete }) => isComplete)) complete.push(machine);
  }
  const placement = planPlacement(complete, { seen, kept, seed });
  const surplus = planRemoval(
    { ...seen, tables: [] },
    seen.machines.filter(({ index }) => index > count),
  );
  const tables = count > 0 ? tableWrites(seen, instance) : [];
  const stages: readonly Stage[] = [
    { name: 'make', writes: [...creates, ...book.writes(count), ...tables] },
    { name: 'interfaces', writes: interfaces.flatMap((plan) => plan.writes) },
    { name: 'addresses', writes: interfaces.flatMap((plan) => plan.addressWrites) },
    ...placement.stages,
    ...surplus.stages,
  ];
  return {
    stages,
    verdicts: [...book.verdicts, ...placement.verdicts],
    troubles: [
      ...troubles,
      ...book.troubles,
      ...interfaces.flatMap((plan) => plan.troubles),
      ...placement.troubles,
      ...surplus.troubles,
    ],
  };
}

function machineWrite(uuid: string, { fqName }: InstanceFacts, name: string): Write {
  return {
    do: 'create',
    kind: 'virtual-machine',
    as: name,
    fqName: [name],
    parent: { kind: 'config-root' },
    properties: { display_name: machineDisplayName(name) },
    references: [{ to: { kind: 'service-instance', uuid, fqName } }],
  };
}

function tableWrites({ uuid, tables }: ServiceSeen, { sides, fqName }: InstanceFacts): readonly Write[] {
  return sides.flatMap(({ type, hasStaticRoutes, routes }): readonly Write[] => {
    if (!hasStaticRoutes) return [];
    const name = routeTableName(uuid, type);
    const table = tables.find((one) => one.name === name);
    const properties = { interface_route_table_routes: { route: routes } };
    if (table === undefined) {
      const parent = { kind: 'project' };
      return [
        {
          do: 'create',
          kind: 'interface-route-table',
          as: name,
          fqName: [...fqName.slice(0, -1), name],
          parent,
          properties,
        },
      ];
    }
    if (sameRoutes(table.routes, routes)) return [];
    return [{ do: 'set', on: { kind: 'interface-route-table', uuid: table.uuid }, properties }];
  });
}

/** Whether two lists of routes say the same: what is null, or empty, says nothing. */
export function sameRoutes(one: readonly unknown[], other: readonly unknown[]): boolean {
  return JSON.stringify(one.map(said)) === JSON.stringify(other.map(said));
}

function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, said(inner)])
    .filter(([, inner]) => inner !== null && JSON.stringify(inner) !== '{}' && JSON.stringify(inner) !== '[]');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
