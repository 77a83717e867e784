import type { AnyKey } from '../schema.js';
import type { OptionType } from './option-type.js';

/** An option of the original that we take over. */
export interface UsedOption<T> {
  readonly type: OptionType<T>;
  /** Our keys that it has a part in. */
  readonly keys: readonly AnyKey[];
  /** How its value is translated. */
  readonly doc: string;
  /** The option that counts instead where it is given, such as `[DEFAULTS] api_server_port`. */
  readonly unless?: string;
}

/** An option of the original that we accept and do not need. */
export interface UnusedOption {
  readonly type?: undefined;
  /** Why we do not need it. */
  readonly doc: string;
}

/** Any option of the original, as it stands in the table. */
export type OriginalOption<T = unknown> = UsedOption<T> | UnusedOption;

/** An option that we take over. */
export function used<T>(type: OptionType<T>, keys: AnyKey | readonly AnyKey[], doc: string): UsedOption<T> {
  return { type, keys: typeof keys === 'string' ? [keys] : keys, doc };
}

/** An option that we take over where another one is not given. */
export function fallback<T>(type: OptionType<T>, keys: AnyKey | readonly AnyKey[], unless: string): UsedOption<T> {
  return { ...used(type, keys, `where there is no \`${unless}\``), unless };
}

/** An option that we do not need. */
export function unused(doc: string): UnusedOption {
  return { doc };
}

/** Where an option was given. */
export interface OptionPlace {
  readonly section: string;
  /** As it is written. */
  readonly option: string;
  /** The file, or the variable. */
  readonly origin: string;
  /** A variable tells enough by its name: it has the section and the option in it, or is known by its own. */
  readonly isVariable?: true;
}

/** A value that was given, and where. */
export interface Found<T> {
  readonly value: T;
  readonly place: OptionPlace;
}

/** An option and its text, as a file or the environment has it. */
export interface GivenOption extends OptionPlace {
  readonly value: string;
}

/** One line of text for a place, such as `/etc/contrail/contrail-svc-monitor.conf [DEFAULTS] log_level`. */
export function describePlaces(places: readonly OptionPlace[]): string {
  const byHead = new Map<string, string[]>();
  for (const { section, option, origin, isVariable } of places) {
    const head = isVariable === true ? origin : `${origin} [${section}]`;
    byHead.set(head, [...(byHead.get(head) ?? []), ...(isVariable === true ? [] : [option])]);
  }
  return [...byHead].map(([head, options]) => `${head} ${options.join(', ')}`.trimEnd()).join(', ');
}
