import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { SvcMonitorError } from '../../../lib/index.js';
import { WinstonLogger, type LoggerOptions } from '../../../service/log/index.js';

function recorded(options: Partial<LoggerOptions> = {}) {
  const stream = new PassThrough({ encoding: 'utf8' });
  const logger = new WinstonLogger({ level: 'debug', format: 'json', stream, ...options });
  const text = (): string => String(stream.read() ?? '');
  const lines = (): Record<string, unknown>[] =>
    text()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, text, lines };
}

describe('WinstonLogger', () => {
  describe('when it writes JSON', () => {
    it('should write one line with timestamp, level, message and the fields', () => {
      const { logger, lines } = recorded();
      logger.info('change received', { kind: 'floating-ip', count: 2 });
      const [line, ...others] = lines();
      expect(others).to.deep.equal([]);
      expect(line).to.include({ level: 'info', message: 'change received', kind: 'floating-ip', count: 2 });
      expect(new Date(String(line?.['timestamp'])).toISOString()).to.equal(line?.['timestamp']);
    });

    it('should keep the message constant whatever the fields are called', () => {
      const { logger, lines } = recorded();
      logger.warn('constant', { message: 'other', level: 'other', timestamp: 1 });
      expect(lines()[0]).to.include({
        level: 'warn',
        message: 'constant',
        field_message: 'other',
        field_level: 'other',
        field_timestamp: 1,
      });
    });

    it('should write errors as message, code and causes', () => {
      const { logger, lines } = recorded();
      const error = new SvcMonitorError('timeout', 'too slow', { cause: new Error('socket') });
      logger.error('request failed', { error });
      expect(lines()[0]?.['error']).to.deep.equal({ error: 'too slow', code: 'timeout', causes: ['socket'] });
    });

    it('should write what JSON cannot hold as text', () => {
      const { logger, lines } = recorded();
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      logger.info('odd', { big: 2n ** 64n, circle, map: new Map([['a', 1]]), set: new Set([1]), date: new Date(0) });
      expect(lines()[0]).to.deep.include({
        big: '18446744073709551616',
        circle: { self: '(circular)' },
        map: { a: 1 },
        set: [1],
        date: '1970-01-01T00:00:00.000Z',
      });
    });

    it('should bound long texts, long lists and deep objects', () => {
      const { logger, text } = recorded();
      const deep = JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50)) as object;
      logger.info('huge', { body: 'x'.repeat(1_000_000), list: Array.from({ length: 100_000 }, () => 1), deep });
      expect(text().length).to.be.below(10_000);
    });
  });

  describe('when it writes text', () => {
    it('should write a readable line', () => {
      const { logger, text } = recorded({ format: 'text' });
      logger.info('monitor is ready', { url: 'http://127.0.0.1:9097', reason: 'all read', none: undefined });
      expect(text()).to.match(/^\S+Z info {2}monitor is ready url=http:\/\/127.0.0.1:9097 reason="all read" none=-\n$/);
    });

    it('should let no value look like a line of its own', () => {
      const { logger, text } = recorded({ format: 'text' });
      logger.info('name', { name: 'x\n2026-01-01T00:00:00Z error forged' });
      expect(text().trimEnd().split('\n')).to.have.length(1);
    });
  });

  describe('when a level is set', () => {
    it('should write that level and the more severe ones', () => {
      const { logger, lines } = recorded({ level: 'warn' });
      logger.debug('a');
      logger.info('b');
      logger.warn('c');
      logger.error('d');
      expect(lines().map(({ message }) => message)).to.deep.equal(['c', 'd']);
    });

    it('should not touch the fields of a line that is not kept', () => {
      const { logger } = recorded({ level: 'info' });
      const fields = {
        get costly(): string {
          throw new Error('was read');
        },
      };
      expect(logger.isDebugEnabled()).to.equal(false);
      logger.debug('not kept', fields);
    });
  });

  describe('when it has children', () => {
    it('should add their fields to each line, the line’s own before them', () => {
      const { logger, lines } = recorded();
      const child = logger.child({ vip: 'a', kind: 'x' }).child({ attempt: 1 });
      child.info('from the child', { kind: 'y' });
      logger.info('from the parent');
      const [fromChild, fromParent] = lines();
      expect(fromChild).to.include({ vip: 'a', kind: 'y', attempt: 1 });
      expect(fromParent).not.to.have.property('vip');
    });
  });

  describe('when fields hold secrets', () => {
    const names = [
      'password',
      'rabbitPassword',
      'passwd',
      'token',
      'X-Auth-Token',
      'clientSecret',
      'authorization',
      'api_key',
    ];
    for (const name of names) {
      it(`should mask ${name}, at any depth`, () => {
        for (const format of ['json', 'text'] as const) {
          const { logger, text } = recorded({ format });
          logger.child({ [name]: 'hunter2' }).info('line', { [name]: 'hunter2', inner: [{ [name]: 'hunter2' }] });
          const written = text();
          expect(written).to.contain('***');
          expect(written).not.to.contain('hunter2');
        }
      });
    }

    it('should mask the credentials of URLs, also in the messages of errors', () => {
      const { logger, text } = recorded();
      logger.error('line', { url: 'amqp://me:hunter2@host/', error: new Error('no route to amqp://me:hun/ter2@host') });
      expect(text())
        .to.contain('amqp://***@host')
        .and.not.to.match(/hun\/?ter2/);
    });
  });
});
