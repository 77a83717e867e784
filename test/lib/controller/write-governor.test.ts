import { expect } from 'chai';
import fc from 'fast-check';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { WriteGovernor } from '../../../lib/controller/index.js';
import { keepingLogger, type LogLine } from './doubles.js';

const vip = 'a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f/10.0.0.5';
const again = { keys: ['add reference'] };
const otherVip = 'a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f/2001:db8::5';

describe('WriteGovernor', () => {
  let clock: ManualClock;
  let lines: LogLine[];
  let governor: WriteGovernor<string>;

  const write = (times: number, everyMs = 0): void => {
    for (let i = 0; i < times; i++) {
      governor.wrote(vip, again);
      clock.step(everyMs);
    }
  };

  beforeEach(() => {
    clock = new ManualClock();
    lines = [];
    governor = new WriteGovernor({ name: 'test', clock, logger: keepingLogger(lines) });
  });

  it('should let the same be written 15 times in a minute', () => {
    write(15);
    expect(governor.delayMs(vip)).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('should slow the VIP down at the 16th, to one a second, and no other', () => {
    write(16);
    expect(governor.delayMs(vip)).to.equal(1000);
    expect(governor.delayMs(otherVip)).to.equal(0);
    clock.step(400);
    expect(governor.delayMs(vip)).to.equal(600);
    clock.step(600);
    expect(governor.delayMs(vip)).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([vip]);
  });

  it('should let any number of writes pass that are more than four seconds apart', () => {
    write(500, 4001);
    expect(lines).to.deep.equal([]);
  });

  it('should end by itself, as soon as 15 writes are left in the window', () => {
    write(16, 100);
    clock.step(60_000 - 16 * 100 - 1);
    expect([...governor.throttled.keys()]).to.deep.equal([vip]);
    clock.step(1);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
  });

  it('should log once when it begins and once when it ends', () => {
    write(120, 1000);
    expect(lines.map(({ level, fields }) => [level, fields['key']])).to.deep.equal([['warn', vip]]);
    clock.step(60_000);
    expect(lines.map(({ level, fields }) => [level, fields['key']])).to.deep.equal([
      ['warn', vip],
      ['warn', vip],
    ]);
    expect(clock.pending).to.equal(0);
  });

  it('should remember no VIP that was not written for a whole window', () => {
    for (let i = 0; i < 1000; i++) governor.wrote(`a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f/10.1.0.${i}`, again);
    expect(governor.remembered).to.equal(1000);
    clock.step(60_000);
    governor.wrote(vip, again);
    expect(governor.remembered).to.equal(1);
  });

  it('should let any number of different writes pass', () => {
    for (let i = 0; i < 1000; i++) governor.wrote(vip, { keys: [`add reference ${i}`] });
    expect(governor.delayMs(vip)).to.equal(0);
  });

  it('should make what could not wait be paid for, but for no more than two rounds', () => {
    write(16);
    governor.wrote(vip, { keys: ['let go'], urgentOnly: true });
    expect(governor.delayMs(vip)).to.equal(2_000);
    governor.wrote(vip, { keys: ['let go'], urgentOnly: true });
    expect(governor.delayMs(vip)).to.equal(2_000);
    clock.step(2_000);
    write(1);
    expect(governor.delayMs(vip)).to.equal(1_000);
  });

  it('should say that it is over when the VIP is forgotten, and leave no timer', () => {
    write(16);
    governor.forget(vip);
    governor.forget(otherVip);
    expect(governor.delayMs(vip)).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
    expect(lines).to.have.length(2);
    expect(clock.pending).to.equal(0);
  });

  it('should say nothing when a VIP is forgotten that was not slowed down', () => {
    write(15);
    governor.forget(vip);
    write(15);
    expect(governor.remembered).to.equal(1);
    expect(lines).to.deep.equal([]);
  });

  it('should leave no timer when it is closed', () => {
    write(16);
    governor.close();
    expect(clock.pending).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
  });

  it('should slow down exactly while more than the limit lie in the window, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (pauses) => {
        clock = new ManualClock();
        governor = new WriteGovernor({ name: 'test', clock, limit: 3, windowMs: 100 });
        const times: number[] = [];
        for (const pause of pauses) {
          clock.step(pause);
          const now = clock.monotonic();
          expect(governor.throttled.size > 0).to.equal(times.filter((at) => at > now - 100).length > 3);
          governor.wrote(vip, again);
          times.push(now);
        }
      }),
    );
  });
});
