import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { refusalOf, Refusals, withoutRecord, type Stage } from '../../../lib/managers/index.js';
import { vipKey } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';

const vip = vipKey(uuidOf(0xb0), '10.107.0.3');
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
  it('should remember why for a minute from the last time, and then nothing', () => {
    const clock = new ManualClock();
    const refusals = new Refusals(clock);
    expect(refusals.of(vip)).to.equal(undefined);
    refusals.note(vip, refusal);
    clock.step(30_000);
    expect(refusals.of(vip)).to.deep.equal({ refusal, waitMs: 30_000 });
    refusals.note(vip, refusal);
    clock.step(59_999);
    expect(refusals.of(vip)).to.deep.equal({ refusal, waitMs: 1 });
    clock.step(1);
    expect(refusals.of(vip)).to.equal(undefined);
    expect(refusals.size).to.equal(0);
  });

  it('should remember no VIP longer than that', () => {
    const clock = new ManualClock();
    const refusals = new Refusals(clock);
    for (let count = 0; count < 200; count += 1) refusals.note(vipKey(uuidOf(1), `10.0.0.${count}`), refusal);
    clock.step(60_000);
    refusals.note(vip, refusal);
    expect(refusals.size).to.equal(1);
  });
});

describe('withoutRecord', () => {
  it('should leave what the floating ips need, and nothing of what is kept of them', () => {
    const drop = { action: 'delete-floating-ip-reference', uuid: uuidOf(3), portUuid: uuidOf(1) } as const;
    const add = { action: 'add-floating-ip-reference', uuid: uuidOf(3), portUuid: uuidOf(2) } as const;
    const keep = { action: 'add-virtual-ip-reference', target: 'created', portUuid: uuidOf(2) } as const;
    const stages: readonly Stage[] = [
      { name: 'let go', writes: [drop], isUrgent: true },
      { name: 'record', writes: [{ action: 'set-record', target: 'created', entries: [] }], isRecord: true },
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
