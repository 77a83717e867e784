import { expect } from 'chai';
import { ManualClock, type LogFields } from '../../../lib/index.js';
import { linesInWindow, RepeatFilter, repeatWindowMs, SuppressedLines } from '../../../service/log/index.js';

describe('RepeatFilter', () => {
  let clock: ManualClock;
  let suppressed: SuppressedLines;
  let told: LogFields[];
  let filter: RepeatFilter;

  beforeEach(() => {
    clock = new ManualClock();
    suppressed = new SuppressedLines();
    told = [];
    filter = new RepeatFilter(clock, suppressed, (level, message, fields) => {
      told.push({ level, message, ...fields });
    });
  });

  describe('when a warning is written again', () => {
    it('should keep it back for a minute, count it, and tell the count', () => {
      expect(filter.admits('warn', 'broken', { server: 'a', attempt: 1 })).to.equal(true);
      for (let attempt = 2; attempt <= 10; attempt += 1)
        expect(filter.admits('warn', 'broken', { server: 'a', attempt })).to.equal(false);
      expect(suppressed.count('repeated')).to.equal(9);
      clock.step(repeatWindowMs);
      const fields = { line: 'broken', repeated: 9, tooMany: 0, windowMs: repeatWindowMs };
      expect(told).to.deep.equal([{ level: 'warn', message: 'log lines kept back', ...fields }]);
      expect(filter.admits('warn', 'broken', { server: 'a', attempt: 11 })).to.equal(true);
    });

    it('should write it if it is about something else, or is more severe', () => {
      expect(filter.admits('warn', 'broken', { server: 'a' })).to.equal(true);
      expect(filter.admits('warn', 'broken', { server: 'b' })).to.equal(true);
      expect(filter.admits('error', 'broken', { server: 'a' })).to.equal(true);
      expect(filter.admits('warn', 'other', { server: 'a' })).to.equal(true);
    });

    it('should have nothing to tell, and no timer, when nothing was kept back', () => {
      filter.admits('warn', 'broken', {});
      expect(clock.pending).to.equal(0);
      filter.flush();
      expect(told).to.deep.equal([]);
    });
  });

  describe('when a message floods', () => {
    it('should write a bounded number of lines, and lose none silently', () => {
      const flood = 10 * linesInWindow.warn;
      let written = 0;
      for (let index = 0; index < flood; index += 1)
        if (filter.admits('warn', 'message rejected', { uuid: String(index) })) written += 1;
      expect(written).to.equal(linesInWindow.warn);
      filter.flush();
      expect(told[0]).to.include({ tooMany: flood - written, repeated: 0 });
      expect(suppressed.count('too-many')).to.equal(flood - written);
    });

    it('should let other messages through', () => {
      for (let index = 0; index < 1000; index += 1) filter.admits('warn', 'message rejected', { uuid: String(index) });
      expect(filter.admits('warn', 'something else', {})).to.equal(true);
    });
  });

  describe('when lines tell of events', () => {
    it('should write each, also of two thousand failovers, and also if they look alike', () => {
      for (let index = 0; index < 2000; index += 1)
        expect(filter.admits('info', 'floating ip restored', { vip: 'a' })).to.equal(true);
    });

    it('should write all lines for debugging', () => {
      for (let index = 0; index < 20_000; index += 1) expect(filter.admits('debug', 'plan', {})).to.equal(true);
    });
  });
});
