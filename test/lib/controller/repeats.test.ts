import { expect } from 'chai';
import fc from 'fast-check';
import { Repeats } from '../../../lib/controller/index.js';

describe('Repeats', () => {
  const options = { limit: 3, windowMs: 100, things: 4 };

  it('should tell exactly when nothing lies in the window more often than the limit, whatever was done when', () => {
    const thing = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.array(thing, { maxLength: 3 })), { maxLength: 60 }), (rounds) => {
        const repeats = new Repeats(options);
        const done: { readonly thing: string; readonly at: number }[] = [];
        let now = 0;
        for (const [pause, things] of rounds) {
          now += pause;
          repeats.note(things, now);
          done.push(...things.map((name) => ({ thing: name, at: now })));
          const isRepeated = (at: number): boolean =>
            ['a', 'b', 'c', 'd'].some(
              (name) => done.filter((entry) => entry.thing === name && entry.at > at - options.windowMs).length > 3,
            );
          const endsInMs = repeats.endsInMs(now);
          expect(endsInMs > 0).to.equal(isRepeated(now));
          expect(isRepeated(now + endsInMs)).to.equal(false);
          if (endsInMs > 0) expect(isRepeated(now + endsInMs - 1)).to.equal(true);
        }
      }),
    );
  });

  it('should not take different things for the same', () => {
    const repeats = new Repeats({ ...options, things: 1_000 });
    for (let count = 0; count < 1_000; count += 1) repeats.note([`thing ${count}`], 0);
    expect(repeats.endsInMs(0)).to.equal(0);
  });

  it('should hold no more things than it may, and find out those who repeat more in turn', () => {
    const repeats = new Repeats(options);
    const many = Array.from({ length: 1_000 }, (_, count) => `thing ${count}`);
    for (let round = 0; round < 4; round += 1) repeats.note(many, round);
    expect(repeats.size).to.equal(options.things);
    expect(repeats.endsInMs(3)).to.be.greaterThan(0);
  });

  it('should forget what was not done for a whole window, and make room', () => {
    const repeats = new Repeats(options);
    repeats.note(['a', 'b', 'c', 'd'], 0);
    repeats.note(['e'], 99);
    expect(repeats.size).to.equal(4);
    repeats.note(['e'], 100);
    expect(repeats.size).to.equal(1);
  });
});
