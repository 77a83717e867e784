import { expect } from 'chai';
import { contenderPrefix, placeOf } from '../../../../lib/ownership/zookeeper/lock-nodes.js';

const node = (unique: string, sequence: string): string => `${unique.repeat(32)}__lock__${sequence}`;
const first = node('f', '0000000001');
const second = node('a', '0000000007');
const third = node('c', '0000000010');

describe('lock nodes', () => {
  it('should be called as kazoo calls them', () => {
    expect(contenderPrefix('0123456789abcdef0123456789abcdef')).to.equal('0123456789abcdef0123456789abcdef__lock__');
  });

  it('should stand in the order of their sequence, whatever comes before it', () => {
    const nodes = [third, first, second];
    expect(placeOf(first, nodes)).to.deep.equal({ leader: first });
    expect(placeOf(second, nodes)).to.deep.equal({ leader: first, predecessor: first });
    expect(placeOf(third, nodes)).to.deep.equal({ leader: first, predecessor: second });
  });

  it('should have no place when they are gone', () => {
    expect(placeOf(first, [])).to.equal(undefined);
    expect(placeOf(first, [second])).to.equal(undefined);
  });

  it('should not be held up by what is no contender', () => {
    expect(placeOf(second, ['0000000000', 'config', second])).to.deep.equal({ leader: second });
  });
});
