import { expect } from 'chai';
import { Rounds } from '../../../../lib/base/reconnect/rounds.js';

describe('Rounds', () => {
  const create = (servers: number): Rounds => new Rounds({ servers, retryLowMs: 100, retryHighMs: 1_000 });
  const delays = (rounds: Rounds, attempts: readonly (number | undefined)[]): readonly number[] =>
    attempts.map((connectedMs) => rounds.delayAfter(connectedMs));
  const inVain = (count: number): undefined[] => Array.from({ length: count }, () => undefined);

  it('should wait longer after each attempt in vain, up to the longest wait', () => {
    expect(delays(create(1), inVain(6))).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('should try each server once before it waits', () => {
    expect(delays(create(3), inVain(6))).to.deep.equal([0, 0, 100, 0, 0, 200]);
  });

  it('should begin anew after a good connection', () => {
    const rounds = create(2);
    delays(rounds, inVain(5));
    expect(delays(rounds, [5_000, undefined, undefined, undefined])).to.deep.equal([0, 100, 0, 200]);
  });

  it('should take connections that break at once for failures', () => {
    expect(delays(create(2), [1, 1, 1, 1])).to.deep.equal([0, 100, 0, 200]);
  });
});
