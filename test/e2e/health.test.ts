import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { MonitorStatus, Problem } from '../../lib/index.js';
import { EmbeddedOpenSdn } from '../../fixtures/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';

interface Told {
  readonly status: MonitorStatus;
  readonly ready: { readonly code: number; readonly ready: boolean; readonly reasons: readonly string[] };
  readonly metric: string | undefined;
}

/** What a process tells of its health, in all the ways that it has. */
async function told(url: string): Promise<Told> {
  const [status, ready, metrics] = await Promise.all(
    ['status', 'readyz', 'metrics'].map((path) => fetch(`${url}/${path}`)),
  );
  const metric = /^svc_monitor_ready (\d)$/m.exec((await metrics?.text()) ?? '')?.[1];
  const answer = (await ready?.json()) as Told['ready'];
  return { status: (await status?.json()) as MonitorStatus, ready: { ...answer, code: ready?.status ?? 0 }, metric };
}

describe('what a process tells of its health', () => {
  let server: EmbeddedOpenSdn;
  let broker: URL;

  before(async function () {
    server = new EmbeddedOpenSdn();
    await server.start();
    broker = new URL(rabbitmqUrl(this));
  });

  after(async () => {
    await server.stop();
  });

  const flags = (delta: Readonly<Record<string, string>>): readonly string[] => {
    const settings = {
      'config_api.urls': server.url,
      'rabbitmq.hosts': broker.hostname,
      'rabbitmq.port': broker.port,
      'rabbitmq.username': decodeURIComponent(broker.username),
      'rabbitmq.password': decodeURIComponent(broker.password),
      'rabbitmq.exchange': `svc-monitor-test.${randomUUID()}`,
      'rabbitmq.queue_name': `svc-monitor-test-queue.${randomUUID()}`,
      'rabbitmq.queue_expires': '1s',
      'http.port': '0',
      'log.format': 'json',
      ...delta,
    };
    return Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  };

  const mistakes = [
    ['a wrong password', { 'rabbitmq.password': 'not-the-password' }, 'stream-refused', 'rabbitmq.password'],
    ['a virtual host that is not there', { 'rabbitmq.vhost': 'nowhere' }, 'stream-refused', 'rabbitmq.vhost'],
    ['a port where nobody listens', { 'rabbitmq.port': '1' }, 'stream-unreachable', 'rabbitmq.hosts'],
    ['TLS to a plain port', { 'rabbitmq.tls.enabled': 'true' }, 'stream-tls', 'rabbitmq.tls.enabled'],
    [
      'an API server that is not there',
      { 'config_api.urls': 'http://127.0.0.1:1' },
      'config-api-unreachable',
      undefined,
    ],
    [
      'Kafka that is not there',
      { source: 'kafka', 'kafka.brokers': '127.0.0.1:1' },
      'stream-unreachable',
      'kafka.brokers',
    ],
    [
      'a watch of something else',
      { source: 'watch', 'config_api.urls': 'http://127.0.0.1:1' },
      'stream-unreachable',
      undefined,
    ],
  ] as const;
  for (const [what, delta, type, setting] of mistakes) {
    it(`should be one and the same, with the problem, its setting and what to do: ${what}`, async () => {
      const command = new Command(['run', ...flags(delta)]);
      try {
        const url = await command.field('status endpoint listens', 'url');
        let found: Problem | undefined;
        await eventually('the problem is shown', async () => {
          found = (await told(url)).status.problems.find((shown) => shown.type === type);
          return found !== undefined;
        });
        if (setting !== undefined) expect(found?.setting).to.equal(setting);
        expect(found?.advice).to.match(/\w/);
        const { status, ready, metric } = await told(url);
        expect({
          ready: status.ready,
          health: status.health.ready,
          probe: ready.ready,
          code: ready.code,
          metric,
        }).to.deep.equal({ ready: false, health: false, probe: false, code: 503, metric: '0' });
        expect(ready.reasons.join()).to.contain(type);
        expect(command.stdout).not.to.contain('"message":"ready"');
        // Seen again and again, it has begun once.
        expect(status.problems.find((shown) => shown.type === type)?.since).to.equal(found?.since);
      } finally {
        command.signal('SIGKILL');
        await command.ended;
      }
    });
  }

  it('should be that it is ready, in the log too, once all is well', async () => {
    const command = new Command(['run', ...flags({})]);
    try {
      const url = await command.field('status endpoint listens', 'url');
      await command.field('ready', 'afterMs');
      const { status, ready, metric } = await told(url);
      expect({
        ready: status.ready,
        health: status.health.ready,
        probe: ready.ready,
        code: ready.code,
        metric,
      }).to.deep.equal({ ready: true, health: true, probe: true, code: 200, metric: '1' });
    } finally {
      command.signal('SIGTERM');
      await command.ended;
    }
  });

  it('should not change because a dry run with the same configuration looks on', async () => {
    const shared = flags({});
    const service = new Command(['run', ...shared]);
    const onlooker = new Command(['run', ...shared, '--dry-run']);
    try {
      for (const command of [service, onlooker]) await command.field('ready', 'afterMs');
      const url = await service.field('status endpoint listens', 'url');
      expect((await told(url)).status.source).to.deep.equal({ name: 'amqp', connected: true });
      expect(service.stdout).not.to.contain('the change stream is not connected');
      // A service of the same name, however, finds the queue taken.
      const second = new Command(['run', ...shared]);
      try {
        await second.field('the change stream is not connected, going on trying', 'error');
        const { status } = await told(await second.field('status endpoint listens', 'url'));
        expect(status.problems.map(({ type }) => type)).to.include('queue-taken');
      } finally {
        second.signal('SIGKILL');
        await second.ended;
      }
      expect((await told(url)).ready.code).to.equal(200);
    } finally {
      for (const command of [service, onlooker]) {
        command.signal('SIGTERM');
        await command.ended;
      }
    }
  });
});
