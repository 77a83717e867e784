import type { z } from 'zod';
import type { ValueForm, ValueType } from './values.js';

/** One setting of a part of the library: what a value may be, which it is unless told otherwise, and what it is for. */
export interface Setting<T> {
  /** Its name for operators, such as `rules.octavia_owner`. A dot is a level. */
  readonly key: string;
  readonly form: ValueForm;
  /** What is allowed, in words. */
  readonly allowed: string;
  readonly doc: string;
  /** Parses a value as an operator gives it. */
  readonly schema: z.ZodType<T>;
  readonly defaultValue: T;
}

/** The settings of a part of the library, by the names that the code has for them. */
export type SettingsTable<S> = { readonly [N in keyof S]: Setting<S[N]> };

/** The values of a table of settings. */
export type SettingsOf<T> = { readonly [N in keyof T]: T[N] extends Setting<infer V> ? Unchanging<V> : never };

/** A value that nobody changes. @inline */
type Unchanging<V> = V extends readonly (infer E)[] ? readonly E[] : V;

/** A setting. Durations are milliseconds. */
export function setting<T extends z.ZodType>(
  key: string,
  type: ValueType<T>,
  defaultValue: z.output<T>,
  doc: string,
): Setting<z.output<T>> {
  return {
    key,
    form: type.form,
    allowed: type.allowed,
    doc,
    schema: type.schema as z.ZodType<z.output<T>>,
    defaultValue,
  };
}

/** All values of a table, each the default. */
export function defaultsOf<T extends Readonly<Record<string, Setting<unknown>>>>(table: T): SettingsOf<T> {
  // Each name has the default of its own setting.
  return Object.fromEntries(
    Object.entries(table).map(([name, { defaultValue }]) => [name, defaultValue]),
  ) as SettingsOf<T>;
}
