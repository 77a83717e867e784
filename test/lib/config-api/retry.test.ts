import { expect } from 'chai';
import { z } from 'zod';
import type { ApiRequest, Operation, RequestSender } from '../../../lib/config-api/request.js';
import { RetryingSender } from '../../../lib/config-api/retry.js';
import { ManualClock, silentLogger, SvcMonitorError, type ErrorCode } from '../../../lib/index.js';
import { failure, until } from './support/conditions.js';
import { CountingMetrics } from './support/test-client.js';

const never = new AbortController().signal;

/** Fails with each code in turn, then answers `done`. */
class FailingSender implements RequestSender {
  public sent = 0;

  public constructor(private readonly codes: readonly ErrorCode[]) {}

  public send<T>(request: ApiRequest<T>): Promise<T> {
    const code = this.codes[this.sent];
    this.sent += 1;
    if (code !== undefined) return Promise.reject(new SvcMonitorError(code, `failure ${this.sent}`));
    return Promise.resolve(request.answer.parse('done'));
  }
}

const request = (operation: Operation): ApiRequest<string> => ({
  operation,
  kind: 'virtual-ip',
  method: 'GET',
  path: '/',
  answer: z.string(),
});

describe('RetryingSender', () => {
  let clock: ManualClock;
  let metrics: CountingMetrics;

  const retrying = (next: RequestSender, random = 0.5): RetryingSender =>
    new RetryingSender(next, {
      clock,
      metrics,
      logger: silentLogger,
      attempts: 4,
      delayMs: 100,
      maxDelayMs: 300,
      random: () => random,
    });

  beforeEach(() => {
    clock = new ManualClock();
    metrics = new CountingMetrics();
  });

  const retries: readonly [Operation, ErrorCode, boolean][] = [
    ['get', 'unavailable', true],
    ['get', 'timeout', true],
    ['get', 'bad-answer', true],
    ['get', 'not-found', false],
    ['get', 'unauthorized', false],
    ['get', 'bad-request', false],
    ['list', 'bad-answer', true],
    ['fqname-to-id', 'unavailable', true],
    ['update', 'unavailable', true],
    ['update', 'timeout', true],
    ['update', 'bad-answer', false],
    ['update', 'conflict', false],
    ['update', 'quota-exceeded', false],
    ['delete', 'timeout', true],
    ['ref-update', 'unavailable', true],
    ['prop-collection-update', 'timeout', true],
    ['create', 'unavailable', false],
    ['create', 'timeout', false],
  ];
  for (const [operation, code, again] of retries) {
    it(`should ${again ? '' : 'not '}send a ${operation} again after ${code}`, async () => {
      const next = new FailingSender([code]);
      const sent = retrying(next).send(request(operation), never);
      if (again) {
        await until(() => clock.pending === 1);
        clock.step(50);
        expect(await sent).to.equal('done');
      } else {
        await failure(sent, code);
      }
      expect(next.sent).to.equal(again ? 2 : 1);
      expect(metrics.counts.get(`config_api_retries_total{operation=${operation}}`) ?? 0).to.equal(again ? 1 : 0);
    });
  }

  it('should say so before each repeat: what was sent before may have been carried out', async () => {
    const next = new FailingSender(['unavailable', 'timeout']);
    const sentBefore: number[] = [];
    const onRepeat = (): number => sentBefore.push(next.sent);
    const sent = retrying(next, 0).send({ ...request('update'), onRepeat }, never);
    for (let repeat = 1; repeat < 3; repeat += 1) {
      await until(() => clock.pending === 1);
      clock.step(0);
    }
    await sent;
    expect(sentBefore).to.deep.equal([1, 2]);
  });

  it('should draw each delay from a bound that doubles up to the longest', async () => {
    const next = new FailingSender(['unavailable', 'timeout', 'unavailable']);
    const sent = retrying(next).send(request('get'), never);
    // Half of 100, 200, and 300 instead of 400.
    for (const [index, delay] of [50, 100, 150].entries()) {
      await until(() => clock.pending === 1);
      clock.step(delay - 1);
      expect(next.sent).to.equal(index + 1);
      clock.step(1);
    }
    expect(await sent).to.equal('done');
  });

  it('should give up with the last failure after the given number of attempts', async () => {
    const next = new FailingSender(['unavailable', 'unavailable', 'unavailable', 'timeout', 'unavailable']);
    const sent = failure(retrying(next, 0).send(request('get'), never), 'timeout');
    for (let repeat = 1; repeat < 4; repeat += 1) {
      await until(() => clock.pending === 1);
      clock.step(0);
    }
    expect((await sent).message).to.equal('failure 4');
    expect(next.sent).to.equal(4);
  });

  it('should end with aborted when it is called off while it waits', async () => {
    const next = new FailingSender(['unavailable']);
    const controller = new AbortController();
    const sent = failure(retrying(next).send(request('get'), controller.signal), 'aborted');
    await until(() => clock.pending === 1);
    controller.abort();
    await sent;
    expect(next.sent).to.equal(1);
    expect(clock.pending).to.equal(0);
  });
});
