import { isDeepStrictEqual } from 'node:util';
import type { EntityOf, Kind } from '../model/index.js';
import {
  annotationPrefix,
  parseObject,
  toEntity,
  withProperties,
  withReference,
  type OwnAnnotations,
} from '../model/index.js';
import type { CreateWrite, EntriesWrite, ReferenceWrite, SetWrite } from './write.js';

/**
 * What a write makes of the object, ahead of its notification: undefined if that cannot be told from the write, so that it has to be read.
 * A reference that is a trial is read back, not assumed.
 */
export function after(entity: EntityOf, write: SetWrite | ReferenceWrite | EntriesWrite): EntityOf | undefined {
  const { kind } = write.on;
  switch (write.do) {
    case 'set':
      return withProperties(kind, entity, write.properties);
    case 'add-reference':
      return write.isTrial === true ? entity : withReference(entity, write.to, 'ADD');
    case 'delete-reference':
      return withReference(entity, write.to, 'DELETE');
    case 'set-entries':
      return write.field === 'annotations' && 'annotations' in entity
        ? { ...entity, annotations: entriesAfter(entity.annotations, write) }
        : undefined;
  }
}

/** Whether the object shows what the write makes of it: then the write may have been carried out. */
export function isShownBy(entity: EntityOf, write: SetWrite | ReferenceWrite | EntriesWrite): boolean {
  return isDeepStrictEqual(after(entity, write), entity);
}

/** What an object is when it was made. */
export function created<K extends Kind>(write: CreateWrite & { readonly kind: K }, uuid: string): EntityOf<K> {
  const { kind, fqName, parent, properties, references = [] } = write;
  const entity = toEntity(
    kind,
    parseObject(kind, {
      ...properties,
      uuid,
      fq_name: fqName,
      parent_type: parent.kind,
      ...(parent.uuid === undefined ? {} : { parent_uuid: parent.uuid }),
    }),
  );
  return references.reduce((before, { to }) => withReference(before, to, 'ADD'), entity);
}

function entriesAfter(before: OwnAnnotations, { set, remove }: EntriesWrite): OwnAnnotations {
  const own = Object.entries({ ...before, ...set }).filter(
    ([key]) => key.startsWith(annotationPrefix) && !remove.includes(key),
  );
  return Object.fromEntries(own);
}
