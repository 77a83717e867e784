import { expect } from 'chai';
import fc from 'fast-check';
import { DelayHeap } from '../../../../lib/base/collections/delay-heap.js';

describe('DelayHeap', () => {
  it('should give the keys in the order of the earliest time of each, however they were put in', () => {
    const puts = fc.array(fc.tuple(fc.nat(40).map(String), fc.nat(1000)), { maxLength: 200 });
    fc.assert(
      fc.property(puts, fc.nat(1000), (entries, now) => {
        const heap = new DelayHeap<string>();
        const earliest = new Map<string, number>();
        for (const [key, dueAt] of entries) {
          heap.put(key, dueAt);
          earliest.set(key, Math.min(dueAt, earliest.get(key) ?? Infinity));
        }
        expect(heap.size).to.equal(earliest.size);
        const taken: string[] = [];
        for (let key = heap.takeDue(now); key !== undefined; key = heap.takeDue(now)) taken.push(key);
        const due = [...earliest].filter(([, dueAt]) => dueAt <= now).sort((a, b) => a[1] - b[1]);
        // Not the keys themselves: those with the same time come in the order of their adding.
        expect(taken.map((key) => earliest.get(key))).to.deep.equal(due.map(([, dueAt]) => dueAt));
        expect(new Set(taken).size).to.equal(due.length);
        expect(heap.size).to.equal(earliest.size - due.length);
      }),
    );
  });

  it('should be empty when it is cleared', () => {
    const heap = new DelayHeap<string>();
    heap.put('a', 1);
    heap.clear();
    heap.put('a', 5);
    expect(heap.peek()).to.include({ key: 'a', dueAt: 5 });
    expect(heap.size).to.equal(1);
  });
});
