import { createHmac } from 'node:crypto';
import { Address4, Address6 } from 'ip-address';
import { addressFamily, canonicalAddress } from '../../../lib/model/index.js';

const bitsOf = { 4: 32, 6: 128 } as const;
/** So many bits stay: the classes of IPv4, and what tells the kinds of IPv6 addresses apart. */
const keptBits = { 4: 4, 6: 8 } as const;

/**
 * Other addresses for addresses: each always the same one, two never the same, and those of one subnet are of one subnet again, whatever its
 * length (the way of Crypto-PAn: whether a bit is turned hangs on a secret and on the bits before it).
 */
export class AddressMap {
  private readonly known = new Map<string, string>();

  public constructor(private readonly secret: Uint8Array) {}

  /** The address for a canonical one. What means no address stays. */
  public address(canonical: string): string {
    if (canonical === '0.0.0.0' || canonical === '::') return canonical;
    const known = this.known.get(canonical);
    if (known !== undefined) return known;
    const made = textOf(this.turned(bigOf(canonical), addressFamily(canonical)), addressFamily(canonical));
    this.known.set(canonical, made);
    return made;
  }

  /** The prefix for a prefix: its host bits are zero, as before. */
  public prefix(canonical: string, length: number): string {
    const family = addressFamily(canonical);
    const host = BigInt(Math.max(0, bitsOf[family] - length));
    if (host === 0n) return this.address(canonical);
    return textOf((this.turned(bigOf(canonical), family) >> host) << host, family);
  }

  private turned(value: bigint, family: 4 | 6): bigint {
    const bits = bitsOf[family];
    let result = 0n;
    for (let place = 0; place < bits; place += 1) {
      const before = value >> BigInt(bits - place);
      const bit = (value >> BigInt(bits - place - 1)) & 1n;
      result = (result << 1n) | (place < keptBits[family] ? bit : bit ^ this.turn(`${family} ${place} ${before}`));
    }
    return result;
  }

  private turn(prefix: string): bigint {
    return BigInt((createHmac('sha256', this.secret).update(prefix).digest()[0] ?? 0) & 1);
  }
}

function bigOf(canonical: string): bigint {
  return addressFamily(canonical) === 4 ? new Address4(canonical).bigInt() : new Address6(canonical).bigInt();
}

function textOf(value: bigint, family: 4 | 6): string {
  const text = family === 4 ? Address4.fromBigInt(value).correctForm() : Address6.fromBigInt(value).correctForm();
  return canonicalAddress(text) ?? text;
}
