import { z } from 'zod';
import type { ValueForm, ValueType } from '../../../lib/index.js';

/** Units of durations, in milliseconds. */
export const second = 1000;
/** See {@link second}. */
export const minute = 60 * second;
/** See {@link second}. */
export const hour = 60 * minute;

/** What a key can stand at without being given. Durations are milliseconds. */
export type DefaultValue = string | number | boolean | readonly string[];

/** What the documentation and the error messages say about a key. */
export interface KeyInfo {
  readonly form: ValueForm;
  /** What is allowed, in words. */
  readonly allowed: string;
  readonly doc: string;
  /** Undefined if the key is unset unless given. Durations are milliseconds. */
  readonly defaultValue?: DefaultValue;
}

/** What is known of each key, by its schema. */
export const keyInfos = z.registry<KeyInfo>();

/** A key with a default. */
export function key<T extends z.ZodType>(
  type: ValueType<T>,
  defaultValue: z.util.NoUndefined<z.output<T>> & DefaultValue,
  doc: string,
) {
  const { form, allowed, schema } = type;
  const withDefault = schema.default(defaultValue);
  keyInfos.add(withDefault, { form, allowed, doc, defaultValue });
  return withDefault;
}

/** A key that is unset unless given. */
export function optionalKey<T extends z.ZodType>(type: ValueType<T>, doc: string) {
  const { form, allowed, schema } = type;
  const optional = schema.optional();
  keyInfos.add(optional, { form, allowed, doc });
  return optional;
}
