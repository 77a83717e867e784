import { expect } from 'chai';
import fc from 'fast-check';
import { ManualClock } from '../../../lib/clock/index.js';
import { WriteGovernor } from '../../../lib/controller/index.js';
import { vipKey } from '../../../lib/schema/index.js';
import { keepingLogger, type LogLine } from './doubles.js';

const vip = vipKey('a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f', '10.0.0.5');
const otherVip = vipKey('a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f', '2001:db8::5');

describe('WriteGovernor', () => {
  let clock: ManualClock;
  let lines: LogLine[];
  let governor: WriteGovernor;

  const write = (times: number, everyMs = 0): void => {
    for (let i = 0; i < times; i++) {
      governor.wrote(vip);
      clock.step(everyMs);
    }
  };

  beforeEach(() => {
    clock = new ManualClock();
    lines = [];
    governor = new WriteGovernor({ clock, logger: keepingLogger(lines) });
  });

  it('should let 30 writes in a minute pass', () => {
    write(30);
    expect(governor.delayMs(vip)).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('should slow the VIP down at the 31st, to one a second, and no other', () => {
    write(31);
    expect(governor.delayMs(vip)).to.equal(1000);
    expect(governor.delayMs(otherVip)).to.equal(0);
    clock.step(400);
    expect(governor.delayMs(vip)).to.equal(600);
    clock.step(600);
    expect(governor.delayMs(vip)).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([vip]);
  });

  it('should let any number of writes pass that are more than two seconds apart', () => {
    write(500, 2001);
    expect(lines).to.deep.equal([]);
  });

  it('should end by itself, as soon as 30 writes are left in the window', () => {
    write(31, 100);
    clock.step(60_000 - 31 * 100 - 1);
    expect([...governor.throttled.keys()]).to.deep.equal([vip]);
    clock.step(1);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
  });

  it('should log once when it begins and once when it ends', () => {
    write(120, 1000);
    expect(lines.map(({ level, fields }) => [level, fields['vip']])).to.deep.equal([['warn', vip]]);
    clock.step(60_000);
    expect(lines.map(({ level, fields }) => [level, fields['vip']])).to.deep.equal([
      ['warn', vip],
      ['warn', vip],
    ]);
    expect(clock.pending).to.equal(0);
  });

  it('should remember no VIP that was not written for a whole window', () => {
    for (let i = 0; i < 1000; i++) governor.wrote(vipKey('a4a43a5b-eb16-4ee6-b365-290e2b2c1d3f', `10.1.0.${i}`));
    expect(governor.remembered).to.equal(1000);
    clock.step(60_000);
    governor.wrote(vip);
    expect(governor.remembered).to.equal(1);
  });

  it('should leave no timer when it is closed', () => {
    write(31);
    governor.close();
    expect(clock.pending).to.equal(0);
    expect([...governor.throttled.keys()]).to.deep.equal([]);
  });

  it('should slow down exactly while more than the limit lie in the window, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 60 }), (pauses) => {
        clock = new ManualClock();
        governor = new WriteGovernor({ clock, limit: 3, windowMs: 100 });
        const times: number[] = [];
        for (const pause of pauses) {
          clock.step(pause);
          const now = clock.monotonic();
          expect(governor.throttled.size > 0).to.equal(times.filter((at) => at > now - 100).length > 3);
          governor.wrote(vip);
          times.push(now);
        }
      }),
    );
  });
});
