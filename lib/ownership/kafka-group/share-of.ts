const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/**
 * The share of a VIP, from 0 to `shares` - 1: FNV-1a (32 bits) over the key, which is ASCII. Part of what monitors agree on: while
 * monitors of two versions run side by side, both have to find the same.
 */
export function shareOf(key: string, shares: number): number {
  let hash = offsetBasis;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), prime);
  return (hash >>> 0) % shares;
}
