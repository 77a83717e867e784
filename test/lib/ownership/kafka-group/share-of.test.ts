import { expect } from 'chai';
import { shareOf } from '../../../../lib/index.js';
import { vipKey } from '../../../../lib/rules.js';
import { uuidOf } from '../../../support/change-messages.js';

describe('shareOf', () => {
  it('should be the same in every version: monitors of two versions share', () => {
    const keys = [vipKey(uuidOf(1), '10.0.0.5'), vipKey(uuidOf(1), '10.0.0.6'), vipKey(uuidOf(2), 'fd00::5')];

    // FNV-1a, 32 bits, computed elsewhere.
    expect(keys.map((key) => shareOf(key, 2 ** 32))).to.deep.equal([673_288_487, 690_066_106, 2_124_201_897]);
  });

  it('should spread the VIPs of one network evenly', () => {
    const sizes = new Array<number>(16).fill(0);
    for (let host = 0; host < 4096; host++) {
      const share = shareOf(vipKey(uuidOf(1), `10.0.${host >> 8}.${host & 255}`), 16);
      sizes[share] = (sizes[share] ?? 0) + 1;
    }

    for (const size of sizes) expect(size).to.be.within(128, 384);
  });
});
