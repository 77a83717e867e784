import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { expect } from 'chai';
import { ManualClock } from '../../../lib/index.js';
import {
  endpointLimits,
  HttpEndpoint,
  textAnswer,
  type AnswerStream,
  type HttpEndpointOptions,
  type Route,
  type RouteRequest,
} from '../../../service/http/index.js';
import { CertificateAuthority, type Certificate } from '../../support/certificate-authority.js';
import { eventually } from '../../support/eventually.js';
import { RawConnection } from '../../support/raw-connection.js';
import { pass } from '../../support/real-time.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const head = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
const huge = 'x'.repeat(30_000_000);

describe('HttpEndpoint', () => {
  const endpoints: HttpEndpoint[] = [];
  const connections: RawConnection[] = [];
  const sockets: Socket[] = [];
  let seen: RouteRequest[];
  let streams: AnswerStream[];
  let ended: number;

  const routes: readonly Route[] = [
    {
      method: 'GET',
      path: '/ok/:part',
      answer: (request) => {
        seen.push(request);
        return textAnswer(200, 'ok');
      },
    },
    {
      method: 'GET',
      path: '/huge',
      answer: (request) => {
        seen.push(request);
        return { code: 200, type: 'text/plain', body: huge };
      },
    },
    {
      method: 'GET',
      path: '/hangs',
      answer: (request) => {
        seen.push(request);
        return new Promise(() => undefined);
      },
    },
    {
      method: 'GET',
      path: '/fails',
      answer: () => {
        throw new TypeError('what a bug');
      },
    },
    {
      method: 'GET',
      path: '/live',
      answer: () => ({
        type: 'text/event-stream',
        begin: (stream) => {
          streams.push(stream);
          stream.write('data: first\n\n');
          return () => (ended += 1);
        },
      }),
    },
    {
      method: 'GET',
      path: '/dead',
      answer: () => ({
        type: 'text/event-stream',
        begin: () => {
          throw new TypeError('cannot begin');
        },
      }),
    },
  ];

  beforeEach(() => {
    [seen, streams, ended] = [[], [], 0];
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.cut();
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()));
  });

  async function started(options: Partial<HttpEndpointOptions> = {}) {
    const where = { name: 'the test endpoint', section: 'http', host: '127.0.0.1', port: 0 };
    const endpoint = new HttpEndpoint({ ...where, routes, ...options });
    endpoints.push(endpoint);
    const port = await endpoint.start();
    return { endpoint, port, url: endpoint.url(port) };
  }

  const raw = (port: number): RawConnection => {
    const connection = new RawConnection(`http://127.0.0.1:${port}`);
    connections.push(connection);
    return connection;
  };

  /** A client that asks, and reads nothing. */
  const deaf = (port: number, sends: string): { socket: Socket; isClosed: () => boolean } => {
    let closed = false;
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => (closed = true));
    socket.on('close', () => (closed = true));
    socket.pause();
    socket.write(sends);
    return { socket, isClosed: () => closed };
  };

  describe('when it is asked', () => {
    it('should hand path, query, named parts and headers to the route', async () => {
      const { url } = await started();
      await fetch(`${url}/ok/a%2Fb?x=1&y=a%20b`, { headers: { 'X-One': '1' } });
      expect(seen[0]?.path).to.equal('/ok/a%2Fb');
      expect(seen[0]?.parts).to.deep.equal({ part: 'a/b' });
      expect(seen[0]?.query.get('y')).to.equal('a b');
      expect(seen[0]?.header('x-one')).to.equal('1');
    });

    it('should find no route where a part is empty or is no text', async () => {
      const { url } = await started();
      for (const path of ['/ok/', '/ok/%ff', '/ok', '/ok/a/b', '//ok/a'])
        expect((await fetch(`${url}${path}`)).status, path).to.equal(404);
    });

    it('should tell browsers to keep to themselves what they read, and where they read it', async () => {
      const { url } = await started();
      for (const path of ['/ok/1', '/none', '/fails']) {
        const { headers } = await fetch(`${url}${path}`);
        expect(headers.get('cache-control')).to.equal('no-store');
        expect(headers.get('x-content-type-options')).to.equal('nosniff');
        expect(headers.get('x-frame-options')).to.equal('DENY');
        expect(headers.get('content-security-policy')).to.contain("default-src 'none'");
        expect(headers.get('cross-origin-resource-policy')).to.equal('same-origin');
        expect(headers.has('access-control-allow-origin')).to.equal(false);
      }
    });

    it('should take no cross-site preflight, and no other methods', async () => {
      const { url } = await started();
      const preflight = { origin: 'http://evil.example', 'access-control-request-method': 'GET' };
      expect((await fetch(`${url}/ok/1`, { method: 'OPTIONS', headers: preflight })).status).to.equal(403);
      const posted = await fetch(`${url}/ok/1`, { method: 'POST', body: 'x' });
      expect([posted.status, posted.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    });

    it('should answer by its own names only', async () => {
      const { port } = await started({ allowedHosts: ['Monitor.Example'] });
      const codeFor = async (host: string): Promise<string> => {
        const connection = raw(port).send(`GET /ok/1 HTTP/1.1\r\n${host}connection: close\r\n\r\n`);
        await connection.closed();
        return connection.received.slice(9, 12);
      };
      expect(await codeFor('host: 127.0.0.1\r\n')).to.equal('200');
      expect(await codeFor(`host: ${hostname()}:${port}\r\n`)).to.equal('200');
      expect(await codeFor('host: monitor.example\r\n')).to.equal('200');
      expect(await codeFor('host: evil.example\r\n')).to.equal('421');
      expect(await codeFor('host: localhost\r\nhost: evil.example\r\n')).to.equal('400');
      expect(await codeFor('')).to.equal('400');
    });

    it('should not answer a request that names its host in the first line', async () => {
      const { port } = await started();
      const connection = raw(port).send('GET http://evil.example/ok/1 HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await connection.has(' 404 ');
    });
  });

  describe('when an answer cannot be made', () => {
    it('should answer 500, and log it', async () => {
      const logger = new RecordingLogger();
      const { url } = await started({ logger });
      const answer = await fetch(`${url}/fails`);
      expect([answer.status, await answer.text()]).to.deep.equal([500, 'failed: unexpected failure: what a bug\n']);
      expect(logger.lines[0]).to.contain('HTTP request failed').and.to.contain('/fails');
    });

    it('should cut a live answer that fails as it begins, and log it', async () => {
      const logger = new RecordingLogger();
      const { port } = await started({ logger });
      await raw(port).send(head('/dead')).closed();
      expect(logger.lines[0]).to.contain('cannot begin');
    });

    it('should answer 500 when it takes too long, and call the work off', async () => {
      const clock = new ManualClock();
      const { port } = await started({ clock });
      const connection = raw(port).send(head('/hangs'));
      await eventually('it is asked', () => seen.length === 1);
      clock.step(endpointLimits.makeMs);
      await connection.has(' 500 ');
      expect(seen[0]?.signal.aborted).to.equal(true);
    });
  });

  describe('when clients take their time', () => {
    const dribbles: Readonly<Record<string, readonly [string, string]>> = {
      'says nothing': ['', ''],
      'sends a head a byte at a time': ['GET /ok/1 HTTP/1.1\r\nhost: localhost\r\nx: ', 'a'],
      'sends empty lines before its first request': ['', '\r\n'],
      'sends empty lines after a request': [head('/ok/1'), '\r\n'],
      'sends its second head a byte at a time': [`${head('/ok/1')}GET /ok/1 HTTP/1.1\r\nx: `, 'a'],
      'sends a body a byte at a time': ['GET /ok/1 HTTP/1.1\r\nhost: localhost\r\ncontent-length: 99\r\n\r\n', 'a'],
      'sends a body in pieces': [
        'POST /ok/1 HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n',
        '1\r\na\r\n',
      ],
    };
    for (const [what, [first, then]] of Object.entries(dribbles)) {
      it(`should cut one that ${what}, many of them`, async () => {
        const clock = new ManualClock();
        const { port } = await started({ clock });
        const many = Array.from({ length: 20 }, () => raw(port).send(first));
        await eventually('all are watched, or closed', () => clock.pending + closed(many) >= many.length);
        for (let second = 0; second < 6; second += 1) {
          for (const connection of many) connection.send(then);
          // What was sent has to be read before the time goes on: the answer to another client comes after it.
          await raw(port).send(head('/ok/1')).has('ok\n');
          clock.step(1_000);
        }
        for (const connection of many) await connection.closed();
      });
    }

    it('should tell one that has not asked yet that it was too slow', async () => {
      const clock = new ManualClock();
      const { port } = await started({ clock });
      const connection = raw(port).send('GET /ok/1 HTTP/1.1\r\n');
      await eventually('it is watched', () => clock.pending === 1);
      clock.step(endpointLimits.headMs);
      await connection.closed();
      expect(connection.received).to.match(/^HTTP\/1\.1 408 /);
    });

    it('should cut one that does not read its answer', async () => {
      const clock = new ManualClock();
      const { port } = await started({ clock });
      const { socket, isClosed } = deaf(port, head('/huge'));
      await eventually('it is answered', () => seen.length === 1);
      clock.step(endpointLimits.answerMs);
      socket.resume();
      await eventually('it is cut', isClosed);
      expect(socket.bytesRead).to.be.below(huge.length);
    });

    it('should cut one that sends more and more requests ahead of their answers', async () => {
      const { port } = await started({ clock: new ManualClock() });
      const patient = raw(port).send(head('/hangs').repeat(endpointLimits.ahead));
      await raw(port)
        .send(head('/hangs').repeat(endpointLimits.ahead + 1))
        .closed();
      expect(patient.isClosed).to.equal(false);
    });
  });

  describe('when there are too many clients', () => {
    it('should refuse more connections than it can hold, and take others when some have gone', async () => {
      const { port } = await started({ clock: new ManualClock() });
      const full = Array.from({ length: endpointLimits.connections }, () => raw(port).send(head('/ok/1')));
      for (const connection of full) await connection.has('ok\n');
      await raw(port).send(head('/ok/1')).closed();
      full[0]?.cut();
      await eventually('there is room again', async () => {
        const another = raw(port).send(head('/ok/1'));
        await eventually('it is answered or closed', () => another.isClosed || another.received.includes('ok\n'));
        return another.received.includes('ok\n');
      });
    });
  });

  describe('when answers go on', () => {
    it('should send each piece at once, for longer than other answers may take', async () => {
      const clock = new ManualClock();
      const { port } = await started({ clock });
      const connection = raw(port).send(head('/live'));
      await connection.has('first');
      clock.step(10 * endpointLimits.answerMs);
      streams[0]?.write('data: second\n\n');
      await connection.has('second');
      expect(connection.isClosed).to.equal(false);
    });

    it('should tell its route when the client has gone', async () => {
      const { port } = await started();
      const connection = raw(port).send(head('/live'));
      await connection.has('first');
      connection.cut();
      await eventually('it is told', () => ended === 1);
      streams[0]?.write('to nobody');
    });

    it('should answer only so many at once', async () => {
      const { port } = await started();
      const all = Array.from({ length: endpointLimits.streams }, () => raw(port).send(head('/live')));
      for (const connection of all) await connection.has('first');
      await raw(port).send(head('/live')).has(' 503 ');
    });

    it('should answer HEAD without beginning one', async () => {
      const { url } = await started();
      const answer = await fetch(`${url}/live`, { method: 'HEAD' });
      expect([answer.status, answer.headers.get('content-type'), streams]).to.deep.equal([
        200,
        'text/event-stream',
        [],
      ]);
    });

    it('should cut a client that does not read, and keep no more than a bound for it', async () => {
      const { port } = await started();
      const { socket, isClosed } = deaf(port, head('/live'));
      await eventually('it has begun', () => streams.length === 1);
      // The operating system takes some megabytes before any are kept here.
      await eventually('it is cut', () => {
        for (let count = 0; count < 100; count += 1) streams[0]?.write('x'.repeat(100_000));
        return ended === 1;
      });
      socket.resume();
      await eventually('it is closed', isClosed);
    });
  });

  describe('when it stops', () => {
    it('should end what goes on, finish what is under way, and cut the rest within a bound', async () => {
      const { endpoint, port } = await started();
      const live = raw(port).send(head('/live'));
      const hanging = raw(port).send(head('/hangs'));
      const idle = raw(port).send(head('/ok/1'));
      await live.has('first');
      await idle.has('ok\n');
      await eventually('the hanging one is asked for', () => seen.length === 2);
      await endpoint.stop();
      for (const connection of [live, hanging, idle]) await connection.closed();
      expect(ended).to.equal(1);
      expect(live.received.endsWith('0\r\n\r\n'), 'its end was sent').to.equal(true);
    });
  });

  describe('when it has TLS', () => {
    let authority: CertificateAuthority;
    let own: Certificate;

    before(async () => {
      authority = await CertificateAuthority.create();
      own = await authority.issue('IP:127.0.0.1,DNS:localhost');
    });

    after(() => authority.remove());

    /** The first line of the answer; an error's code if there is none. */
    const ask = (port: number, options: ConnectionOptions): Promise<string> =>
      new Promise((resolve) => {
        let text = '';
        const socket = connectTls({ port, host: '127.0.0.1', ca: authority.cert, ...options }, () => {
          socket.write(head('/ok/1').replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'));
        });
        socket.on('data', (data: Buffer) => (text += data.toString()));
        socket.on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code ?? error.message);
        });
        socket.on('close', () => {
          resolve(text.split('\r\n')[0] ?? '');
        });
      });

    it('should answer by TLS 1.2 and later', async () => {
      const { port, url } = await started({ tls: own });
      expect(url).to.equal(`https://127.0.0.1:${port}`);
      expect(await ask(port, {})).to.equal('HTTP/1.1 200 OK');
      expect(await ask(port, { maxVersion: 'TLSv1.2' })).to.equal('HTTP/1.1 200 OK');
      expect(await ask(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).to.match(/PROTOCOL|ALERT|ECONNRESET/);
    });

    it('should want a certificate that its authority has signed, where one is asked for', async () => {
      const other = await CertificateAuthority.create();
      const { port } = await started({ tls: { ...own, clientCa: authority.cert } });
      const good = await authority.issue('DNS:client');
      const foreign = await other.issue('DNS:client');
      await other.remove();
      expect(await ask(port, good)).to.equal('HTTP/1.1 200 OK');
      expect(await ask(port, foreign)).not.to.contain('200');
      expect(await ask(port, {})).not.to.contain('200');
      expect(seen).to.have.length(1);
    });

    it('should use other certificates from a reload on, and keep the old ones if those are no good', async () => {
      const { endpoint, port } = await started({ tls: own });
      const another = await CertificateAuthority.create();
      const renewed = await another.issue('IP:127.0.0.1');
      await another.remove();
      expect(() => {
        endpoint.prepareReload({ tls: { cert: renewed.cert, key: own.key } });
      }).to.throw('the test endpoint cannot use its certificate and key, see http.tls.cert_file and http.tls.key_file');
      expect(await ask(port, {})).to.equal('HTTP/1.1 200 OK');
      endpoint.prepareReload({ tls: renewed })();
      expect(await ask(port, { ca: another.cert })).to.equal('HTTP/1.1 200 OK');
      expect(await ask(port, {})).not.to.contain('200');
    });

    it('should not begin with what is no certificate', () => {
      const attempt = (tls: HttpEndpointOptions['tls']) => (): unknown =>
        new HttpEndpoint({ name: 'x', section: 'introspect', host: '127.0.0.1', port: 0, routes, ...(tls && { tls }) });
      expect(attempt({ cert: 'none', key: 'none' })).to.throw('introspect.tls.cert_file');
      expect(attempt({ ...own, clientCa: 'none' })).to.throw('introspect.tls.client_ca_file');
    });

    it('should cut a client that does not shake hands, and stop while one does not', async function () {
      this.slow(20_000);
      const { endpoint, port } = await started({ tls: own });
      await raw(port).closed();
      const second = raw(port);
      await pass(50);
      await endpoint.stop();
      await second.closed();
    });
  });
});

function closed(connections: readonly RawConnection[]): number {
  return connections.filter(({ isClosed }) => isClosed).length;
}
