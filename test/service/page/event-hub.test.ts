import { expect } from 'chai';
import { ManualClock } from '../../../lib/index.js';
import { EventHub } from '../../../service/page/index.js';

/** Who listens: what it was told. */
interface Listener {
  readonly told: string[];
  leave(): void;
}

describe('EventHub', () => {
  let clock: ManualClock;
  let state: string;
  let looks: number;
  let hub: EventHub;

  beforeEach(() => {
    clock = new ManualClock();
    state = '{"a":1}';
    looks = 0;
    hub = new EventHub({
      clock,
      state: () => {
        looks += 1;
        return state;
      },
      listeners: 2,
    });
  });

  const listen = (): Listener => {
    const told: string[] = [];
    const answer = hub.answer();
    if (!('begin' in answer)) throw new Error(`refused: ${String(answer.body)}`);
    const leave = answer.begin({ write: (text) => told.push(text), end: () => undefined });
    return { told, leave };
  };
  const states = ({ told }: Listener): readonly string[] =>
    told.flatMap((text) => /^event: state\ndata: (.*)$/m.exec(text)?.[1] ?? []);

  describe('when somebody begins to listen', () => {
    it('should tell the whole state at once, and how to come back', () => {
      const listener = listen();
      expect(listener.told[0]).to.equal('retry: 2000\n\n');
      expect(states(listener)).to.deep.equal(['{"a":1}']);
    });
  });

  describe('when the state changes', () => {
    it('should tell it to all, once, at most once a second', () => {
      const [one, other] = [listen(), listen()];
      looks = 0;
      state = '{"a":2}';
      clock.step(999);
      expect(states(one)).to.have.length(1);
      state = '{"a":3}';
      clock.step(1);
      expect([states(one), states(other)]).to.deep.equal([
        ['{"a":1}', '{"a":3}'],
        ['{"a":1}', '{"a":3}'],
      ]);
      expect(looks).to.equal(1);
    });

    it('should tell it to who came before, though who came later knows it', () => {
      const one = listen();
      state = '{"a":2}';
      listen();
      clock.step(1_000);
      expect(states(one)).to.deep.equal(['{"a":1}', '{"a":2}']);
    });
  });

  describe('when nothing changes', () => {
    it('should say now and then that it is still there', () => {
      const listener = listen();
      clock.step(30_000);
      expect(states(listener)).to.have.length(1);
      expect(listener.told.filter((text) => text.startsWith('event: still'))).to.have.length(3);
    });
  });

  describe('when nobody listens any more', () => {
    it('should not look', () => {
      const listener = listen();
      listener.leave();
      looks = 0;
      clock.step(60_000);
      expect(looks).to.equal(0);
      expect(clock.pending).to.equal(0);
      expect(states(listen())).to.deep.equal(['{"a":1}']);
    });
  });

  describe('when too many listen', () => {
    it('should refuse the next one until one leaves', () => {
      const first = listen();
      listen();
      expect(hub.answer()).to.include({ code: 503 });
      first.leave();
      expect(hub.size).to.equal(1);
      listen();
    });
  });
});
