import { createServer as createHttpServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { AxiosTransport, type HttpRequest } from '../../../lib/index.js';
import { failure, printed, until } from './support/conditions.js';
import { answer, hang, reset, ScriptedServer } from './support/scripted-server.js';
import { testCertificate } from './support/tls.js';

const never = new AbortController().signal;

describe('AxiosTransport', () => {
  let server: ScriptedServer;
  let transport: AxiosTransport;

  const request = (path = '/', more: Partial<HttpRequest> = {}): HttpRequest => ({
    method: 'GET',
    url: `${server.url}${path}`,
    headers: {},
    ...more,
  });

  beforeEach(async () => {
    server = await ScriptedServer.start(answer(200, { a: 1 }, { 'X-Subject-Token': 't' }));
    transport = new AxiosTransport();
  });

  afterEach(async () => {
    transport.close();
    await server.close();
  });

  it('should hand out status, headers in lower case and the body as text', async () => {
    const response = await transport.send(request(), never);
    expect(response.status).to.equal(200);
    expect(response.headers).to.include({ 'x-subject-token': 't' });
    expect(response.body).to.equal('{"a":1}');
  });

  it('should send method, headers and body as they are', async () => {
    const headers = { 'Content-Type': 'application/json; charset="UTF-8"', 'X-Request-Id': 'req-1' };
    await transport.send(request('/virtual-ips', { method: 'POST', headers, body: '{"a": "ä"}' }), never);
    const [received] = server.requests;
    expect(received).to.include({ method: 'POST', path: '/virtual-ips', body: '{"a": "ä"}' });
    expect(received?.headers).to.include({
      'content-type': 'application/json; charset="UTF-8"',
      'x-request-id': 'req-1',
    });
  });

  for (const status of [302, 404, 500]) {
    it(`should hand out an answer ${status} like any other`, async () => {
      server.respond(answer(status, 'text', { Location: '/elsewhere' }));
      expect(await transport.send(request(), never)).to.include({ status, body: 'text' });
      expect(server.requests).to.have.length(1);
    });
  }

  for (const [coding, pack] of Object.entries({ gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync })) {
    it(`should unpack an answer compressed by ${coding}, whole or as a stream`, async () => {
      server.respond((_request, response) => {
        response.writeHead(200, { 'Content-Encoding': coding }).end(pack('{"packed":true}'));
      });
      expect((await transport.send(request(), never)).body).to.equal('{"packed":true}');
      const { body } = await transport.stream(request(), never);
      expect(await text(body)).to.equal('{"packed":true}');
      expect(server.requests[0]?.headers['accept-encoding']).to.contain(coding);
    });
  }

  it('should reach a server by IPv6', async () => {
    const other = createHttpServer((_request, response) => response.end('six'));
    await new Promise<void>((resolve) => other.listen(0, '::1', resolve));
    const url = `http://[::1]:${(other.address() as AddressInfo).port}/`;
    expect((await transport.send({ method: 'GET', url, headers: {} }, never)).body).to.equal('six');
    other.close();
  });

  it('should close each connection by default', async () => {
    await transport.send(request(), never);
    await transport.send(request(), never);
    expect(server.requests[0]?.headers.connection).to.equal('close');
    expect(server.requests[1]?.socket).to.not.equal(server.requests[0]?.socket);
  });

  it('should reuse connections when told to', async () => {
    transport = new AxiosTransport({ keepAlive: true });
    for (let count = 0; count < 6; count += 1) await transport.send(request(), never);
    // One that has just been used is not free before the next turn: two take turns.
    expect(new Set(server.requests.map(({ socket }) => socket)).size).to.be.at.most(2);
    expect(server.requests[0]?.headers.connection).to.equal('keep-alive');
  });

  it('should reuse connections where the request says so, and no others', async () => {
    const uses = ['reused', 'fresh', 'reused', 'fresh', 'reused'] as const;
    for (const connection of uses) {
      await transport.send(request('/', { connection }), never);
      await nextTurn();
    }
    const sockets = server.requests.map(({ socket }) => socket);
    expect(sockets[2]).to.equal(sockets[0]);
    expect(sockets[4]).to.equal(sockets[0]);
    expect(new Set(sockets).size).to.equal(3);
  });

  it('should open another connection when the server has closed the one that was kept', async () => {
    transport = new AxiosTransport({ keepAlive: true });
    await transport.send(request(), never);
    const [first] = server.requests;
    first?.socket.end();
    await until(() => first?.socket.destroyed === true);
    expect(await transport.send(request(), never)).to.include({ status: 200 });
  });

  it('should not send anything twice by itself when a kept connection breaks under a request', async () => {
    transport = new AxiosTransport({ keepAlive: true });
    await transport.send(request(), never);
    await nextTurn();
    server.respond(reset);
    for (const method of ['GET', 'POST'] as const) {
      server.requests.length = 0;
      await failure(transport.send(request('/', { method }), never), 'unavailable');
      expect(server.requests).to.have.length(1);
    }
  });

  for (const connection of ['fresh', 'reused'] as const) {
    it(`should ask whether it may be sent when nothing is left but to send it, on a ${connection} connection`, async () => {
      await transport.send(request('/', { connection }), never);
      await nextTurn();
      server.requests.length = 0;
      let mayBeSent = true;
      const sending = transport.send(request('/', { connection, mayBeSent: () => mayBeSent }), never);
      // As after a freeze: what was true when it was begun is so no more when the connection stands.
      mayBeSent = false;
      await failure(sending, 'aborted');
      await transport.send(request('/after', { connection }), never);

      expect(server.requests.map(({ path }) => path)).to.deep.equal(['/after']);
    });
  }

  describe('when the exchange fails', () => {
    it('should reject with unavailable if nobody listens', async () => {
      await server.close();
      const error = await failure(
        transport.send({ method: 'GET', url: 'http://127.0.0.1:1/', headers: {} }, never),
        'unavailable',
      );
      expect(error.details).to.deep.equal({ reason: 'ECONNREFUSED' });
      server = await ScriptedServer.start(hang);
    });

    it('should reject with unavailable if the connection is reset', async () => {
      server.respond(reset);
      await failure(transport.send(request(), never), 'unavailable');
    });

    it('should reject with unavailable if the connection breaks within the answer', async () => {
      server.respond((received, response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('{"virtual-ip": {', () => received.socket.destroy());
      });
      await failure(transport.send(request(), never), 'unavailable');
    });

    it('should reject with unavailable if the connection ends within an answer of unknown length', async () => {
      for (const keepAlive of [false, true]) {
        transport = new AxiosTransport({ keepAlive });
        server.respond((received, response) => {
          response.writeHead(200);
          response.write('{"virtual-ip": {}}', () => received.socket.end());
        });
        await failure(transport.send(request(), never), 'unavailable');
      }
    });

    it('should reject with unavailable if the server ends the connection without an answer', async () => {
      server.respond((received) => received.socket.end());
      await failure(transport.send(request(), never), 'unavailable');
    });

    it('should reject with bug if the request cannot be sent', async () => {
      await failure(transport.send(request('/', { headers: { 'Transfer-Encoding': 'chunked' } }), never), 'bug');
    });

    it('should reject with bad-answer if the answer is too long', async () => {
      transport = new AxiosTransport({ maxAnswerBytes: 10 });
      server.respond(answer(200, 'x'.repeat(11)));
      await failure(transport.send(request(), never), 'bad-answer');
    });

    it('should reject with bad-answer if a small compressed answer unpacks to a long one', async () => {
      transport = new AxiosTransport({ maxAnswerBytes: 1000 });
      server.respond((_request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('x'.repeat(100_000)));
      });
      await failure(transport.send(request(), never), 'bad-answer');
    });

    it('should reject with bad-answer if the answer is not what its compression says', async () => {
      server.respond((_request, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('plain text that is no gzip');
      });
      await failure(transport.send(request(), never), 'bad-answer');
    });

    it('should reject with bad-answer if the other side does not speak HTTP', async () => {
      const tcp = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
      await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(tcp.address() as AddressInfo).port}/`;
      await failure(transport.send({ method: 'GET', url, headers: {} }, never), 'bad-answer');
      tcp.close();
    });

    it('should keep headers and body out of the error', async () => {
      server.respond(reset);
      const secret = {
        method: 'POST' as const,
        headers: { 'X-Auth-Token': 'hush-token' },
        body: '{"password":"hush-word"}',
      };
      const error = await failure(transport.send(request('/', secret), never), 'unavailable');
      expect(printed(error)).to.not.contain('hush');
    });
  });

  describe('when it is called off', () => {
    it('should reject with aborted and destroy the connection of a server that does not answer', async () => {
      server.respond(hang);
      const controller = new AbortController();
      const sent = transport.send(request(), controller.signal);
      await until(() => server.requests.length === 1);
      controller.abort();
      await failure(sent, 'aborted');
      await until(() => server.requests[0]?.socket.destroyed === true);
    });

    it('should destroy the connection of a server that has begun to answer', async () => {
      server.respond((_request, response) => void response.writeHead(200).write('{"virtual-'));
      const controller = new AbortController();
      const sent = transport.send(request(), controller.signal);
      await until(() => server.requests.length === 1);
      controller.abort();
      await failure(sent, 'aborted');
      await until(() => server.requests[0]?.socket.destroyed === true);
    });

    it('should send nothing if that was before', async () => {
      await failure(transport.send(request(), AbortSignal.abort()), 'aborted');
      expect(server.requests).to.have.length(0);
    });
  });

  describe('when it is closed', () => {
    it('should end the requests under way, and refuse later ones', async () => {
      server.respond(hang);
      const sent = failure(transport.send(request(), never), 'closed');
      await until(() => server.requests.length === 1);
      transport.close();
      await sent;
      await until(() => server.requests[0]?.socket.destroyed === true);
      await failure(transport.send(request(), never), 'closed');
      expect(server.requests).to.have.length(1);
    });
  });

  describe('when it is closed while a connection comes about', () => {
    it('should break the connection', async () => {
      const sockets: Socket[] = [];
      // Takes connections, and never says a word of TLS.
      const tcp = createTcpServer((socket) => sockets.push(socket.on('error', () => undefined).resume()));
      await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
      const url = `https://127.0.0.1:${(tcp.address() as AddressInfo).port}/`;
      const sent = failure(transport.send({ method: 'GET', url, headers: {} }, never), 'closed');
      await until(() => sockets.length === 1);
      transport.close();
      await sent;
      await until(() => sockets[0]?.destroyed === true);
      tcp.close();
    });
  });

  describe('when the server speaks TLS', () => {
    const withTlsServer = async (use: (url: string) => Promise<void>): Promise<void> => {
      const tls = createTlsServer(testCertificate, (_request, response) => response.end('secure'));
      await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
      await use(`https://127.0.0.1:${(tls.address() as AddressInfo).port}/`).finally(() => {
        tls.closeAllConnections();
        tls.close();
      });
    };

    it('should trust the authority of the options', () =>
      withTlsServer(async (url) => {
        transport = new AxiosTransport({ tls: { ca: testCertificate.cert } });
        expect((await transport.send({ method: 'GET', url, headers: {} }, never)).body).to.equal('secure');
      }));

    it('should say what is wrong with a certificate that it does not trust', () =>
      withTlsServer(async (url) => {
        transport = new AxiosTransport({ tls: { key: testCertificate.key, cert: testCertificate.cert } });
        const error = await failure(transport.send({ method: 'GET', url, headers: {} }, never), 'unavailable');
        expect(error.details).to.deep.equal({ reason: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
        expect(printed(error)).to.not.contain('PRIVATE KEY');
      }));
  });
});
