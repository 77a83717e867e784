import { expect } from 'chai';
import { backoffMs } from '../../../../lib/base/reconnect/index.js';

describe('backoffMs', () => {
  it('should begin with the low delay, double with each failure, and stop at the high one', () => {
    expect([0, 1, 2, 3, 4].map((failures) => backoffMs(failures, 100, 1_000))).to.deep.equal([
      100, 200, 400, 800, 1_000,
    ]);
  });

  it('should stay a number after any count of failures', () => {
    expect(backoffMs(100_000, 1, Infinity)).to.equal(2 ** 30);
  });
});
