import { expect } from 'chai';
import { ManualClock } from '../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../lib/base/errors/index.js';
import { silentLogger } from '../../../lib/base/log/index.js';
import { silentMetrics } from '../../../lib/base/metrics/index.js';
import { Failures } from '../../../lib/controller/failures.js';
import { WriteGovernor } from '../../../lib/controller/index.js';
import { problemTypes } from '../../../lib/base/problems/index.js';
import { RejectionLog } from '../../../lib/monitor/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { KeptLog } from '../../support/kept.js';

const noticedAt = 1_000;
const key = 'key';

/** All that notices problems of any kind of key, on one clock. */
class Onlookers {
  public readonly clock = new ManualClock(noticedAt);
  public readonly log = new KeptLog();
  public readonly rejections: RejectionLog;
  public readonly failures: Failures<string>;
  public readonly governor: WriteGovernor<string>;

  public constructor() {
    const parts = { clock: this.clock, metrics: silentMetrics };
    this.rejections = new RejectionLog({ ...parts, logger: this.log });
    this.failures = new Failures(this.clock);
    this.governor = new WriteGovernor({ ...parts, logger: silentLogger, name: 'any', limit: 1, windowMs: 60_000 });
  }

  /** Since when there is what. */
  public look(): readonly (readonly [type: string, since: number])[] {
    return [
      ...this.rejections.problems().map(({ type, since }) => [type, since] as const),
      ...[...this.failures.all.values()].map(({ since }) => ['failing', since] as const),
      ...[...this.governor.throttled.values()].map((since) => ['contended', since] as const),
    ];
  }
}

interface Scenario {
  /** Somebody notices it: for the first time, or once more. */
  readonly notice: (onlookers: Onlookers) => void;
  /** It is no more. What is left out is shown until others take its place. */
  readonly end?: (onlookers: Onlookers) => void;
}

const scenarios: Readonly<Record<string, Scenario>> = {
  object: {
    notice: ({ rejections }) => {
      const details = { kind: 'virtual-ip', uuid: uuidOf(5), problems: ['fq_name: missing'] };
      rejections.objectRejected(new SvcMonitorError('invalid-object', 'not of its kind', { details }));
    },
    end: ({ rejections }) => {
      rejections.objectAccepted(uuidOf(5));
    },
  },
  message: {
    notice: ({ rejections }) => {
      if (rejections.problems().length > 0) return;
      rejections.messageRejected({ reason: 'not-json', problems: [], bytes: 1 });
    },
  },
  failing: {
    notice: ({ failures }) => {
      failures.failed(key, 'unavailable', 'no connection');
    },
    end: ({ failures }) => {
      failures.succeeded(key);
    },
  },
  contended: {
    notice: ({ governor }) => {
      for (let count = 0; count < 2; count += 1) governor.wrote(key, { keys: ['add reference'] });
    },
    end: ({ clock }) => {
      clock.step(120_000);
    },
  },
};

describe('the problems that are not of one manager', () => {
  for (const [type, { notice, end }] of Object.entries(scenarios)) {
    describe(`when there is one of type ${type}`, () => {
      it('should say since when, the same at each look and however often it is noticed, until it is over', () => {
        const onlookers = new Onlookers();
        expect(onlookers.look()).to.deep.equal([]);
        notice(onlookers);
        expect(onlookers.look()).to.deep.equal([[type, noticedAt]]);
        onlookers.clock.step(10_000);
        expect(onlookers.look()).to.deep.equal([[type, noticedAt]]);
        notice(onlookers);
        expect(onlookers.look()).to.deep.equal([[type, noticedAt]]);
        if (end === undefined) return;
        end(onlookers);
        expect(onlookers.look()).to.deep.equal([]);
        onlookers.clock.step(10_000);
        const anew = onlookers.clock.now();
        notice(onlookers);
        expect(onlookers.look()).to.deep.equal([[type, anew]]);
      });
    });
  }
});

describe('RejectionLog', () => {
  const rejected = (...problems: readonly string[]) =>
    new SvcMonitorError('invalid-object', 'not of its kind', {
      details: { kind: 'virtual-ip', uuid: uuidOf(5), problems },
    });

  it('should say what is wrong with an object now, and log it once', () => {
    const { rejections, log } = new Onlookers();
    rejections.objectRejected(rejected('fq_name: missing'));
    rejections.objectRejected(rejected('fq_name: missing', 'uuid: missing'));
    expect(rejections.problems()).to.deep.equal([
      {
        type: 'object',
        advice: problemTypes.object.advice,
        kind: 'virtual-ip',
        uuid: uuidOf(5),
        message: 'fq_name: missing; uuid: missing',
        since: noticedAt,
      },
    ]);
    expect(log.of('object rejected')).to.have.length(1);
  });

  it('should show the last messages, after the objects, and of what they were as far as is known', () => {
    const { rejections } = new Onlookers();
    for (let bytes = 0; bytes < 30; bytes += 1) rejections.messageRejected({ reason: 'not-json', problems: [], bytes });
    rejections.messageRejected({
      reason: 'bad-shape',
      problems: ['oper: missing'],
      type: 'port',
      uuid: uuidOf(1),
      bytes: 1,
    });
    rejections.objectRejected(rejected('fq_name: missing'));
    const [first, ...messages] = rejections.problems();
    expect(first?.type).to.equal('object');
    expect(messages).to.have.length(20);
    expect(messages.at(-1)).to.deep.equal({
      type: 'message',
      advice: problemTypes.message.advice,
      kind: 'port',
      uuid: uuidOf(1),
      message: 'bad-shape; oper: missing',
      since: noticedAt,
    });
  });
});
