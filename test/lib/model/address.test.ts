import { expect } from 'chai';
import fc from 'fast-check';
import { addressFamily, canonicalAddress, fullPrefixLength } from '../../../lib/model/index.js';

/** An independent opinion on the spelling: the URL parser of the runtime writes IPv6 after RFC 5952. */
function byUrl(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1);
}

/** All eight groups, in full length and upper case: the longest spelling. */
function spelledOut(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
}

const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 });

describe('canonicalAddress', () => {
  it('should leave an IPv4 address as it is', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(canonicalAddress(address)).to.equal(address);
      }),
    );
  });

  it('should spell an IPv6 address in one way, however it was written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(canonicalAddress(address)).to.equal(byUrl(address));
        expect(canonicalAddress(address.toUpperCase())).to.equal(byUrl(address));
      }),
      { numRuns: 1000 },
    );
  });

  it('should spell short and long forms of the same IPv6 address alike, and not change its own spelling', () => {
    fc.assert(
      fc.property(groups, (parts) => {
        const long = spelledOut(parts);
        const canonical = canonicalAddress(long);
        expect(canonical).to.equal(byUrl(long));
        expect(canonicalAddress(parts.map((part) => part.toString(16)).join(':'))).to.equal(canonical);
        expect(canonicalAddress(canonical!)).to.equal(canonical);
      }),
      { numRuns: 1000 },
    );
  });

  for (const [text, canonical] of [
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::ffff:10.0.0.5', '::ffff:a00:5'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ] as const) {
    it(`should spell ${text} as ${canonical}`, () => {
      expect(canonicalAddress(text)).to.equal(canonical);
    });
  }

  for (const text of [
    '010.0.0.1',
    '10.0.0.01',
    '0x0a.0.0.1',
    '1.2.3',
    '1',
    '10.0.0.256',
    '10.0.0.-1',
    '10.0.0.1.2',
    '10.0.0.1/24',
    '10.0.0.1/32',
    '2001:db8::/64',
    '2001:db8::1/128',
    'fe80::1%eth0',
    '::ffff:010.0.0.1',
    '1::2::3',
    '12345::',
    '1:2:3:4:5:6:7',
    '[::1]',
    '10.0.0.1:80',
    ' 10.0.0.1',
    '10.0.0.1\n',
    '::1 ',
    'localhost',
    '',
  ]) {
    it(`should refuse ${JSON.stringify(text)}`, () => {
      expect(canonicalAddress(text)).to.equal(undefined);
    });
  }

  it('should answer any text without throwing, and not change its own spelling', () => {
    const unit = fc.constantFrom(...Array.from('0123456789abfFx.:/%[] \n'));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const canonical = canonicalAddress(text);
        if (canonical !== undefined) expect(canonicalAddress(canonical)).to.equal(canonical);
      }),
    );
  });
});

describe('addressFamily and fullPrefixLength', () => {
  it('should tell IPv4 from IPv6', () => {
    expect([addressFamily('10.0.0.5'), fullPrefixLength('10.0.0.5')]).to.deep.equal([4, 32]);
    expect([addressFamily('::'), fullPrefixLength('2001:db8::5')]).to.deep.equal([6, 128]);
  });
});
