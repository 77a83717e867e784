import { expect } from 'chai';
import { Positions } from '../../../lib/change-stream/kafka/positions.js';
import { ProgressWatch } from '../../../lib/change-stream/kafka/progress-watch.js';
import { ManualClock } from '../../../lib/index.js';

const stallMs = 1_000;

describe('ProgressWatch', () => {
  let clock: ManualClock;
  let positions: Positions;
  let watch: ProgressWatch;
  let missed: number;
  let lags: number[];

  const look = (low: number, high: number, places = watch.places()): void => {
    watch.look([{ partition: 0, low: BigInt(low), high: BigInt(high) }], places);
  };

  beforeEach(() => {
    clock = new ManualClock();
    positions = new Positions();
    positions.advance(0, 10n);
    missed = 0;
    lags = [];
    watch = new ProgressWatch({
      positions,
      clock,
      stallMs,
      onMissed: () => (missed += 1),
      onLag: (messages) => lags.push(messages),
    });
  });

  it('should take a reader that has nothing to read for sound, however long', () => {
    for (let i = 0; i < 10; i++) {
      look(0, 10);
      clock.step(stallMs);
    }

    expect(lags).to.deep.equal(new Array(10).fill(0));
  });

  it('should take a reader for sound that reads, but lags', () => {
    for (let i = 0; i < 10; i++) {
      look(0, 100 + 10 * i);
      clock.step(stallMs + 1);
      positions.advance(0, BigInt(100 + 10 * i));
    }

    expect(lags[1]).to.equal(10);
  });

  it('should find out a reader that stands still although there are messages', () => {
    look(0, 11);
    clock.step(stallMs);
    look(0, 12);
    clock.step(1);

    expect(() => {
      look(0, 12);
    }).to.throw('there are messages, and none is read');
  });

  it('should find out a reader that does not read one of several partitions', () => {
    const both = (high: bigint): void => {
      watch.look(
        [
          { partition: 0, low: 0n, high },
          { partition: 1, low: 0n, high: 3n },
        ],
        watch.places(),
      );
    };
    both(11n);
    positions.advance(0, 11n);
    clock.step(stallMs + 1);

    expect(() => {
      both(12n);
    }).to.throw('there are messages, and none is read');
  });

  it('should not blame a reader that waits for the sink, nor right after', () => {
    look(0, 11);
    watch.holdUp(true);
    clock.step(5 * stallMs);
    look(0, 11);
    watch.holdUp(false);
    look(0, 11);
    clock.step(stallMs);
    look(0, 11);

    expect(lags).to.deep.equal([1, 1, 1, 1]);
  });

  it('should allow for a reader that gets ahead while the log is looked up', () => {
    const places = watch.places();
    positions.advance(0, 15n);

    look(0, 12, places);
  });

  it('should find out a topic that ends before the reader', () => {
    expect(() => {
      look(0, 9);
    }).to.throw('the topic was made anew, or has lost messages');
  });

  it('should find out a topic whose messages were removed in front of the reader', () => {
    expect(() => {
      look(11, 20);
    }).to.throw('messages were removed before they were read');
  });

  describe('when offsets had no message', () => {
    it('should take it for compaction where the log reaches back further', () => {
      watch.noteHole(0, 10n);
      positions.advance(0, 15n);
      look(10, 15);

      expect(missed).to.equal(0);
    });

    it('should tell, once, where the log begins after them', () => {
      watch.noteHole(0, 10n);
      positions.advance(0, 15n);
      look(11, 15);
      look(11, 15);

      expect(missed).to.equal(1);
    });
  });
});
