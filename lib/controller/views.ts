/** Which keys are asked for. */
export interface ViewQuery {
  /** Words that all have to occur in what is known of a key. Empty: all keys. */
  readonly search: string;
  /** How many of those that were found are left out at the beginning. */
  readonly offset: number;
  /** How many are given, at most. */
  readonly limit: number;
  /** Of keys that something is wrong with, how many problems there are: they come first. */
  readonly problems: ReadonlyMap<string, number>;
}

/** Some of the keys, in their order. */
export interface ViewPage {
  /** How many keys there are. */
  readonly total: number;
  /** How many were found. */
  readonly found: number;
  readonly offset: number;
  /** One a key, as a plain value. What stands in it is the controller's to say. */
  readonly rows: readonly object[];
}

/**
 * What a controller shows of its keys, one by one: there can be thousands of them. Plain values, in which a number of the name `at` or `since`, or
 * of one that ends with `At`, is a time by the wall clock in milliseconds since 1970.
 */
export interface KeyViews {
  /** The controller's name. */
  readonly name: string;
  /** Grows whenever something that is shown has changed. */
  readonly revision: number;
  /** Some of the keys. Others have their turn meanwhile. */
  list(query: ViewQuery): Promise<ViewPage>;
  /** All that is shown of one key; undefined: there is no such. */
  get(key: string): object | undefined;
  /** The latest of what has happened to any key, the latest first. */
  latest(limit: number): readonly object[];
}
