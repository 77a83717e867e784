import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { inspect } from 'node:util';
import { expect } from 'chai';
import {
  fieldsToWatch,
  ManualClock,
  SvcMonitorError,
  WatchSource,
  type Change,
  type ConfigApiAuth,
  type WatchSourceOptions,
} from '../../../lib/index.js';
import { parseObject, toDashed } from '../../../lib/model/index.js';
import { uuidOf } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { KeptLog } from '../../support/kept.js';
import { projectFolder } from '../../support/project-folder.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { refusal, WatchServer } from '../../support/watch-server.js';
import { itBehavesAsAChangeSource, type SourceHarness } from './source.contract.js';

/** Where the harness puts a request-id, which the stream has no place for. */
const nameOf = (change: Change): string | undefined =>
  (change.object as { readonly display_name?: string } | undefined)?.display_name;

/** Publishes notifications of the message bus as events of the stream. */
function publishOn(server: WatchServer, message: object | string): void {
  if (typeof message === 'string') {
    server.event('update', message);
    return;
  }
  const { oper, type, uuid, obj_dict, 'request-id': name } = message as Readonly<Record<string, unknown>>;
  const object = { uuid, ...(obj_dict as object | undefined), display_name: name };
  server.event(String(oper).toLowerCase(), { [toDashed(String(type))]: object });
}

describe('WatchSource', () => {
  itBehavesAsAChangeSource(
    async (): Promise<SourceHarness> => {
      const server = await WatchServer.start();
      return {
        create: (concurrency, metrics) =>
          new WatchSource({
            configApi: { urls: [server.url] },
            kinds: fieldsToWatch(),
            concurrency,
            metrics,
            retryLowMs: 5,
            retryHighMs: 20,
          }),
        publish: (message) => {
          publishOn(server, message);
        },
        cut: () => {
          server.cut();
          return Promise.resolve();
        },
        restore: () => {
          server.restore();
          return Promise.resolve();
        },
        close: () => server.close(),
      };
    },
    { redelivers: false, nameOf },
  );

  describe('when somebody watches the wire', () => {
    let servers: WatchServer[];
    let server: WatchServer;
    let sink: RecordingSink;
    let source: WatchSource;

    const create = (delta: Partial<WatchSourceOptions> = {}): WatchSource => {
      source = new WatchSource({
        configApi: { urls: servers.map(({ url }) => url) },
        kinds: { 'virtual-ip': [], 'floating-ip': ['floating_ip_address', 'virtual_machine_interface_refs'] },
        concurrency: 4,
        retryLowMs: 5,
        retryHighMs: 20,
        ...delta,
      });
      return source;
    };

    const start = (delta?: Partial<WatchSourceOptions>): Promise<void> =>
      create(delta).start(sink, new AbortController().signal);

    /** A floating ip under a name that the sink shows. */
    const floatingIp = (number: number, name: string, more: object = {}): object => ({
      'floating-ip': { uuid: uuidOf(number), display_name: name, ...more },
    });

    const lossReasons = (): readonly string[] => sink.losses.map(({ message }) => message);

    beforeEach(async () => {
      server = await WatchServer.start();
      servers = [server];
      sink = new RecordingSink(nameOf);
    });

    afterEach(async () => {
      sink.release();
      await source.stop();
      for (const each of servers) await each.close();
    });

    describe('when it connects', () => {
      it('should ask for its kinds, and of each for the fields that it was told and those that say who owns it', async () => {
        await start();

        const [request] = server.requests;
        expect(request).to.include({ method: 'GET', path: '/watch' });
        expect(Object.fromEntries(request?.query ?? [])).to.deep.equal({
          resource_type: 'virtual_ip,floating_ip',
          virtual_ip_fields: 'id_perms,perms2',
          floating_ip_fields: 'id_perms,perms2,floating_ip_address,virtual_machine_interface_refs',
        });
        expect(request?.headers).to.include({
          accept: 'text/event-stream',
          'user-agent': 'opensdn-svc-monitor',
          'x-contrail-useragent': `${hostname()}:opensdn-svc-monitor`,
        });
        expect(request?.headers).to.not.have.property('x-auth-token');
      });

      it('should be connected when the objects of the last kind have come, and deliver what came before after that', async () => {
        server.answerNext((_request, response) => {
          server.begin(response);
          server.event('init', { 'virtual-ips': [] });
          server.event('update', floatingIp(1, 'early'));
        });
        const started = start();
        await eventually('the stream is open', () => server.open === 1);
        expect(sink.events).to.deep.equal([]);
        server.event('init', { 'floating-ips': [] });
        await started;
        await sink.took('early');

        expect(sink.events).to.deep.equal(['connected', `change:${uuidOf(1)}:early`]);
      });

      it('should try again when an answer does not come in time', async () => {
        server.answerNext(() => undefined);
        await start({ connectTimeoutMs: 100 });

        expect(lossReasons()).to.deep.equal(['GET /watch: took too long']);
        expect(server.requests).to.have.length(2);
      });

      const refusals = [
        {
          what: 'a refusal',
          answer: refusal(503, 'Service Unavailable'),
          reason: 'GET /watch was answered 503: Service Unavailable',
        },
        {
          what: 'a kind that the server lacks',
          answer: refusal(404, "Invalid Contrail resource type:'virtual_ip'"),
          reason: "GET /watch was answered 404: Invalid Contrail resource type:'virtual_ip'",
        },
        {
          what: 'something else than events',
          answer: refusal(200, '<html>Welcome</html>'),
          reason: 'GET /watch was answered 200 with something else than expected',
        },
      ];
      for (const { what, answer, reason } of refusals) {
        it(`should say so when it gets ${what}, and try again`, async () => {
          server.answerNext(answer);
          await start();

          expect(sink.events).to.deep.equal(['disconnected', 'connected']);
          expect(lossReasons()).to.deep.equal([reason]);
          expect(sink.losses[0]?.details).to.include({ server: server.url });
        });
      }
    });

    describe('when a token is asked for', () => {
      const token = 'secret-token';
      const keystone = (): ConfigApiAuth => ({
        mode: 'keystone',
        url: `${server.url}/v3`,
        username: 'svc-monitor',
        password: 'secret-password',
        projectName: 'admin',
      });

      it('should log in and ask again', async () => {
        server.answerNext(refusal(401, 'Authentication required'));
        server.answerNext((_request, response) => response.writeHead(201, { 'X-Subject-Token': token }).end('{}'));
        await start({ configApi: { urls: [server.url], auth: keystone() } });

        expect(sink.events).to.deep.equal(['connected']);
        expect(server.requests.map(({ path }) => path)).to.deep.equal(['/watch', '/v3/auth/tokens', '/watch']);
        expect(server.requests[2]?.headers).to.include({ 'x-auth-token': token });
      });

      it('should not tell it to anybody when it is refused, or the stream breaks', async () => {
        const log = new KeptLog();
        server.answerNext(refusal(403, `Permission denied for ${token}`));
        await start({ configApi: { urls: [server.url], auth: { mode: 'token', token } }, logger: log });
        server.cut();
        await sink.seen('disconnected', 2);

        const told = inspect([log.lines, sink.losses, source.status()], { depth: 20 });
        expect(told).to.include('403').and.not.include(token);
      });
    });

    describe('when events come', () => {
      it('should understand them in whatever pieces they come', async () => {
        await start();
        const text = `: a comment\r\nevent: update\r\ndata: ${JSON.stringify(floatingIp(1, 'Grüße'))}\r\n\r\n`;
        for (const byte of Buffer.from(text)) server.send(Buffer.from([byte]));
        await sink.took('Grüße');
      });

      it('should deliver of a deleted object that it is gone', async () => {
        await start();
        server.event('delete', { 'floating-ip': { uuid: uuidOf(5) } });
        await sink.seen(`change:${uuidOf(5)}:`);

        expect(sink.changes).to.deep.equal([{ operation: 'DELETE', kind: 'floating-ip', uuid: uuidOf(5) }]);
      });

      it('should understand the recorded stream of a real server', async () => {
        const text = await readFile(new URL('fixtures/recordings/15-watch-stream.sse', projectFolder()), 'utf8');
        const [, body = ''] = text.replaceAll('\r\n', '\n').split(/\n\n(.*)/s);
        server.answerNext((_request, response) => {
          server.begin(response);
          server.send(body);
        });
        await start({
          kinds: { 'virtual-machine-interface': [], 'floating-ip': [], 'virtual-ip': [] },
          concurrency: 100,
        });
        await eventually('the last change has come', () => sink.changes.at(-1)?.operation === 'DELETE');

        const count = (wanted: Change['operation']): number =>
          sink.changes.filter(({ operation }) => operation === wanted).length;
        expect([count('CREATE'), count('UPDATE'), count('DELETE')]).to.deep.equal([3, 10, 1]);
        expect(sink.skippedMessages).to.deep.equal([]);
        for (const { kind, uuid, object } of sink.changes.slice(0, -1)) {
          expect(parseObject(kind, object).uuid).to.equal(uuid);
        }
      });
    });

    describe('when deliveries are held up', () => {
      it('should read no further, and go on when they have ended', async () => {
        await start();
        sink.hold();
        const padding = 'x'.repeat(100_000);
        const count = 200;
        for (let i = 0; i < count; i++) server.event('update', floatingIp(i, `change-${i}`, { padding }));
        await eventually('the first ones are delivered', () => sink.changes.length === 4);
        // Time enough to read all of it.
        for (let i = 0; i < 50; i++) {
          server.answerNext(refusal(404, 'Not found'));
          await fetch(server.url).then((response) => response.text());
        }
        expect(server.waitingBytes).to.be.greaterThan(10_000_000);
        sink.release();
        await sink.took(`change-${count - 1}`);

        expect(sink.mostRunning).to.equal(4);
        expect(sink.changes.map(nameOf)).to.deep.equal(Array.from({ length: count }, (_, i) => `change-${i}`));
        expect(sink.count('disconnected')).to.equal(0);
      });

      it('should give the stream up when that takes too long, lest the server keeps what comes for ever', async () => {
        await start({ pauseTimeoutMs: 100 });
        sink.hold();
        for (let i = 0; i < 5; i++) server.event('update', floatingIp(i, `change-${i}`));
        await sink.seen('connected', 2);

        expect(lossReasons()).to.deep.equal(['the stream could not be read for 100 ms: deliveries do not end']);
        expect(sink.changes).to.have.length(4);
      });

      it('should notice that the stream is lost', async () => {
        await start();
        sink.hold();
        for (let i = 0; i < 5; i++) server.event('update', floatingIp(i, `change-${i}`));
        await eventually('as many as may be are delivered', () => sink.changes.length === 4);
        server.cut();
        await sink.seen('disconnected');
        server.restore();
        await sink.seen('connected', 2);
        sink.release();
        server.event('update', floatingIp(9, 'after'));
        await sink.took('after');

        expect(sink.changes.map(nameOf)).to.deep.equal(['change-0', 'change-1', 'change-2', 'change-3', 'after']);
      });
    });

    describe('when the stream ends', () => {
      let second: WatchServer;

      beforeEach(async () => {
        second = await WatchServer.start();
        servers.push(second);
      });

      const ends = [
        {
          what: 'with a stop event',
          end: () => {
            server.event('stop', { 'virtual-ip': { error: 'x' } });
          },
          reason: 'the server has stopped the stream',
        },
        {
          what: 'in good order',
          end: () => {
            server.end();
          },
          reason: 'the server has ended the stream',
        },
        {
          what: 'by a reset',
          end: () => {
            server.cut();
          },
          reason: 'the stream broke: UND_ERR_SOCKET',
        },
      ];
      for (const { what, end, reason } of ends) {
        it(`should go on with the next server: ${what}`, async () => {
          await start({ retryLowMs: 60_000, retryHighMs: 60_000 });
          end();
          await sink.seen('connected', 2);
          second.event('update', floatingIp(1, 'from-the-second'));
          await sink.took('from-the-second');

          expect(lossReasons()).to.deep.equal([reason]);
          expect(second.requests).to.have.length(1);
        });
      }

      it('should take a stream for lost when there is no sign of life for two and a half keepalive intervals', async () => {
        const clock = new ManualClock();
        await start({ clock, keepaliveIntervalMs: 1_000 });
        clock.step(2_400);
        server.send(':\n\n');
        server.event('update', floatingIp(1, 'alive'));
        await sink.took('alive');
        await eventually('it waits for more', () => clock.pending > 0);
        clock.step(2_400);
        expect(sink.count('disconnected')).to.equal(0);
        clock.step(100);
        await sink.seen('connected', 2);

        expect(lossReasons()).to.deep.equal(['nothing has come for 2500 ms, not even a sign of life']);
        expect(second.open).to.equal(1);
        await eventually('the first stream is closed', () => server.open === 0);
      });

      it('should not keep an event that is too long', async () => {
        await start({ maxEventLength: 10_000 });
        server.send(`event: update\ndata: ${'x'.repeat(11_000)}`);
        await sink.seen('connected', 2);

        expect(lossReasons()).to.deep.equal(['an event is longer than 10000 characters']);
      });
    });

    describe('when stopped', () => {
      it('should close the stream', async () => {
        await start();
        await source.stop();
        await eventually('the stream is closed', () => server.open === 0);
      });

      it('should wait for the deliveries under way, but not for ever', async () => {
        const clock = new ManualClock();
        await start({ clock, stopTimeoutMs: 1_000 });
        sink.hold();
        server.event('update', floatingIp(1, 'stuck'));
        await sink.seen(`change:${uuidOf(1)}:stuck`);
        const stopped = source.stop();
        await eventually('the stream is closed', () => server.open === 0);
        await eventually('it waits', () => clock.pending === 1);
        clock.step(1_000);
        await stopped;

        expect(sink.taken).to.deep.equal([]);
      });
    });
  });

  describe('when it is told what cannot be', () => {
    const wrong: readonly { readonly what: string; readonly options: WatchSourceOptions }[] = [
      { what: 'no server', options: { configApi: { urls: [] }, kinds: fieldsToWatch() } },
      {
        what: 'a URL with a password',
        options: { configApi: { urls: ['http://a:secret@b'] }, kinds: fieldsToWatch() },
      },
      { what: 'nothing to watch', options: { configApi: { urls: ['http://127.0.0.1'] }, kinds: {} } },
    ];
    for (const { what, options } of wrong) {
      it(`should throw invalid-configuration: ${what}`, () => {
        expect(() => new WatchSource(options))
          .to.throw(SvcMonitorError)
          .with.property('code', 'invalid-configuration');
      });
    }
  });
});
