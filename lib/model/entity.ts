import type { EntityBase } from './kind.js';
import { refsField } from './kind.js';
import { definitionOf, type ConfigObject, type EntityOf, type Kind } from './kinds.js';

type Plain = Readonly<Record<string, unknown>>;

/** An object, with any fields. @inline */
type Shown = Plain & {
  readonly uuid: string;
  readonly fq_name: readonly string[];
  readonly parent_type?: string | undefined;
  readonly parent_uuid?: string | undefined;
  readonly id_perms?: { readonly created?: string | undefined } | undefined;
};

/** Keeps of an object what matters: a cache of 100,000 ports would not fit otherwise. */
export function toEntity<K extends Kind>(kind: K, object: ConfigObject<K>): EntityOf<K> {
  const definition = definitionOf(kind);
  const shown = object as Shown;
  const { uuid, fq_name: fqName, parent_type: parentKind, parent_uuid: parentUuid } = shown;
  const createdAt = serverTime(shown.id_perms?.created);
  const refs: Record<string, readonly string[]> = {};
  const cut: string[] = [];
  for (const target of definition.references) {
    const { uuids, isCut } = firstUuids(shown[refsField(target)], definition.bounds[target] ?? Infinity);
    refs[target] = uuids;
    if (isCut) cut.push(`references to ${target}`);
  }
  cut.push(...definition.cut(shown));
  const entity: EntityBase & Record<string, unknown> = {
    uuid,
    fqName,
    ...(parentKind === undefined || parentUuid === undefined
      ? {}
      : { parent: { kind: parentKind.replaceAll('_', '-'), uuid: parentUuid } }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(cut.length === 0 ? {} : { cut }),
    refs,
  };
  for (const [name, { read }] of Object.entries(definition.entity)) {
    const value = read(shown);
    if (value !== undefined) entity[name] = value;
  }
  // Made by the fields of its kind.
  return entity as unknown as EntityOf<K>;
}

/** The entity after properties (underscored, as they stand on the wire) were set; null unsets one. */
export function withProperties<K extends Kind>(kind: K, entity: EntityOf<K>, properties: Plain): EntityOf<K> {
  const after: Record<string, unknown> = { ...entity };
  const set = Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, value ?? undefined]));
  const known = { ...referencesOf(kind, entity), ...set };
  for (const [name, { of, read }] of Object.entries(definitionOf(kind).entity)) {
    // A field that is made of others, too, cannot be told from this alone: it comes with the next read.
    if (!of.every((field) => Object.hasOwn(known, field)) || !of.some((field) => Object.hasOwn(set, field))) continue;
    const value = read(known);
    if (value === undefined) Reflect.deleteProperty(after, name);
    else after[name] = value;
  }
  return after as EntityOf<K>;
}

// To whom, but not by what name and with what attribute: no field is made of those and of properties.
function referencesOf(kind: Kind, { refs }: Pick<EntityBase, 'refs'>): Plain {
  return Object.fromEntries(
    definitionOf(kind).references.map((target) => [refsField(target), (refs[target] ?? []).map((uuid) => ({ uuid }))]),
  );
}

/** The entity after a reference was added or removed. */
export function withReference<K extends Kind>(
  entity: EntityOf<K>,
  target: { readonly kind: Kind; readonly uuid: string },
  operation: 'ADD' | 'DELETE',
): EntityOf<K> {
  const refs: Readonly<Record<string, readonly string[]>> = entity.refs;
  const others = (refs[target.kind] ?? []).filter((uuid) => uuid !== target.uuid);
  const uuids = operation === 'ADD' ? [...others, target.uuid].sort() : others;
  return { ...entity, refs: { ...refs, [target.kind]: uuids } };
}

/** The project that an object belongs to; undefined if its parent is none. Its name alone tells nothing: anything may be named like a project. */
export function projectOf(entity: Pick<EntityBase, 'parent'>): string | undefined {
  return entity.parent?.kind === 'project' ? entity.parent.uuid : undefined;
}

/** The last part of its name. */
export function nameOf(entity: Pick<EntityBase, 'fqName'>): string {
  return entity.fqName.at(-1) ?? '';
}

const none: readonly string[] = [];

function firstUuids(refs: unknown, bound: number): { readonly uuids: readonly string[]; readonly isCut: boolean } {
  if (!Array.isArray(refs) || refs.length === 0) return { uuids: none, isCut: false };
  const first = new Set<string>();
  let isCut = false;
  for (const ref of refs as readonly unknown[]) {
    if (typeof ref !== 'object' || ref === null || !('uuid' in ref) || typeof ref.uuid !== 'string') continue;
    isCut = first.size === bound && !first.has(ref.uuid);
    if (isCut) break;
    first.add(ref.uuid);
  }
  return { uuids: [...first].sort(), isCut };
}

// The server writes UTC without a zone.
function serverTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
