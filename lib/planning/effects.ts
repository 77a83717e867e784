import { isDeepStrictEqual } from 'node:util';
import type { EntityOf, Kind } from '../model/index.js';
import {
  annotationPrefix,
  definitionOf,
  parseObject,
  refsField,
  toEntity,
  withProperties,
  withReference,
  type OwnAnnotations,
} from '../model/index.js';
import type { CreateWrite, EntriesWrite, NewReference, ReferenceWrite, SetWrite } from './write.js';

/** A write that changes an object. */
export type ChangeWrite = SetWrite | ReferenceWrite | EntriesWrite;

/**
 * What a write makes of the object, ahead of its notification: undefined if that cannot be told from the write, so that it has to be read.
 * A reference that is a trial is read back, not assumed.
 */
export function after(entity: EntityOf, write: ChangeWrite): EntityOf | undefined {
  const { kind } = write.on;
  switch (write.do) {
    case 'set':
      // A field that is made of others, too, comes with the next read.
      return isMadeOfMore(kind, write.properties) ? undefined : withProperties(kind, entity, write.properties);
    case 'add-reference':
      if (write.isTrial === true) return entity;
      // What is said of the link is in fields of its own, which come with the next read.
      return write.attr !== undefined && hasFieldsOf(kind, refsField(write.to.kind))
        ? undefined
        : withReference(entity, write.to, 'ADD');
    case 'delete-reference':
      return withReference(entity, write.to, 'DELETE');
    case 'set-entries':
      return write.field === 'annotations' && hasFieldsOf(kind, 'annotations')
        ? withProperties(kind, entity, { annotations: { key_value_pair: entriesAfter(entity, write) } })
        : undefined;
  }
}

function isMadeOfMore(kind: Kind, set: Readonly<Record<string, unknown>>): boolean {
  return Object.values(definitionOf(kind).entity).some(({ of }) => {
    const known = of.filter((field) => Object.hasOwn(set, field)).length;
    return known > 0 && known < of.length;
  });
}

function hasFieldsOf(kind: Kind, field: string): boolean {
  return Object.values(definitionOf(kind).entity).some(({ of }) => of.includes(field));
}

/** Whether the object shows what the write makes of it: then the write may have been carried out. */
export function isShownBy(entity: EntityOf, write: ChangeWrite): boolean {
  return isDeepStrictEqual(after(entity, write), entity);
}

/** What an object is when it was made. */
export function created<K extends Kind>(write: CreateWrite & { readonly kind: K }, uuid: string): EntityOf<K> {
  const { kind, fqName, parent, properties, references = [] } = write;
  return toEntity(
    kind,
    parseObject(kind, {
      ...properties,
      ...referenceFields(references),
      uuid,
      fq_name: fqName,
      parent_type: parent.kind,
      ...(parent.uuid === undefined ? {} : { parent_uuid: parent.uuid }),
    }),
  );
}

// With what is said of the links: some fields of an object are made of that.
function referenceFields(references: readonly NewReference[]): Readonly<Record<string, readonly object[]>> {
  const fields: Record<string, object[]> = {};
  for (const { to, attr } of references) {
    const field = (fields[refsField(to.kind)] ??= []);
    field.push({ to: to.fqName, uuid: to.uuid, ...(attr === undefined ? {} : { attr }) });
  }
  return fields;
}

function entriesAfter(
  entity: EntityOf & { readonly annotations?: OwnAnnotations },
  { set, remove }: EntriesWrite,
): readonly { readonly key: string; readonly value: string }[] {
  return Object.entries({ ...entity.annotations, ...set })
    .filter(([key]) => key.startsWith(annotationPrefix) && !remove.includes(key))
    .map(([key, value]) => ({ key, value }));
}
