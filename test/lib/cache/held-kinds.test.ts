import { expect } from 'chai';
import { inReadingOrder, watchedFields } from '../../../lib/cache/index.js';
import { definitionOf, kinds } from '../../../lib/model/index.js';

describe('inReadingOrder', () => {
  it('should put what is referenced first, and name each once', () => {
    expect(
      inReadingOrder(['floating-ip', 'virtual-machine-interface', 'floating-ip', 'virtual-network']),
    ).to.deep.equal(['virtual-network', 'virtual-machine-interface', 'floating-ip']);
    expect(inReadingOrder([...kinds].reverse())).to.deep.equal(kinds);
  });
});

describe('watchedFields', () => {
  it('should be what the cache reads of these kinds, those with few objects first', () => {
    const fields = watchedFields(['virtual-network', 'instance-ip', 'virtual-ip']);
    expect(Object.keys(fields)).to.deep.equal(['virtual-ip', 'instance-ip', 'virtual-network']);
    expect(fields['instance-ip']).to.deep.equal(definitionOf('instance-ip').fields);
  });

  it('should be besides those kinds whose deletes change them, and nothing of them', () => {
    const fields = watchedFields(['virtual-machine-interface']);
    expect(Object.keys(fields)).to.deep.equal(['virtual-machine-interface', 'virtual-machine']);
    expect(fields['virtual-machine']).to.deep.equal([]);
  });

  it('should be the kind as it is held, where it is held and lost, too', () => {
    const fields = watchedFields(['virtual-machine-interface', 'virtual-machine']);
    expect(Object.keys(fields)).to.deep.equal(['virtual-machine-interface', 'virtual-machine']);
  });

  it('should be of each kind with objects that matter more than nothing', () => {
    for (const kind of [
      'virtual-network',
      'virtual-machine-interface',
      'instance-ip',
      'floating-ip',
      'virtual-ip',
    ] as const) {
      expect(watchedFields([kind])[kind], kind).not.to.be.empty;
    }
  });
});
