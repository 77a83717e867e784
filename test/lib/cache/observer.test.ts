import { expect } from 'chai';
import { CacheObservers, type CacheObserver, type Transition } from '../../../lib/cache/index.js';
import type { Change } from '../../../lib/change-stream/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { portEntity } from '../../support/entities.js';

const change: Change = { operation: 'UPDATE', kind: 'virtual-machine-interface', uuid: uuidOf(1), requestId: 'req-1' };
const port = portEntity(uuidOf(1));
const transition: Transition = {
  kind: 'virtual-machine-interface',
  uuid: uuidOf(1),
  before: undefined,
  after: port,
};

describe('CacheObservers', () => {
  describe('when there are several', () => {
    it('should tell each of them, in their order', () => {
      const told: unknown[] = [];
      const telling = (name: string): CacheObserver => ({
        heard: (...heard) => told.push([name, ...heard]),
        seen: (...seen) => told.push([name, ...seen]),
      });
      const observers = new CacheObservers([telling('one'), telling('two')]);
      const [moment, sight] = [
        { sequence: 3, at: 10 },
        { readAfter: 2, at: 20 },
      ];
      observers.heard(change, moment);
      observers.seen(transition, sight);
      expect(told).to.deep.equal([
        ['one', change, moment],
        ['two', change, moment],
        ['one', transition, sight],
        ['two', transition, sight],
      ]);
    });

    it('should await an object if one of them does', () => {
      const awaiting = (...uuids: readonly string[]): CacheObserver => ({
        awaits: (kind, uuid) => kind === 'floating-ip' && uuids.includes(uuid),
      });
      const observers = new CacheObservers([awaiting(uuidOf(1)), awaiting(uuidOf(2))]);
      expect([1, 2, 3].map((number) => observers.awaits('floating-ip', uuidOf(number)))).to.deep.equal([
        true,
        true,
        false,
      ]);
      expect(observers.awaits('virtual-ip', uuidOf(1))).to.equal(false);
    });

    it('should need what each of them needs', () => {
      const needing = (number: number): CacheObserver => ({
        needs: () => [{ kind: 'floating-ip', uuid: uuidOf(number) }],
      });
      const observers = new CacheObservers([needing(1), needing(2)]);
      expect(observers.needs('virtual-machine-interface', port).map(({ uuid }) => uuid)).to.deep.equal([
        uuidOf(1),
        uuidOf(2),
      ]);
    });
  });

  describe('when one of them leaves something out', () => {
    it('should go without it', () => {
      for (const observers of [new CacheObservers([{}]), new CacheObservers([])]) {
        observers.heard(change, { sequence: 1, at: 0 });
        observers.seen(transition, { readAfter: 0, at: 0 });
        expect(observers.awaits('floating-ip', uuidOf(1))).to.equal(false);
        expect(observers.needs('virtual-machine-interface', port)).to.deep.equal([]);
      }
    });
  });
});
