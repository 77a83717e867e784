import type { KeyValuePairs } from './common.js';

/** Begins the keys of all annotations that this project writes. */
export const annotationPrefix = 'opensdn-svc-monitor/';

/**
 * How many annotations of this project are taken of one object: of those that have a name of their own, and of those that name objects, as
 * `<name>/<uuid>`, for each name. Tenants can write as many as they like.
 */
export const annotationBounds = { names: 64, objects: 128 } as const;

/** The annotations of this project on an object, as they stand. */
export type OwnAnnotations = Readonly<Record<string, string>>;

/**
 * Those of an object that begin with {@link annotationPrefix}, as many as {@link annotationBounds} allow; a key that comes twice has its last
 * value. What should name an object, and does not, is left out.
 */
export function ownAnnotations(annotations: KeyValuePairs | undefined): OwnAnnotations {
  return taken(annotations).own;
}

/** Whether an object has more annotations of this project than are taken. */
export function hasTooManyAnnotations(annotations: KeyValuePairs | undefined): boolean {
  return taken(annotations).isCut;
}

const form = new RegExp(`^${annotationPrefix}([^/]+)(?:/([0-9a-fA-F-]{36}))?$`);

function taken(annotations: KeyValuePairs | undefined): { readonly own: OwnAnnotations; readonly isCut: boolean } {
  const own: Record<string, string> = {};
  // By name; those that have a name of their own under none.
  const counts = new Map<string, number>();
  let isCut = false;
  for (const { key, value } of annotations?.key_value_pair ?? []) {
    const match = form.exec(key);
    if (match === null) continue;
    const [, name = '', object] = match;
    const group = object === undefined ? '' : name;
    const count = counts.get(group) ?? 0;
    const isKnown = Object.hasOwn(own, key);
    const bound = object === undefined ? annotationBounds.names : annotationBounds.objects;
    if (!isKnown && (count >= bound || (count === 0 && counts.size > annotationBounds.names))) {
      isCut = true;
      continue;
    }
    if (!isKnown) counts.set(group, count + 1);
    own[key] = value ?? '';
  }
  return { own, isCut };
}

/** Under what an annotated object is found: each key, and each `<key>=<value>`. */
export function annotationKeys(annotations: OwnAnnotations): readonly string[] {
  return Object.entries(annotations).flatMap(([key, value]) => [key, `${key}=${value}`]);
}
