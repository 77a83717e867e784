import { z } from 'zod';
import type { Reference } from './common.js';

const tagSchema = z.looseObject({ interface_type: z.string() });

/** For which interfaces of each service instance a link counts: the attribute of references to service instances, by uuid. */
export function interfaceTypes(references: readonly Reference[] | undefined): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { uuid, attr } of references ?? []) {
    const tag = tagSchema.safeParse(attr);
    if (uuid !== undefined && tag.success) found[uuid] = tag.data.interface_type;
  }
  return found;
}
