import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { refusalOf, Refusals, withoutRecord, type Stage, type Write } from '../../../lib/planning/index.js';
import { uuidOf } from '../../support/change-messages.js';

const key = 'some key';
const refusal = { code: 'quota-exceeded', message: 'quota limit (0) exceeded' } as const;

describe('refusalOf', () => {
  it('should be what says no to just that write', () => {
    for (const code of ['quota-exceeded', 'forbidden', 'bad-request', 'conflict'] as const) {
      expect(refusalOf(new SvcMonitorError(code, 'no'))).to.deep.equal({ code, message: 'no' });
    }
  });

  it('should not be what says nothing of it, or concerns all writes', () => {
    for (const code of ['unavailable', 'timeout', 'aborted', 'unauthorized', 'not-found', 'bug'] as const) {
      expect(refusalOf(new SvcMonitorError(code, 'no'))).to.equal(undefined);
    }
    expect(refusalOf(new TypeError('no'))).to.equal(undefined);
  });
});

describe('Refusals', () => {
  const quotaExceeded = new SvcMonitorError('quota-exceeded', refusal.message);
  const answered = (
    status: number,
    code: 'unavailable' | 'bad-answer' | 'not-found' = 'unavailable',
  ): SvcMonitorError => new SvcMonitorError(code, `answered ${status}`, { details: { status } });
  let clock: ManualClock;
  let refusals: Refusals;

  beforeEach(() => {
    clock = new ManualClock();
    refusals = new Refusals(clock);
  });

  describe('when a record is refused', () => {
    it('should remember why for a minute from the last time, and then nothing', () => {
      expect(refusals.of(key)).to.equal(undefined);
      expect(refusals.judge(key, quotaExceeded)).to.deep.equal(refusal);
      clock.step(30_000);
      expect(refusals.of(key)).to.deep.equal({ refusal, waitMs: 30_000 });
      refusals.judge(key, quotaExceeded);
      clock.step(59_999);
      expect(refusals.of(key)).to.deep.equal({ refusal, waitMs: 1 });
      clock.step(1);
      expect(refusals.of(key)).to.equal(undefined);
      expect(refusals.size).to.equal(0);
    });

    it('should remember no key longer than that', () => {
      for (let count = 0; count < 200; count += 1) refusals.judge(`other ${count}`, quotaExceeded);
      clock.step(60_000);
      refusals.judge(key, quotaExceeded);
      expect(refusals.size).to.equal(1);
    });
  });

  for (const error of [
    answered(500),
    answered(422, 'bad-answer'),
    answered(429, 'bad-answer'),
    answered(404, 'not-found'),
  ]) {
    describe(`when a record fails again and again: ${error.message}`, () => {
      const failure = { code: error.code, message: error.message };

      it('should have it tried again at first, then call it refused, and have it tried every 10 s', () => {
        for (let count = 0; count < 4; count += 1) {
          expect(refusals.judge(key, error)).to.equal(undefined);
          expect(refusals.of(key)).to.equal(undefined);
          clock.step(500);
        }
        expect(refusals.judge(key, error)).to.deep.equal(failure);
        clock.step(9_999);
        expect(refusals.of(key)).to.deep.equal({ refusal: failure, waitMs: 1 });
        clock.step(1);
        expect(refusals.of(key)).to.equal(undefined);
        expect(refusals.judge(key, error)).to.deep.equal(failure);
      });

      it('should begin anew when one was taken in between', () => {
        for (let count = 0; count < 4; count += 1) refusals.judge(key, error);
        refusals.taken(key);
        expect(refusals.judge(key, error)).to.equal(undefined);
      });
    });
  }

  describe('when the config API is away, or concerns itself with nothing', () => {
    it('should never call that a refusal', () => {
      const away = [502, 503, 504].map((status) => answered(status));
      const unheard = (['unavailable', 'timeout', 'aborted', 'unauthorized', 'bug'] as const).map(
        (code) => new SvcMonitorError(code, 'no'),
      );
      for (const error of [...away, ...unheard, new TypeError('no')]) {
        for (let count = 0; count < 20; count += 1) expect(refusals.judge(key, error)).to.equal(undefined);
      }
      expect(refusals.size).to.equal(0);
    });
  });
});

describe('withoutRecord', () => {
  it('should leave what does not need the record, and nothing of what is kept in it or written to what it would create', () => {
    const floatingIp = { kind: 'floating-ip', uuid: uuidOf(3) } as const;
    const virtualIp = { kind: 'virtual-ip', created: 'it' } as const;
    const port = (number: number) => ({ kind: 'virtual-machine-interface', uuid: uuidOf(number) }) as const;
    const drop: Write = { do: 'delete-reference', on: floatingIp, to: port(1), relaxed: true };
    const add: Write = { do: 'add-reference', on: floatingIp, to: port(2), relaxed: true };
    const keep: Write = { do: 'add-reference', on: virtualIp, to: port(2), relaxed: true };
    const note: Write = { do: 'set-entries', on: virtualIp, field: 'annotations', set: {}, remove: [] };
    const stages: readonly Stage[] = [
      { name: 'let go', writes: [drop], isUrgent: true },
      { name: 'record', writes: [note], isRecord: true },
      { name: 'bind', writes: [add, keep] },
      { name: 'release', writes: [keep] },
      { name: 'attach', writes: [keep], isBookkeeping: true },
    ];
    expect(withoutRecord(stages).map(({ name, writes }) => [name, writes])).to.deep.equal([
      ['let go', [drop]],
      ['bind', [add]],
    ]);
  });
});
