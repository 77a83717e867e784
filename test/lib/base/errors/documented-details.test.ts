import { expect } from 'chai';
import { EmbeddedOpenSdn } from '../../../../fixtures/index.js';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import { peers } from '../../../../lib/base/peer/index.js';
import { errorOfAnswer } from '../../../../lib/config-api/answer-errors.js';
import { noToken, withAuthentication } from '../../../../lib/config-api/authentication.js';
import { explained } from '../../../../lib/config-api/connection-errors.js';
import { serverUrls } from '../../../../lib/config-api/server-list.js';
import { errorCodes, SvcMonitorError, type DocumentedDetails } from '../../../../lib/base/errors/index.js';
import { createMonitor, MemorySource } from '../../../../lib/index.js';
import { kafkaFailure } from '../../../../lib/kafka/index.js';
import { parseObject } from '../../../../lib/model/index.js';
import { callFailure } from '../../../../lib/ownership/zookeeper/zookeeper-failure.js';
import { uuidOf } from '../../../support/change-messages.js';
import { eventually } from '../../../support/eventually.js';

/** How each documented detail comes about: one that nobody sends has nothing to stand here, and what is missing here does not compile. */
type Occasions = {
  readonly [C in keyof DocumentedDetails]: {
    readonly [K in keyof Required<DocumentedDetails[C]>]: Occasion;
  };
};

interface Occasion {
  /** Resolves to the error, or throws it. */
  readonly error: () => unknown;
  readonly value: unknown;
}

const refused = (text: string): unknown =>
  errorOfAnswer(
    { operation: 'delete', method: 'DELETE', path: `/virtual-ip/${uuidOf(1)}`, server: 'http://127.0.0.1:8082' },
    { status: 409, headers: {}, body: text },
  );

const answered = (status: number, body: string): SvcMonitorError =>
  errorOfAnswer(
    { operation: 'get', method: 'GET', path: '/virtual-ips', server: 'http://127.0.0.1:8082' },
    { status, headers: {}, body },
  );
const turnedAway = (status: number): Promise<unknown> =>
  withAuthentication(noToken, new AbortController().signal, () => Promise.reject(answered(status, 'Not for you')));
const unreachable = (): unknown =>
  explained(new SvcMonitorError('unavailable', 'refused', { details: { reason: 'ECONNREFUSED' } }), peers.configApi);
const late = (): unknown => explained(new SvcMonitorError('timeout', 'took too long'), peers.configApi);
const brokerAway = (): unknown =>
  kafkaFailure(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), { brokers: ['127.0.0.1:9092'] });
const page = (): unknown => answered(200, '<html><title>Dashboard</title>');

const url = `http://127.0.0.1:8082/virtual-machine-interface/${uuidOf(7)}`;
const named = [{ kind: 'virtual-machine-interface', uuid: uuidOf(7) }];
const malformed = (): unknown => parseObject('virtual-ip', { uuid: uuidOf(5), fq_name: 'x' });

const noZookeeper = Object.assign(new Error('lost'), { name: 'CONNECTION_LOSS' });

/** A monitor whose config API cannot tell of floating ips. */
async function notSynced(): Promise<unknown> {
  const server = new EmbeddedOpenSdn();
  await server.start();
  server.use(({ path }, next) =>
    path === '/floating-ips' ? Promise.resolve({ status: 503, body: 'floating ips are away' }) : next(),
  );
  const clock = new ManualClock();
  const monitor = createMonitor({
    configApi: { urls: [server.url], attempts: 1 },
    source: new MemorySource({ clock }),
    clock,
    syncTimeoutMs: 300,
  });
  try {
    const starting = monitor.start(new AbortController().signal);
    await eventually('the full read has failed', () => monitor.status().resync.lastError !== undefined);
    clock.step(300);
    await starting;
    return undefined;
  } finally {
    await monitor.stop();
    await server.stop();
  }
}

const occasions: Occasions = {
  conflict: {
    referrers: { error: () => refused(`Delete when resource still referred: ['${url}']`), value: named },
    children: { error: () => refused(`Delete when children still present: ['${url}']`), value: named },
    existingUuid: {
      error: () => refused(`['default-domain', 'x'] already exists with uuid: ${uuidOf(7)}`),
      value: uuidOf(7),
    },
  },
  'invalid-object': {
    kind: { error: malformed, value: 'virtual-ip' },
    uuid: { error: malformed, value: uuidOf(5) },
    problems: { error: malformed, value: ['fq_name: Invalid input: expected array, received string'] },
  },
  'invalid-configuration': {
    problems: { error: () => serverUrls(['nonsense']), value: ['a base URL cannot be understood'] },
  },
  'not-synced': {
    kinds: { error: notSynced, value: ['floating-ip', 'virtual-ip'] },
    lastError: { error: notSynced, value: 'GET /floating-ips was answered 503: floating ips are away' },
    timeoutMs: { error: notSynced, value: 300 },
  },
  unauthorized: {
    setting: { error: () => turnedAway(401), value: 'auth.mode' },
    answer: { error: () => turnedAway(401), value: 'Not for you' },
    advice: {
      error: () => turnedAway(401),
      value: 'the config API asks for a token: set auth.mode to keystone, or to token',
    },
  },
  forbidden: {
    setting: { error: () => turnedAway(403), value: 'auth.mode' },
    answer: { error: () => turnedAway(403), value: 'Not for you' },
    advice: {
      error: () => turnedAway(403),
      value: 'the config API does not let everybody in: set auth.mode to keystone, or to token',
    },
  },
  unavailable: {
    setting: { error: unreachable, value: 'config_api.urls' },
    answer: { error: () => answered(503, 'busy'), value: 'busy' },
    advice: {
      error: unreachable,
      value: 'check host and port in config_api.urls, and that the config API server runs',
    },
  },
  timeout: {
    setting: { error: late, value: 'config_api.urls' },
    advice: {
      error: late,
      value: 'look at the load of the config API server, and at what is between here and config_api.urls',
    },
  },
  'bad-answer': {
    setting: { error: page, value: 'config_api.urls' },
    answer: { error: page, value: 'Dashboard' },
    advice: {
      error: page,
      value: 'something else than an API server answers there, such as a proxy or a dashboard: check config_api.urls',
    },
  },
  'source-failed': {
    setting: { error: brokerAway, value: 'kafka.brokers' },
    advice: { error: brokerAway, value: 'check host and port in kafka.brokers, and that the broker runs' },
    reason: {
      error: brokerAway,
      value: 'ECONNREFUSED',
    },
  },
  'leadership-failed': {
    setting: { error: () => callFailure('connecting', noZookeeper, ['127.0.0.1:2181']), value: 'zookeeper.hosts' },
    reason: { error: () => callFailure('connecting', noZookeeper, ['127.0.0.1:2181']), value: 'CONNECTION_LOSS' },
  },
};

/** What is thrown, or resolved to. */
async function outcomeOf(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

describe('the details of errors', () => {
  it('should be explained for no other codes than those that have some', () => {
    const explained = Object.entries(errorCodes).flatMap(([code, entry]) => ('details' in entry ? [code] : []));
    expect(explained).to.have.members(Object.keys(occasions));
  });

  it('should have to be given where they are promised, and be of the documented type', () => {
    // @ts-expect-error: its details are promised
    const without = new SvcMonitorError('not-synced', 'x');
    // @ts-expect-error: it is a text
    const wrong = new SvcMonitorError('conflict', 'x', { details: { existingUuid: 5 } });
    expect([without.code, wrong.code]).to.deep.equal(['not-synced', 'conflict']);
  });

  for (const [code, details] of Object.entries(occasions)) {
    for (const [name, { error, value }] of Object.entries<Occasion>(details)) {
      it(`should have ${name} in ${code}, as documented`, async () => {
        const outcome = await outcomeOf(error);
        expect(SvcMonitorError.is(outcome) && outcome.code, String(outcome)).to.equal(code);
        expect(SvcMonitorError.is(outcome) ? outcome.details[name] : undefined).to.deep.equal(value);
      });
    }
  }
});
