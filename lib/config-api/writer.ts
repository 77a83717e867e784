import type { Kind } from '../model/index.js';

/** One entry of a map property to set or to remove, such as one annotation. */
export type MapEntryUpdate =
  | { readonly operation: 'set'; readonly key: string; readonly value: string }
  | { readonly operation: 'delete'; readonly key: string };

/** What all updates can be told by. */
export interface TracedUpdate {
  /** The id that the notifications of the write carry, by `newOwnRequestId`. Defaults to a fresh one. */
  readonly requestId?: string;
  /** Called before it is sent again after a failure: the first may have been carried out, and each is announced. */
  readonly onRepeat?: () => void;
}

/** A reference to add or to remove. */
export interface ReferenceUpdate extends TracedUpdate {
  readonly kind: Kind;
  readonly uuid: string;
  readonly refKind: Kind;
  readonly refUuid: string;
  readonly operation: 'ADD' | 'DELETE';
  /** What is said of the link, as the config API takes it. Defaults to nothing. */
  readonly attr?: unknown;
  /** Of one that is added: whether it never keeps its target from being deleted (recording 16). Defaults to true. */
  readonly relaxed?: boolean;
}

/** Properties (underscored) to set. */
export interface PropertiesUpdate extends TracedUpdate {
  readonly kind: Kind;
  readonly uuid: string;
  /** Null unsets one. Never a list of references: that would undo what others wrote. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Entries of a map property to set or remove. */
export interface MapUpdate extends TracedUpdate {
  readonly kind: Kind;
  readonly uuid: string;
  /** Such as `annotations`. */
  readonly field: string;
  readonly updates: readonly MapEntryUpdate[];
}

/** A new object: name, parent kind, properties (underscored) as the config API takes them. */
export interface NewObject {
  readonly fqName: readonly string[];
  readonly parentKind: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** References that it has from the beginning. They keep their targets from being deleted: relaxed ones are added afterwards. */
  readonly references?: readonly {
    /** The target is found by its name: one without is refused (docs/opensdn.md, 9.1). */
    readonly to: { readonly kind: Kind; readonly uuid: string; readonly fqName: readonly string[] };
    readonly attr?: unknown;
  }[];
}

/**
 * The writing side of the config API.
 *
 * What may be repeated (updates, deletes, references, map entries) is repeated with backoff on `unavailable` and `timeout`;
 * a create is not: it may have happened. All reject with a `SvcMonitorError`: the codes of the reader, `conflict` (with
 * `details.referrers` where the server names them) and `quota-exceeded`.
 */
export interface ConfigWriter {
  /** Creates an object; resolves to its uuid. `conflict` if the name is taken. */
  create(kind: Kind, object: NewObject, signal: AbortSignal): Promise<string>;
  /** Sets the named properties and leaves all else. */
  updateProperties(update: PropertiesUpdate, signal: AbortSignal): Promise<void>;
  /** Deletes an object; `conflict` while it is referred to. */
  delete(kind: Kind, uuid: string, signal: AbortSignal): Promise<void>;
  /**
   * Adds or removes one reference; doing it again changes nothing. An added one is relaxed unless told otherwise: it never blocks the delete
   * of its target (docs/opensdn.md, 4; recording 16). `not-found` if either end is gone on ADD, or the referrer on DELETE.
   */
  updateReference(update: ReferenceUpdate, signal: AbortSignal): Promise<void>;
  /** Relaxes a reference that exists already. */
  relaxReference(uuid: string, refUuid: string, signal: AbortSignal): Promise<void>;
  /** Sets or removes entries of a map property (`annotations`); other entries stay, whoever wrote them. */
  updateMap(update: MapUpdate, signal: AbortSignal): Promise<void>;
}
