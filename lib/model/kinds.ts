import type { z } from 'zod';
import type { EntityBase } from './kind.js';
import { floatingIp } from './kinds/floating-ip.js';
import { instanceIp } from './kinds/instance-ip.js';
import { interfaceRouteTable } from './kinds/interface-route-table.js';
import { loadbalancer } from './kinds/loadbalancer.js';
import { loadbalancerHealthmonitor } from './kinds/loadbalancer-healthmonitor.js';
import { loadbalancerListener } from './kinds/loadbalancer-listener.js';
import { loadbalancerMember } from './kinds/loadbalancer-member.js';
import { loadbalancerPool } from './kinds/loadbalancer-pool.js';
import { logicalRouter } from './kinds/logical-router.js';
import { networkIpam } from './kinds/network-ipam.js';
import { portTuple } from './kinds/port-tuple.js';
import { project } from './kinds/project.js';
import { routeTable } from './kinds/route-table.js';
import { securityGroup } from './kinds/security-group.js';
import { serviceApplianceSet } from './kinds/service-appliance-set.js';
import { serviceHealthCheck } from './kinds/service-health-check.js';
import { serviceInstance } from './kinds/service-instance.js';
import { serviceTemplate } from './kinds/service-template.js';
import { tag } from './kinds/tag.js';
import { virtualIp } from './kinds/virtual-ip.js';
import { virtualMachine } from './kinds/virtual-machine.js';
import { virtualMachineInterface } from './kinds/virtual-machine-interface.js';
import { virtualNetwork } from './kinds/virtual-network.js';
import { virtualRouter } from './kinds/virtual-router.js';

/** The kinds of config objects that the library knows, what is referenced before what references it: one line a kind. */
export const kindDefinitions = [
  project,
  serviceApplianceSet,
  serviceTemplate,
  networkIpam,
  tag,
  securityGroup,
  routeTable,
  virtualNetwork,
  serviceInstance,
  portTuple,
  interfaceRouteTable,
  serviceHealthCheck,
  virtualMachine,
  virtualRouter,
  virtualMachineInterface,
  instanceIp,
  floatingIp,
  loadbalancerHealthmonitor,
  loadbalancer,
  loadbalancerListener,
  loadbalancerPool,
  loadbalancerMember,
  virtualIp,
  logicalRouter,
] as const;

type Definition = (typeof kindDefinitions)[number];

/** The name of a kind, as it stands in URLs and as a wrapper key. */
export type Kind = Definition['name'];

/** The definition of a kind. @inline */
type DefinitionOf<K extends Kind> = Extract<Definition, { readonly name: K }>;

/** An object of a kind as the config API shows it, parsed. */
export type ConfigObject<K extends Kind = Kind> = K extends Kind ? z.output<DefinitionOf<K>['schema']> : never;

/** What the cache holds of an object of a kind. */
export type EntityOf<K extends Kind = Kind> = K extends Kind ? NonNullable<DefinitionOf<K>['held']> : never;

/** The kinds that an object of a kind references. */
export type ReferencesOf<K extends Kind> = DefinitionOf<K>['references'][number];

/** The kinds whose objects reference objects of a kind: to ask for others does not compile. */
export type ReferrersOf<T extends Kind> = { [K in Kind]: T extends ReferencesOf<K> ? K : never }[Kind];

/** The indexes of a kind, by name. */
export type IndexOf<K extends Kind> = keyof DefinitionOf<K>['indexes'] & string;

/** A tenant. */
export type Project = ConfigObject<'project'>;
/** A Neutron network. */
export type VirtualNetwork = ConfigObject<'virtual-network'>;
/** An instance. */
export type VirtualMachine = ConfigObject<'virtual-machine'>;
/** A Neutron port. */
export type VirtualMachineInterface = ConfigObject<'virtual-machine-interface'>;
/** An address of a port. */
export type InstanceIp = ConfigObject<'instance-ip'>;
/** A floating ip. */
export type FloatingIp = ConfigObject<'floating-ip'>;
/** A virtual-ip. */
export type VirtualIp = ConfigObject<'virtual-ip'>;

/** The names of all kinds. */
export const kinds: readonly Kind[] = kindDefinitions.map(({ name }) => name);

const byName: ReadonlyMap<string, Definition> = new Map(kindDefinitions.map((kind) => [kind.name, kind]));

/** Whether a dashed type name is a {@link Kind}. */
export function isKind(name: string): name is Kind {
  return byName.has(name);
}

/** A definition of which nothing is known but what all have in common. */
export interface AnyKindDefinition {
  readonly name: Kind;
  readonly schema: z.ZodType<Readonly<Record<string, unknown>>>;
  readonly references: readonly Kind[];
  readonly fields: readonly string[];
  readonly entity: Readonly<
    Record<
      string,
      { readonly of: readonly string[]; readonly read: (object: Readonly<Record<string, unknown>>) => unknown }
    >
  >;
  readonly indexes: Readonly<Record<string, (entity: EntityBase) => readonly string[]>>;
  readonly bounds: Readonly<Partial<Record<string, number>>>;
  readonly cut: (object: Readonly<Record<string, unknown>>) => readonly string[];
  readonly losesReferencesTo: readonly Kind[];
  readonly isAged: boolean;
}

/** The definition of a kind, for what treats all kinds alike. */
export function definitionOf(kind: Kind): AnyKindDefinition {
  // The list has each name once, and its functions are given objects and entities of their own kind only.
  return byName.get(kind) as unknown as AnyKindDefinition;
}
