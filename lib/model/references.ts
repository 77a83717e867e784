import { refsField } from './kind.js';
import type { Kind } from './kinds.js';

/** The uuids that an object references by `<refKind>_refs`, in the order in which they stand. References without a uuid are left out. */
export function refUuids(object: Readonly<Record<string, unknown>>, refKind: Kind): readonly string[] {
  const refs = object[refsField(refKind)];
  if (!Array.isArray(refs)) return [];
  const uuids: string[] = [];
  for (const ref of refs as readonly unknown[]) {
    if (typeof ref === 'object' && ref !== null && 'uuid' in ref && typeof ref.uuid === 'string') uuids.push(ref.uuid);
  }
  return uuids;
}
