import { Address4, Address6 } from 'ip-address';

/**
 * The one spelling of an address that the library compares by, or undefined if the text is no address.
 *
 * IPv4 dotted, IPv6 shortest and lower case (RFC 5952, its IPv4-mapped addresses in hexadecimal too). Octal, short forms, prefixes (`/24`) and zones (`%eth0`) are no addresses here.
 */
export function canonicalAddress(text: string): string | undefined {
  if (text.includes('/') || text.includes('%')) return undefined;
  if (text.includes(':')) {
    return Address6.isValid(text) ? new Address6(text).correctForm() : undefined;
  }
  return Address4.isValid(text) ? new Address4(text).correctForm() : undefined;
}

/** 4 or 6, of an address that {@link canonicalAddress} accepts. */
export function addressFamily(address: string): 4 | 6 {
  return address.includes(':') ? 6 : 4;
}

/** The prefix length that covers exactly one address: 32 for IPv4, 128 for IPv6. */
export function fullPrefixLength(address: string): number {
  return addressFamily(address) === 6 ? 128 : 32;
}
