import { expect } from 'chai';
import { failureOf, ManualClock, Outages, problemTypes, SvcMonitorError } from '../../../../lib/index.js';

const unreachable = { type: 'stream-unreachable', message: 'connection refused' } as const;

describe('Outages', () => {
  let clock: ManualClock;
  let outages: Outages;

  beforeEach(() => {
    clock = new ManualClock();
    outages = new Outages(clock);
  });

  it('should show the latest failure of a part, since the first', () => {
    const begin = clock.now();
    outages.failed('stream', unreachable);
    clock.step(5_000);
    outages.failed('stream', { type: 'stream-refused', message: 'wrong password', setting: 'rabbitmq.password' });

    expect(outages.problems()).to.deep.equal([
      { type: 'stream-refused', message: 'wrong password', setting: 'rabbitmq.password', since: begin },
    ]);
  });

  it('should forget it when the part works, and say how long it did not', () => {
    outages.failed('stream', unreachable);
    clock.step(5_000);

    expect(outages.over('stream')).to.equal(5_000);
    expect(outages.problems()).to.deep.equal([]);
    expect(outages.over('stream')).to.equal(undefined);
  });

  it('should begin anew after that', () => {
    outages.failed('stream', unreachable);
    outages.over('stream');
    clock.step(5_000);
    outages.failed('stream', unreachable);

    expect(outages.of('stream')?.since).to.equal(clock.now());
  });

  it('should tell whoever listens of each change, until they do no more', () => {
    let told = 0;
    const end = outages.onChanged(() => {
      told += 1;
    });
    outages.failed('stream', unreachable);
    outages.over('stream');
    outages.over('stream');
    end();
    outages.failed('stream', unreachable);

    expect(told).to.equal(2);
  });
});

describe('failureOf', () => {
  it('should take what the error tells operators', () => {
    const details = { problem: 'stream-tls', setting: 'rabbitmq.tls.ca_file', answer: 'unknown ca', advice: 'look' };
    const error = new SvcMonitorError('source-failed', 'TLS failed', { details });

    expect(failureOf(error, 'stream-unreachable')).to.deep.equal({
      type: 'stream-tls',
      message: 'TLS failed',
      setting: 'rabbitmq.tls.ca_file',
      answer: 'unknown ca',
      advice: 'look',
    });
  });

  it('should say what holds for all of the type where the error says nothing', () => {
    const error = new SvcMonitorError('bug', 'gone', { details: { problem: 'no such type', setting: 5 } });

    expect(failureOf(error, 'stream-unreachable')).to.deep.equal({
      type: 'stream-unreachable',
      message: 'gone',
      advice: problemTypes['stream-unreachable'].advice,
    });
  });
});
