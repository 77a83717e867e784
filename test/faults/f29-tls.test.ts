import { randomUUID } from 'node:crypto';
import dns from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sinon from 'sinon';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  liveAmphorae,
  NetworkUser,
  NotificationPublisher,
  Nova,
  observedState,
  Octavia,
  type LoadBalancer,
} from '../../fixtures/index.js';
import { AmqpSource, createConfigApiClient } from '../../lib/index.js';
import { CertificateAuthority, type Certificate } from '../support/certificate-authority.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { RecordingSink } from '../support/recording-sink.js';
import { TcpFaultProxy } from '../../fixtures/fault-proxy/tcp-fault-proxy.js';
import { TlsFront } from '../support/tls-front.js';

const never = new AbortController().signal;
const names = 'IP:127.0.0.1';

describe('F29 TLS, names that move, and a stop in flight', () => {
  describe('when config API and broker are reached by TLS with client certificates', () => {
    const stops: (() => unknown)[] = [];
    const loadBalancers: LoadBalancer[] = [];
    let first: CertificateAuthority;
    let second: CertificateAuthority;
    let broker: URL;
    let server: EmbeddedOpenSdn;
    let fronts: readonly [TlsFront, TlsFront];
    let folder: string;
    let service: Command;
    let octavia: Octavia;
    let user: NetworkUser;
    const exchange = `svc-monitor-test.${randomUUID()}`;

    const file = (name: string): string => join(folder, name);
    const write = (name: string, text: string): Promise<void> => writeFile(file(name), text);
    const writePair = async ({ cert, key }: Certificate): Promise<void> => {
      await write('cert.pem', cert);
      await write('key.pem', key);
    };
    const asksFor = (certificate: Certificate, authority: CertificateAuthority): object => ({
      ...certificate,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const present = (certificate: Certificate, authority: CertificateAuthority): void => {
      for (const front of fronts) front.present(asksFor(certificate, authority));
    };
    const cut = (): void => {
      for (const front of fronts) front.cut();
    };
    const said = (text: RegExp): Promise<void> =>
      eventually(`the service says ${text.source}`, () => text.test(service.stdout));
    const linesOf = (message: string): number => service.stdout.split(`"${message}"`).length - 1;

    const startService = (): void => {
      const tls = (['config_api', 'rabbitmq'] as const).flatMap((section) =>
        (['ca', 'cert', 'key'] as const).map((part) => `${section}.tls.${part}_file=${file(`${part}.pem`)}`),
      );
      const settings = [
        ...tls,
        `config_api.urls=https://127.0.0.1:${fronts[0].port}`,
        `rabbitmq.hosts=127.0.0.1:${fronts[1].port}`,
        'rabbitmq.tls.enabled=true',
        `rabbitmq.exchange=${exchange}`,
        `rabbitmq.queue_name=${exchange}.queue`,
        `rabbitmq.username=${decodeURIComponent(broker.username) || 'guest'}`,
        `rabbitmq.password=${decodeURIComponent(broker.password) || 'guest'}`,
        'http.port=0',
        'timings.strip_window=500ms',
      ];
      const started = new Command(['run', ...settings.flatMap((setting) => ['--set', setting])]);
      service = started;
      stops.push(async () => {
        started.signal('SIGKILL');
        await started.ended;
      });
    };
    const isReady = async (): Promise<void> => {
      const url = await service.field('status endpoint listens', 'url');
      await eventually('the service is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    };
    const remaining = (): readonly string[] =>
      differences(expectedState({ loadBalancers, floatingIps: user.floatingIps }), observedState(server));
    const asItShouldBe = async (): Promise<void> => {
      try {
        await eventually('all is as it should be', () => remaining().length === 0);
      } catch (error) {
        throw new Error(remaining().join('\n'), { cause: error });
      }
    };
    const failover = async (loadBalancer: LoadBalancer | undefined, between?: () => unknown): Promise<void> => {
      const [amphora] = loadBalancer === undefined ? [] : liveAmphorae(loadBalancer);
      if (loadBalancer === undefined || amphora === undefined) throw new Error('there is no amphora to replace');
      const operation = octavia.failoverAmphora(loadBalancer, amphora);
      await operation.step();
      await between?.();
      await operation.run();
    };

    before(async function () {
      broker = new URL(rabbitmqUrl(this));
      [first, second] = await Promise.all([CertificateAuthority.create(), CertificateAuthority.create()]);
      stops.push(
        () => first.remove(),
        () => second.remove(),
      );
      folder = await mkdtemp(join(tmpdir(), 'svc-monitor-f29-'));
      stops.push(() => rm(folder, { recursive: true, force: true }));
      server = new EmbeddedOpenSdn();
      await server.start();
      stops.push(() => server.stop());
      const publisher = new NotificationPublisher({ url: broker.href, exchange });
      stops.push(() => publisher.stop());
      server.notifications.subscribe((message) => {
        publisher.publish(message);
      });
      const certificate = await first.issue(names);
      const tls = asksFor(certificate, first);
      const address = `tcp://${broker.hostname}:${broker.port || '5672'}`;
      fronts = [await TlsFront.start(server.url, tls), await TlsFront.start(address, tls)];
      for (const front of fronts) stops.push(() => front.stop());
      const tenant = await createTenant(server.url, { name: 'f29' });
      octavia = new Octavia({ url: server.url, tenant, nova: new Nova({ url: server.url, tenant }) });
      user = new NetworkUser({ url: server.url, tenant });
      for (let made = 0; made < 3; made += 1) {
        const loadBalancer = await octavia.createLoadBalancer().run();
        loadBalancers.push(loadBalancer);
        await user.associate(await user.createFloatingIp().run(), loadBalancer).run();
      }
    });

    after(async function () {
      for (const stop of stops.reverse()) await stop();
    });

    it('should say which setting is wrong where the authority is, and begin without a restart when its file is mended', async () => {
      await write('ca.pem', second.cert);
      await writePair(await first.issue('DNS:client'));
      startService();
      await said(/certificate of the broker is signed by nobody who is trusted/);
      await said(/certificate of the config API server is signed by nobody who is trusted/);
      await said(/"setting":"config_api\.tls\.ca_file"/);
      await write('ca.pem', first.cert);
      await isReady();
      await asItShouldBe();
      expect(linesOf('starting')).to.equal(1);
    });

    it('should go on through a rotation of all certificates in the middle of a failover', async () => {
      const [old, fresh] = [await second.issue(names), await second.issue('DNS:client')];
      await failover(loadBalancers[0], async () => {
        // Both authorities first, then the servers, then the clients, as one does it.
        const reads = linesOf('files read anew');
        await write('ca.pem', `${first.cert}${second.cert}`);
        await eventually('both authorities are trusted', () => linesOf('files read anew') >= reads + 2);
        for (const front of fronts) front.present({ ...asksFor(old, first), ca: [first.cert, second.cert] });
        cut();
        await writePair(fresh);
        await eventually('the pair is read', () => linesOf('files read anew') >= reads + 4);
        present(old, second);
        cut();
      });
      await asItShouldBe();
      await failover(loadBalancers[1]);
      await asItShouldBe();
      expect(linesOf('starting')).to.equal(1);
      expect(service.stdout).to.not.match(/BEGIN|its former content goes on counting/);
    });

    it('should say that a certificate has expired, and make good what it missed when there is a new one', async () => {
      const expired = asksFor(await second.issue(names, -1), second);
      const [api, amqp] = fronts;
      api.present(expired);
      api.cut();
      await failover(loadBalancers[2]);
      await said(/certificate of the config API server has expired/);
      amqp.present(expired);
      amqp.cut();
      await said(/certificate of the broker has expired/);
      present(await second.issue(names), second);
      await asItShouldBe();
      await isReady();
    });

    it('should leave no half write behind when it is stopped in flight, and the next one go on from there', async () => {
      let begun = 0;
      let lost = 0;
      const end = server.use(async (request, next) => {
        if (request.method === 'GET' || request.userAgent !== 'opensdn-svc-monitor') return next();
        begun += 1;
        const answer = await next();
        // The answer takes a while; whoever has asked has to be there for it.
        await new Promise((resolve) => setImmediate(resolve));
        if (begun === 1) {
          service.signal('SIGTERM');
          await said(/"message":"stopping"/);
        }
        if (request.closed.aborted) lost += 1;
        return answer;
      });
      await failover(loadBalancers[0]);
      expect((await service.ended).code).to.equal(0);
      expect(begun).to.be.greaterThan(0);
      expect(lost).to.equal(0);
      expect(linesOf('stopped')).to.equal(1);
      end();
      startService();
      await isReady();
      await asItShouldBe();
    });

    it('should end in time although the API server answers nothing, and the next one go on from there', async () => {
      let held = 0;
      const end = server.use((request, next) => {
        if (request.method === 'GET' || request.userAgent !== 'opensdn-svc-monitor') return next();
        held += 1;
        return new Promise(() => undefined);
      });
      const stopping = failover(loadBalancers[1]);
      await eventually('a write is under way', () => held > 0);
      service.signal('SIGTERM');
      await stopping;
      await service.ended;
      end();
      startService();
      await isReady();
      await asItShouldBe();
    });
  });

  describe('when a name comes to stand for another address', () => {
    const addresses = new Map<string, string>();
    const stops: (() => unknown)[] = [];

    beforeEach(() => {
      const real = dns.lookup.bind(dns);
      // What Node.js itself resolves names with, as nobody may change those of the machine.
      sinon.stub(dns, 'lookup').callsFake(((name: string, options: dns.LookupOptions, done: LookupDone) => {
        const address = addresses.get(name);
        if (address === undefined) real(name, options, done as never);
        else if (options.all === true) process.nextTick(done, null, [{ address, family: 4 }]);
        else process.nextTick(done, null, address, 4);
      }) as never);
    });

    afterEach(async () => {
      sinon.restore();
      for (const stop of stops.splice(0).reverse()) await stop();
    });

    it('should reach the config API where it is now', async () => {
      const server = new EmbeddedOpenSdn({ host: '127.0.0.1' });
      await server.start();
      const { port } = new URL(server.url);
      const moved = new EmbeddedOpenSdn({ host: '127.0.0.2', port: Number(port) });
      await moved.start();
      stops.push(() => moved.stop());
      moved.seed('project', { fq_name: ['default-domain', 'moved'], parent_type: 'domain' });
      addresses.set('api.example', '127.0.0.1');
      for (const keepAlive of [false, true]) {
        const client = createConfigApiClient({ urls: [`http://api.example:${port}`], keepAlive, retryDelayMs: 5 });
        stops.push(() => {
          client.close();
        });
        const found = (): Promise<string | undefined> =>
          client.fqNameToUuid('project', ['default-domain', 'moved'], never);
        if (keepAlive) addresses.set('api.example', '127.0.0.2');
        else {
          expect(await found()).to.equal(undefined);
          addresses.set('api.example', '127.0.0.2');
          await server.stop();
        }
        expect(await found()).to.be.a('string');
      }
    });

    it('should say that a name is no longer known', async () => {
      const client = createConfigApiClient({ urls: ['http://gone.invalid:8082'], attempts: 1 });
      stops.push(() => {
        client.close();
      });
      const error: unknown = await client.fqNameToUuid('project', ['x'], never).catch((reason: unknown) => reason);
      expect(String(error)).to.match(/gone\.invalid/);
    });

    it('should reach the broker where it is now', async function () {
      const url = new URL(rabbitmqUrl(this));
      const target = { host: url.hostname, port: Number(url.port) || 5672 };
      const one = new TcpFaultProxy({ target });
      const port = await one.start();
      const id = `svc-monitor-test.${randomUUID()}`;
      const source = new AmqpSource({
        brokers: [`broker.example:${port}`],
        exchange: id,
        queueName: `${id}.queue`,
        retryLowMs: 20,
        retryHighMs: 100,
      });
      stops.push(() => source.stop());
      addresses.set('broker.example', '127.0.0.1');
      const sink = new RecordingSink();
      await source.start(sink, never);
      addresses.set('broker.example', '127.0.0.2');
      await one.stop();
      await sink.seen('disconnected');
      const sockets = new Set<Socket>();
      const other = createServer((socket) => {
        const behind = connect(target);
        for (const end of [socket, behind]) sockets.add(end.on('error', () => undefined));
        socket.pipe(behind).pipe(socket);
      }).listen(port, '127.0.0.2');
      stops.splice(-1, 0, () => {
        other.close();
        for (const socket of sockets) socket.destroy();
      });
      await eventually('the source is connected again', () => source.status().connected);
    });
  });
});

type LookupDone = (error: Error | null, address: unknown, family?: number) => void;
