import { expect } from 'chai';
import { z } from 'zod';
import { ManualClock, Outages, SvcMonitorError } from '../../../lib/index.js';
import { ReachabilitySender } from '../../../lib/config-api/reachability.js';
import type { ApiRequest, Operation } from '../../../lib/config-api/request.js';
import { KeptLog } from '../../support/kept.js';

const request = (operation: Operation): ApiRequest<unknown> => ({
  operation,
  kind: 'floating-ip',
  method: 'GET',
  path: '/floating-ips',
  answer: z.unknown(),
});

describe('ReachabilitySender', () => {
  const { signal } = new AbortController();
  let clock: ManualClock;
  let outages: Outages;
  let logger: KeptLog;
  let answers: (() => Promise<unknown>)[];
  let sender: ReachabilitySender;

  beforeEach(() => {
    clock = new ManualClock();
    outages = new Outages(clock);
    logger = new KeptLog();
    answers = [];
    const next = { send: <T>() => (answers.shift() ?? (() => Promise.resolve({})))() as Promise<T> };
    sender = new ReachabilitySender(next, { outages, clock, logger });
  });

  const ends = async (error?: SvcMonitorError, operation: Operation = 'list'): Promise<void> => {
    answers.push(() => (error === undefined ? Promise.resolve({}) : Promise.reject(error)));
    clock.step(10);
    await sender.send(request(operation), signal).catch(() => undefined);
  };
  const shown = (): readonly unknown[] => outages.problems().map(({ type, since }) => [type, since]);

  const failures = [
    ['unavailable', 'config-api-unreachable'],
    ['timeout', 'config-api-unreachable'],
    ['unauthorized', 'config-api-unauthorized'],
    ['bad-answer', 'config-api-odd'],
    ['forbidden', 'config-api-forbidden'],
  ] as const;
  for (const [code, type] of failures) {
    it(`should show an outage from the first ${code} until it is over, and log each end of it once`, async () => {
      await ends(new SvcMonitorError(code, 'no'));
      const since = clock.now();
      await ends(new SvcMonitorError(code, 'no, again'));
      expect(shown()).to.deep.equal([[type, since]]);
      expect(outages.problems()[0]).to.include({ message: 'no, again' });
      await ends();
      expect(shown()).to.deep.equal([]);
      expect(logger.lines.map(({ level }) => level)).to.deep.equal(['warn', 'info']);
      expect(logger.lines.at(-1)?.fields).to.deep.equal({ outageMs: 20 });
    });
  }

  for (const code of ['not-found', 'conflict', 'quota-exceeded', 'bad-request'] as const) {
    it(`should take ${code} for an answer`, async () => {
      await ends(new SvcMonitorError('unavailable', 'no'));
      const error = new SvcMonitorError(code, 'no such thing');
      await ends(error);
      expect(shown()).to.deep.equal([]);
    });
  }

  it('should not take for an outage what fails while others that began later are answered', async () => {
    let fail: (error: unknown) => void = () => undefined;
    answers.push(() => new Promise((_, reject) => (fail = reject)));
    const hanging = sender.send(request('get'), signal).catch(() => undefined);
    await ends();
    fail(new SvcMonitorError('timeout', 'nothing came'));
    await hanging;
    expect(shown()).to.deep.equal([]);
  });

  it('should not take writes for allowed because reads are', async () => {
    await ends(new SvcMonitorError('forbidden', 'no'), 'update');
    await ends(undefined, 'list');
    expect(shown()).to.have.length(1);
    await ends(undefined, 'delete');
    expect(shown()).to.deep.equal([]);
  });

  for (const code of ['aborted', 'closed', 'bug'] as const) {
    it(`should learn nothing from ${code}`, async () => {
      await ends(new SvcMonitorError('unavailable', 'no'));
      await ends(new SvcMonitorError(code, 'ours'));
      expect(shown()).to.have.length(1);
    });
  }
});
