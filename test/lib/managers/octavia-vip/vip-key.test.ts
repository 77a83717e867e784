import { expect } from 'chai';
import fc from 'fast-check';
import { vipKey, vipKeyParts } from '../../../../lib/managers/octavia-vip/vip-key.js';
import { canonicalAddress } from '../../../../lib/model/index.js';

describe('vipKey', () => {
  it('should be network and address, and give both back', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => canonicalAddress(text)!);
    fc.assert(
      fc.property(fc.uuid(), address, (networkUuid, text) => {
        const key = vipKey(networkUuid, text);
        expect(key).to.equal(`${networkUuid}/${text}`);
        expect(vipKeyParts(key)).to.deep.equal({ networkUuid, address: text });
      }),
    );
  });
});
