/** The kinds of config objects that the library knows, as they stand in URLs and as wrapper keys. */
export const kinds = [
  'project',
  'virtual-network',
  'virtual-machine',
  'virtual-machine-interface',
  'instance-ip',
  'floating-ip',
  'virtual-ip',
] as const;

/** One of {@link kinds}. */
export type Kind = (typeof kinds)[number];

const known: ReadonlySet<string> = new Set(kinds);

/** Whether a dashed type name is a {@link Kind}. */
export function isKind(name: string): name is Kind {
  return known.has(name);
}

/** `virtual_ip` → `virtual-ip`: fields and notifications write names with underscores, URLs with dashes (docs/opensdn.md, 1). */
export function toDashed(name: string): string {
  return name.replaceAll('_', '-');
}

/** `virtual-ip` → `virtual_ip`. */
export function toUnderscored(name: string): string {
  return name.replaceAll('-', '_');
}
