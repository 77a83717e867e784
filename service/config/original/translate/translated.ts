import type { AnyKey, SettingKey, Settings } from '../../schema.js';
import type { Found, OptionPlace } from '../option.js';

/** A value for one of our keys. */
export interface Translated {
  readonly key: AnyKey;
  readonly value: unknown;
  /** What it was made from; empty for a default of the original. */
  readonly from: readonly OptionPlace[];
}

/** A value for a key, made from what was found. */
export function set<K extends SettingKey>(
  key: K,
  value: NonNullable<Settings[K]> | string,
  ...from: readonly (Found<unknown> | undefined)[]
): Translated {
  return { key, value, from: from.flatMap((found) => (found === undefined ? [] : [found.place])) };
}

/** A value for a key just as it was found, if it was. */
export function setFound(key: AnyKey, found: Found<unknown> | undefined): readonly Translated[] {
  return found === undefined ? [] : [{ key, value: found.value, from: [found.place] }];
}

/** What a translation knows besides the values. */
export interface TranslationContext {
  /** Whether the original's main file was given: then its defaults count, as this service takes its place. */
  readonly isReplacement: boolean;
}
