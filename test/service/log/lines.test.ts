import { expect } from 'chai';
import fc from 'fast-check';
import { formatLine, type LogLine } from '../../../service/log/index.js';

const line: LogLine = {
  at: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  level: 'warn',
  message: 'port refused',
  fields: { vip: 'n/10.0.0.1', loadBalancer: 'my lb' },
};

describe('formatLine', () => {
  describe('when lines are to look as the original writes them', () => {
    it('should write local time, a thread, the module, the level, and a Sandesh log', () => {
      expect(formatLine('contrail', line)).to.equal(
        `01/02/2026 03:04:05.006 ${process.pid.toString(16)} [contrail-svc-monitor] [WARNING]: ` +
          '__default__ [SYS_WARN]: SvcMonitorLog: port refused vip=n/10.0.0.1 loadBalancer="my lb"',
      );
    });

    it('should match what reads the lines of the original, whatever the level', () => {
      // As Python's logging formats them: %(asctime)s.%(msecs)03d %(thread)x [%(name)s] [%(levelname)s]: %(message)s
      const original =
        /^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\.\d{3} [0-9a-f]+ \[contrail-svc-monitor\] \[(DEBUG|INFO|WARNING|ERROR)\]: (.*)$/;
      for (const level of ['debug', 'info', 'warn', 'error'] as const)
        expect(formatLine('contrail', { ...line, level })).to.match(original);
    });
  });

  describe('when texts are hostile', () => {
    it('should write one line, without controls that a terminal obeys', () => {
      const sign = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\n', '\r', '\u001b[2J', '\u2028', '\u0085', '"', '='),
      );
      const text = fc.array(sign).map((parts) => parts.join(''));
      fc.assert(
        fc.property(text, text, fc.constantFrom('json', 'text', 'contrail'), (name, value, format) => {
          const written = formatLine(format, { ...line, message: value, fields: { [name]: value } });
          expect(written).not.to.match(/[\u0000-\u001f]/);
          if (format !== 'json') expect(written).not.to.match(/[\u007f-\u009f\u2028\u2029]/);
        }),
      );
    });
  });
});
