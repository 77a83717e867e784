/** `virtual_ip` → `virtual-ip`: fields and notifications write names with underscores, URLs with dashes (docs/opensdn.md, 1). */
export function toDashed(name: string): string {
  return name.replaceAll('_', '-');
}

/** `virtual-ip` → `virtual_ip`. */
export function toUnderscored(name: string): string {
  return name.replaceAll('-', '_');
}
