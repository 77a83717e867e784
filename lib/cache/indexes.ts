import { MultiMap } from '../base/collections/index.js';
import { definitionOf, type EntityBase, type Kind } from '../model/index.js';

interface Index {
  readonly map: MultiMap;
  readonly keysOf: (entity: EntityBase) => readonly string[];
}

/** The indexes of the cache: uuids by key, kept up to date object by object. Which there are follows from the definitions of the kinds. */
export class Indexes {
  private readonly byKind: ReadonlyMap<Kind, ReadonlyMap<string, Index>>;

  public constructor(kinds: readonly Kind[]) {
    this.byKind = new Map(kinds.map((kind) => [kind, indexesOf(kind)]));
  }

  /** The uuids of a kind under a key. */
  public find(kind: Kind, index: string, key: string): Iterable<string> {
    return this.byKind.get(kind)?.get(index)?.map.get(key) ?? [];
  }

  /** The uuids of the objects of a kind that reference the target. */
  public referrers(kind: Kind, target: Kind, uuid: string): Iterable<string> {
    return this.find(kind, referenceIndex(target), uuid);
  }

  /** All keys of an index. */
  public keys(kind: Kind, index: string): Iterable<string> {
    return this.byKind.get(kind)?.get(index)?.map.keys() ?? [];
  }

  /** Moves an object from where it stood to where it stands; undefined for one that was not, or is no more. */
  public update(kind: Kind, before: EntityBase | undefined, after: EntityBase | undefined): void {
    for (const { map, keysOf } of this.byKind.get(kind)?.values() ?? []) {
      if (before !== undefined) for (const key of keysOf(before)) map.delete(key, before.uuid);
      if (after !== undefined) for (const key of keysOf(after)) map.add(key, after.uuid);
    }
  }
}

function indexesOf(kind: Kind): ReadonlyMap<string, Index> {
  const { references, indexes } = definitionOf(kind);
  return new Map([
    ...references.map((target): [string, Index] => [
      referenceIndex(target),
      { map: new MultiMap(), keysOf: ({ refs }) => refs[target] ?? [] },
    ]),
    ...Object.entries(indexes).map(([name, keysOf]): [string, Index] => [name, { map: new MultiMap(), keysOf }]),
  ]);
}

// No index of a kind has an arrow in its name.
function referenceIndex(target: Kind): string {
  return `-> ${target}`;
}
