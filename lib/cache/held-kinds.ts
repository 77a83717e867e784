import { definitionOf, kinds as allKinds, type Kind } from '../model/index.js';
import type { WatchedFields } from '../change-stream/index.js';

/** These kinds in the order in which they are read: what is referenced comes first. Each once. */
export function inReadingOrder(kinds: Iterable<Kind>): readonly Kind[] {
  const wanted = new Set(kinds);
  return allKinds.filter((kind) => wanted.has(kind));
}

/**
 * What a `WatchSource` has to watch for a cache of these kinds: what it reads of them, the kinds with few objects first; and those whose
 * deletes change them.
 */
export function watchedFields(kinds: Iterable<Kind>): WatchedFields {
  const held = inReadingOrder(kinds);
  const lost = new Set(held.flatMap((kind) => definitionOf(kind).losesReferencesTo));
  for (const kind of held) lost.delete(kind);
  return {
    ...Object.fromEntries(held.toReversed().map((kind) => [kind, definitionOf(kind).fields])),
    ...Object.fromEntries([...lost].map((kind) => [kind, []])),
  };
}
