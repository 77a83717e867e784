import type { Subnet } from './common.js';

/** A family of addresses. */
export type Family = 'v4' | 'v6';

/** Of which families there are subnets. */
export function familiesOf(subnets: readonly Subnet[]): readonly Family[] {
  const prefixes = subnets.map(({ subnet }) => subnet?.ip_prefix ?? '');
  const has4 = prefixes.some((prefix) => prefix.includes('.') && !prefix.includes(':'));
  const has6 = prefixes.some((prefix) => prefix.includes(':'));
  return [...(has4 ? (['v4'] as const) : []), ...(has6 ? (['v6'] as const) : [])];
}
