import type { KeyValuePairs } from './common.js';

/** Begins the keys of all annotations that this project writes. */
export const annotationPrefix = 'opensdn-svc-monitor/';

/**
 * How many annotations of one list are taken of one object. `<prefix><list>/<entry>` is one of a list; those without an entry are together
 * one. Tenants can write as many as they like, and the server sorts them: what one list has too much of must not push out another.
 */
export const annotationBound = 256;

/** How many lists are taken. */
const listBound = 16;

/** The annotations of this project on an object, as they stand. */
export type OwnAnnotations = Readonly<Record<string, string>>;

/** Those of an object that begin with {@link annotationPrefix}, of each list the first {@link annotationBound}; a key that comes twice has its last value. */
export function ownAnnotations(annotations: KeyValuePairs | undefined): OwnAnnotations {
  return firstAnnotations(annotations).own;
}

/** Whether an object has more annotations of this project than are taken. */
export function hasTooManyAnnotations(annotations: KeyValuePairs | undefined): boolean {
  return firstAnnotations(annotations).isCut;
}

function firstAnnotations(annotations: KeyValuePairs | undefined): {
  readonly own: OwnAnnotations;
  readonly isCut: boolean;
} {
  const own: Record<string, string> = {};
  const lengths = new Map<string, number>();
  let isCut = false;
  for (const { key, value } of annotations?.key_value_pair ?? []) {
    if (!key.startsWith(annotationPrefix)) continue;
    if (!Object.hasOwn(own, key)) {
      const list = listOf(key);
      const length = lengths.get(list) ?? 0;
      if (length === annotationBound || (length === 0 && lengths.size === listBound)) {
        isCut = true;
        continue;
      }
      lengths.set(list, length + 1);
    }
    own[key] = value ?? '';
  }
  return { own, isCut };
}

function listOf(key: string): string {
  const slash = key.indexOf('/', annotationPrefix.length);
  return slash === -1 ? '' : key.slice(annotationPrefix.length, slash);
}

/** Under what an annotated object is found: each key, and each `<key>=<value>`. */
export function annotationKeys(annotations: OwnAnnotations): readonly string[] {
  return Object.entries(annotations).flatMap(([key, value]) => [key, `${key}=${value}`]);
}
