import type { Found, OriginalOption, UsedOption } from '../option.js';
import { defaultsOptions } from './defaults.js';
import { keystoneOptions } from './keystone.js';
import { cassandraOptions, sandeshOptions, schedulerOptions, securityOptions, statsOptions } from './other-sections.js';
import { authOptions, globalOptions } from './vnc-api.js';

/**
 * All options of the original's three files, by section and by name in lower case: which of our keys each has a part in, or why it is not
 * needed. docs/settings.md is made from it, and `translate/` has the values.
 */
export const originalOptions = {
  DEFAULTS: defaultsOptions,
  SECURITY: securityOptions,
  SCHEDULER: schedulerOptions,
  CASSANDRA: cassandraOptions,
  SANDESH: sandeshOptions,
  STATS: statsOptions,
  KEYSTONE: keystoneOptions,
  global: globalOptions,
  auth: authOptions,
} as const;

type Table = typeof originalOptions;
type UsedNames<S> = { [O in keyof S]: S[O] extends { readonly keys: readonly unknown[] } ? O : never }[keyof S];
type ValueOf<O> = O extends UsedOption<infer T> ? T : never;

/** What was given of the options that are taken over, each parsed. */
export type OriginalValues = {
  readonly [S in keyof Table]: { readonly [O in UsedNames<Table[S]>]?: Found<ValueOf<Table[S][O]>> };
};

/** What the table has of an option. */
export function findOption(section: string, name: string): OriginalOption | undefined {
  const options = optionsOfSection(section);
  return options !== undefined && Object.hasOwn(options, name) ? options[name] : undefined;
}

/** The options of a section, by name; undefined if the original has no such section. */
export function optionsOfSection(section: string): Readonly<Record<string, OriginalOption>> | undefined {
  const table: Readonly<Record<string, Readonly<Record<string, OriginalOption>>>> = originalOptions;
  return Object.hasOwn(table, section) ? table[section] : undefined;
}
