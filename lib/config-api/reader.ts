import type { SvcMonitorError } from '../base/errors/index.js';
import type { ConfigObject, Kind } from '../model/index.js';

/** Which part of an object to read. Without it: properties and references, no back references, no children. */
export interface ReadOptions {
  /** Only these fields (underscored), besides the identity. Back references and children come only if named here. */
  readonly fields?: readonly string[];
  /** Also back references and children, all of them. */
  readonly everything?: boolean;
}

/** Which objects to list. Several conditions all hold. */
export interface ListOptions {
  readonly fields?: readonly string[];
  readonly parentUuid?: string;
  readonly parentFqName?: readonly string[];
  /** Only objects that reference this uuid. */
  readonly backRefUuid?: string;
  readonly uuids?: readonly string[];
  /** Equality of properties: field (underscored) to value; a structured value matches as a subset. */
  readonly filters?: Readonly<Record<string, unknown>>;
  /** Objects per page where the list is read in pages. Defaults to 256, as the server's own `page_limit` does. */
  readonly pageSize?: number;
  /**
   * Of a list in detail: whether an object is known as it stands, by its uuid and its `id_perms.last_modified`. It is not parsed then; its
   * uuid comes under `unchanged`. Defaults to no.
   */
  readonly isKnown?: (uuid: string, lastModified: string) => boolean;
}

/** An entry of a plain list. */
export interface ListEntry {
  readonly uuid: string;
  readonly fqName: readonly string[];
}

/** Some objects of a list read in detail, those among them that could not be parsed (code `invalid-object`), and those that need not be. */
export interface ObjectPage<K extends Kind> {
  readonly objects: readonly ConfigObject<K>[];
  readonly rejected: readonly SvcMonitorError[];
  /** Uuids of those that `isKnown` knew. */
  readonly unchanged: readonly string[];
}

/**
 * The reading side of the config API.
 *
 * Each request has a timeout and is repeated with backoff on `unavailable` and `timeout`. All reject with a `SvcMonitorError`:
 * `not-found`, `unauthorized`, `forbidden`, `bad-request`, `unavailable`, `timeout`, `bad-answer`, `invalid-object` or `aborted`.
 */
export interface ConfigReader {
  /** Reads one object; `not-found` if there is none. */
  get<K extends Kind>(kind: K, uuid: string, options: ReadOptions, signal: AbortSignal): Promise<ConfigObject<K>>;
  /**
   * Reads several objects in one request; those that are not there are left out. At most some hundreds: the request is given no more time
   * than one for a single object.
   */
  getMany<K extends Kind>(
    kind: K,
    uuids: readonly string[],
    options: Pick<ReadOptions, 'fields'>,
    signal: AbortSignal,
  ): Promise<ObjectPage<K>>;
  /** Uuids and names of the objects that meet the conditions. */
  list(kind: Kind, options: ListOptions, signal: AbortSignal): Promise<readonly ListEntry[]>;
  /** How many objects meet the conditions. */
  count(kind: Kind, options: ListOptions, signal: AbortSignal): Promise<number>;
  /** The objects themselves, page by page: properties and references, and of the back references those that `fields` names. */
  listDetail<K extends Kind>(kind: K, options: ListOptions, signal: AbortSignal): AsyncIterable<ObjectPage<K>>;
  /** The uuid of a fully qualified name, or undefined. */
  fqNameToUuid(kind: Kind, fqName: readonly string[], signal: AbortSignal): Promise<string | undefined>;
  /** Name and kind (dashed; it may be one that the library does not know) of a uuid, or undefined. */
  uuidToFqName(
    uuid: string,
    signal: AbortSignal,
  ): Promise<{ readonly fqName: readonly string[]; readonly kind: string } | undefined>;
}
