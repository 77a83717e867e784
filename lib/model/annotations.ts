import type { KeyValuePairs } from './common.js';

/** Begins the keys of all annotations that this project writes. */
export const annotationPrefix = 'opensdn-svc-monitor/';

/** How many annotations of this project are taken of one object. Tenants can write as many as they like. */
export const annotationBound = 256;

/** The annotations of this project on an object, as they stand. */
export type OwnAnnotations = Readonly<Record<string, string>>;

/** Those of an object that begin with {@link annotationPrefix}, the first {@link annotationBound} of them; a key that comes twice has its last value. */
export function ownAnnotations(annotations: KeyValuePairs | undefined): OwnAnnotations {
  const own: Record<string, string> = {};
  let count = 0;
  for (const { key, value } of annotations?.key_value_pair ?? []) {
    if (!key.startsWith(annotationPrefix)) continue;
    if (!Object.hasOwn(own, key)) count += 1;
    if (count > annotationBound) break;
    own[key] = value ?? '';
  }
  return own;
}

/** Whether an object has more annotations of this project than are taken. */
export function hasTooManyAnnotations(annotations: KeyValuePairs | undefined): boolean {
  const keys = new Set<string>();
  for (const { key } of annotations?.key_value_pair ?? []) {
    if (key.startsWith(annotationPrefix)) keys.add(key);
    if (keys.size > annotationBound) return true;
  }
  return false;
}

/** Under what an annotated object is found: each key, and each `<key>=<value>`. */
export function annotationKeys(annotations: OwnAnnotations): readonly string[] {
  return Object.entries(annotations).flatMap(([key, value]) => [key, `${key}=${value}`]);
}
