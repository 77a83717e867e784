import { expect } from 'chai';
import fc from 'fast-check';
import { planConnection } from '../../../lib/config-api/connection-plan.js';

const times = (ms: number, count = 5): readonly number[] => Array.from({ length: count }, () => ms);

describe('planConnection', () => {
  it('should take fresh connections from a server that answers late on a reused one', () => {
    const measured = { fresh: times(3), reused: times(44) };
    expect(planConnection('fresh', measured)).to.deep.equal({ use: 'fresh', freshMs: 3, reusedMs: 44 });
    expect(planConnection('reused', measured)).to.deep.equal({ use: 'fresh', freshMs: 3, reusedMs: 44 });
  });

  it('should reuse connections where it costs less', () => {
    const measured = { fresh: times(3), reused: times(1) };
    expect(planConnection('fresh', measured)).to.deep.equal({ use: 'reused', freshMs: 3, reusedMs: 1 });
  });

  it('should see that only every second answer is late', () => {
    expect(planConnection('reused', { fresh: times(2), reused: [1, 43, 1, 43, 1, 43, 1, 43] }).use).to.equal('fresh');
    expect(planConnection('reused', { fresh: times(2), reused: [43, 1, 43, 1, 43] }).use).to.equal('fresh');
  });

  it('should not mind hiccups either way', () => {
    expect(planConnection('fresh', { fresh: times(3, 8), reused: [1, 500, 1, 1, 1, 300, 1, 1] }).use).to.equal(
      'reused',
    );
    expect(planConnection('fresh', { fresh: [3, 3, 3, 500, 3], reused: times(2.9) }).use).to.equal('fresh');
  });

  for (const present of ['fresh', 'reused'] as const) {
    it(`should stay with ${present} connections where there is no clear difference`, () => {
      const [slower, faster] = [times(1), times(0.85)];
      const measured = present === 'fresh' ? { fresh: slower, reused: faster } : { fresh: faster, reused: slower };
      expect(planConnection(present, measured).use).to.equal(present);
    });

    it(`should stay with ${present} connections, and claim nothing, where too little was measured`, () => {
      expect(planConnection(present, { fresh: times(1, 3), reused: times(9) })).to.deep.equal({ use: present });
      expect(planConnection(present, { fresh: times(9), reused: [] })).to.deep.equal({ use: present });
    });
  }

  it('should not change its mind when it measures the same again', () => {
    const time = fc.double({ min: 0, max: 1000, noNaN: true });
    const list = fc.array(time, { maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom('fresh' as const, 'reused' as const), list, list, (present, fresh, reused) => {
        const { use } = planConnection(present, { fresh, reused });
        expect(planConnection(use, { fresh, reused }).use).to.equal(use);
      }),
    );
  });
});
