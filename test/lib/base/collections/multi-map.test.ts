import { expect } from 'chai';
import fc from 'fast-check';
import { MultiMap } from '../../../../lib/base/collections/multi-map.js';

describe('MultiMap', () => {
  it('should hold each value of a key once, and no key without values, whatever was added and deleted', () => {
    const steps = fc.array(
      fc.record({ isAdd: fc.boolean(), key: fc.constantFrom('k', 'l'), value: fc.constantFrom('a', 'b', 'c') }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, (sequence) => {
        const map = new MultiMap();
        const model = new Map<string, Set<string>>();
        for (const { isAdd, key, value } of sequence) {
          const values = model.get(key) ?? new Set<string>();
          if (isAdd) {
            map.add(key, value);
            model.set(key, values.add(value));
          } else {
            map.delete(key, value);
            values.delete(value);
            if (values.size === 0) model.delete(key);
          }
        }
        expect([...map.keys()].sort()).to.deep.equal([...model.keys()].sort());
        for (const key of ['k', 'l']) {
          expect([...map.get(key)].sort()).to.deep.equal([...(model.get(key) ?? [])].sort());
          expect(map.has(key)).to.equal(model.has(key));
        }
      }),
    );
  });
});
