import { z } from 'zod';
import { commonFields, referencesSchema } from './common.js';
import { toUnderscored } from './names.js';

/** What every object is, as the cache holds it. Lists are sorted. */
export interface EntityBase {
  readonly uuid: string;
  readonly fqName: readonly string[];
  /** Whose child it is; undefined if it has no parent, or the server does not say. */
  readonly parent?: { readonly kind: string; readonly uuid: string };
  /** When the server made it, by the server's wall clock, milliseconds since 1970. */
  readonly createdAt?: number;
  /** What of it was left out, since it holds more than anybody needs: in words. */
  readonly cut?: readonly string[];
  /** The uuids that it references, by kind. Some may be gone: a relaxed reference is shown until the next write of the object. */
  readonly refs: Readonly<Record<string, readonly string[]>>;
}

type Properties = Readonly<Record<string, z.ZodType>>;

/** The fields of an object on the wire: what all have, the properties of its kind, and its references. */
export type Wire<P extends Properties, R extends string> = z.output<
  z.ZodObject<typeof commonFields & P & Readonly<Record<RefsField<R>, typeof referencesSchema>>, z.core.$loose>
>;

/** `virtual-machine` → `virtual_machine_refs`. */
export type RefsField<R extends string> = `${Underscored<R>}_refs`;

type Underscored<S extends string> = S extends `${infer Head}-${infer Tail}` ? `${Head}_${Underscored<Tail>}` : S;

/** One field of an entity: which fields of the object it is made of, and how. */
export interface EntityField<T> {
  readonly of: readonly string[];
  readonly read: (object: never) => T;
}

// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- of a kind of which the cache keeps no fields
type NoFields = {};
type Fields = Readonly<Record<string, EntityField<unknown>>>;
type Value<F> = F extends EntityField<infer T> ? T : never;
type MayLack<F extends Fields> = { [N in keyof F]: undefined extends Value<F[N]> ? N : never }[keyof F];

/** What the cache keeps of an object with these fields and references. Fields that may be undefined are left out then. */
export type EntityWith<F extends Fields, R extends string> = Omit<EntityBase, 'refs'> & {
  readonly refs: Readonly<Record<R, readonly string[]>>;
} & { readonly [N in Exclude<keyof F, MayLack<F>>]: Value<F[N]> } & {
  readonly [N in MayLack<F>]?: Exclude<Value<F[N]>, undefined>;
};

/** Gives an object's keys in one index. */
export type IndexKeys<E> = (entity: E) => readonly string[];

/** What a kind is made from: see {@link defineKind}. */
export interface KindParts<
  N extends string,
  P extends Properties,
  R extends string,
  F extends Fields,
  I extends string,
> {
  /** Dashed, as in URLs. */
  readonly name: N;
  /** The properties that the library knows, as they stand on the wire. Others are kept, and not looked at. */
  readonly properties: P;
  /** The kinds that it references, dashed. */
  readonly references: readonly R[];
  /** What the cache keeps of it. What has to be read follows from that. */
  readonly entity?: (
    from: <const W extends keyof Wire<P, R> & string, T>(
      fields: readonly W[],
      read: (object: Pick<Wire<P, R>, W>) => T,
    ) => EntityField<T>,
  ) => F;
  /** What it is found by, besides uuid, references and annotations. */
  readonly indexes?: { readonly [X in I]: IndexKeys<EntityWith<NoInfer<F>, NoInfer<R>>> };
  /** How many references to a kind are taken; the first, as they stand. Others are cut. Defaults to all. */
  readonly bounds?: Readonly<Partial<Record<R, number>>>;
  /** What else is cut of it, in words. */
  readonly cut?: (object: Wire<P, R>) => readonly string[];
  /** Referenced kinds of which a deleted object takes the reference away without a word: the object is read again then. */
  readonly losesReferencesTo?: readonly R[];
  /** Who it is and what it references is enough: what else has not the shape that it should is unset, and no reason to refuse it all. */
  readonly isKnownByReferences?: boolean;
  /** The cache tells how long ago it was made. It costs an entry for each object. */
  readonly isAged?: boolean;
}

/** A kind of config objects. */
export interface KindDefinition<
  N extends string = string,
  P extends Properties = Properties,
  R extends string = string,
  E extends EntityBase = EntityBase,
  I extends string = string,
> {
  readonly name: N;
  readonly schema: z.ZodType<Wire<P, R>>;
  readonly references: readonly R[];
  /** The fields to read, besides identity, id_perms and perms2. */
  readonly fields: readonly string[];
  readonly entity: Readonly<Record<string, EntityField<unknown>>>;
  readonly indexes: Readonly<Record<I, IndexKeys<never>>>;
  readonly bounds: Readonly<Partial<Record<string, number>>>;
  readonly cut: (object: never) => readonly string[];
  readonly losesReferencesTo: readonly string[];
  readonly isAged: boolean;
  /** Only a type: what the cache keeps of it. */
  readonly held?: E;
}

// The rest is shown only to who asks for it.
const asked: ReadonlySet<string> = new Set(['annotations', 'display_name']);
const always: ReadonlySet<string> = new Set(Object.keys(commonFields).filter((field) => !asked.has(field)));

/**
 * Defines a kind: its wire schema, what the cache keeps of it, and what it is found by. One file a kind; the list stands in `index.ts`.
 *
 * The schema is tolerant in reading: unknown fields are kept, null is absent.
 */
export function defineKind<
  const N extends string,
  P extends Properties,
  const R extends string = never,
  F extends Fields = NoFields,
  const I extends string = never,
>(parts: KindParts<N, P, R, F, I>): KindDefinition<N, P, R, EntityWith<F, R>, I> {
  const references = Object.fromEntries(parts.references.map((kind) => [refsField(kind), referencesSchema]));
  const entity: Fields = parts.entity?.((of, read) => ({ of, read })) ?? {};
  const fields = new Set([...Object.values(entity).flatMap(({ of }) => of), ...Object.keys(references)]);
  return {
    name: parts.name,
    // The shape has just these fields; that their names follow from the kinds is more than the inference sees.
    schema: z.looseObject({ ...shapeOf(parts), ...references }) as unknown as z.ZodType<Wire<P, R>>,
    references: parts.references,
    fields: [...fields].filter((field) => !always.has(field)),
    entity,
    indexes: (parts.indexes ?? {}) as unknown as Readonly<Record<I, IndexKeys<never>>>,
    bounds: parts.bounds ?? {},
    cut: parts.cut ?? (() => []),
    losesReferencesTo: parts.losesReferencesTo ?? [],
    isAged: parts.isAged ?? false,
  };
}

function shapeOf({
  properties,
  isKnownByReferences = false,
}: {
  readonly properties: Properties;
  readonly isKnownByReferences?: boolean;
}): Properties {
  const shape = { ...commonFields, ...properties };
  if (!isKnownByReferences) return shape;
  const unset = Object.entries(shape).map(([field, schema]) => [field, z.optional(schema).catch(undefined)]);
  return { ...Object.fromEntries(unset), uuid: commonFields.uuid, fq_name: commonFields.fq_name } as Properties;
}

/** The field that lists the references to a kind: `virtual-machine` → `virtual_machine_refs`. */
export function refsField(kind: string): string {
  return `${toUnderscored(kind)}_refs`;
}
