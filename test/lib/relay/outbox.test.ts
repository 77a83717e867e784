import { expect } from 'chai';
import { Outbox, type Entry } from '../../../lib/relay/outbox.js';
import { stateOf } from '../../support/turns.js';

function entry(key: string, bytes = 10): Entry {
  return { record: { key, value: key, headers: {}, bytes }, receivedAt: 0, acknowledge: () => undefined };
}

function keysOf(outbox: Outbox): readonly string[] | undefined {
  return outbox.take()?.entries.map(({ record }) => record.key);
}

describe('Outbox', () => {
  let outbox: Outbox;

  beforeEach(() => {
    outbox = new Outbox({ records: 3, bytes: 100 });
  });

  describe('when entries wait', () => {
    it('should hand out all of them at once, in their order', () => {
      for (const key of ['a', 'b', 'a']) outbox.add(entry(key));
      expect(keysOf(outbox)).to.deep.equal(['a', 'b', 'a']);
      expect(outbox.take()).to.equal(undefined);
    });

    it('should hand out no more than the limit, and then the rest', () => {
      for (const key of ['a', 'b', 'c', 'd']) outbox.add(entry(key));
      expect(keysOf(outbox)).to.deep.equal(['a', 'b', 'c']);
      expect(keysOf(outbox)).to.deep.equal(['d']);
    });

    it('should heed the bytes, and hand out one that is longer by itself', () => {
      for (const [key, bytes] of Object.entries({ a: 60, b: 60, c: 500, d: 1 })) outbox.add(entry(key, bytes));
      expect(keysOf(outbox)).to.deep.equal(['a']);
      expect(keysOf(outbox)).to.deep.equal(['b']);
      expect(keysOf(outbox)).to.deep.equal(['c']);
      expect(keysOf(outbox)).to.deep.equal(['d']);
    });
  });

  describe('when a gap is marked', () => {
    it('should hand out the mark with the entries that come after it', () => {
      outbox.markGap('start');
      outbox.add(entry('a'));
      expect(outbox.take()).to.include({ gap: 'start' });
      outbox.add(entry('b'));
      expect(outbox.take()).not.to.have.property('gap');
    });

    it('should hand out the mark without any entry: consumers need not wait for the next change', () => {
      outbox.markGap('queue-lost');
      expect(outbox.take()).to.deep.equal({ gap: 'queue-lost', entries: [] });
    });

    it('should keep the mark when the entries are dropped', () => {
      outbox.markGap('start');
      outbox.add(entry('a'));
      outbox.drop();
      outbox.markGap('queue-lost');
      expect(outbox.take()).to.deep.equal({ gap: 'start', entries: [] });
      expect(outbox.take()).to.equal(undefined);
    });
  });

  describe('when nothing waits', () => {
    it('should tell when something does', async () => {
      for (const fill of [
        () => {
          outbox.add(entry('a'));
        },
        () => {
          outbox.markGap('start');
        },
      ]) {
        const filled = outbox.filled(new AbortController().signal);
        expect(await stateOf(filled)).to.equal('pending');
        fill();
        await filled;
        outbox.take();
      }
    });

    it('should wait no longer than the signal says', async () => {
      const controller = new AbortController();
      const filled = outbox.filled(controller.signal);
      controller.abort();
      await filled;
      await outbox.filled(controller.signal);
    });
  });
});
