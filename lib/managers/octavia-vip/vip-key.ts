import type { z } from 'zod';

/**
 * The key of all work: a VIP, by virtual network and canonical address, as `<network uuid>/<address>`.
 * Never by the address alone: networks overlap (docs/design.md, "Detection").
 */
export type VipKey = string & z.$brand<'VipKey'>;

/** The key of a VIP. The address has to be canonical already. */
export function vipKey(networkUuid: string, address: string): VipKey {
  return `${networkUuid}/${address}` as VipKey;
}

/** Network and address of a key. */
export function vipKeyParts(key: VipKey): { readonly networkUuid: string; readonly address: string } {
  const slash = key.indexOf('/');
  return { networkUuid: key.slice(0, slash), address: key.slice(slash + 1) };
}
