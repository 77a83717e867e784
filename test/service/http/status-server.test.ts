import { request } from 'node:http';
import { expect } from 'chai';
import { SvcMonitorError, type MonitorStatus } from '../../../lib/index.js';
import { StatusServer, type StatusServerOptions } from '../../../service/http/index.js';
import { eventually } from '../../support/eventually.js';
import { RawConnection } from '../../support/raw-connection.js';
import { healthyStatus, unready } from '../fake-monitor.js';

describe('StatusServer', () => {
  const servers: StatusServer[] = [];
  const connections: RawConnection[] = [];
  let status: MonitorStatus;
  let failure: SvcMonitorError | undefined;

  beforeEach(() => {
    status = healthyStatus;
    failure = undefined;
  });

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.cut();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function started(options: Partial<StatusServerOptions> = {}): Promise<number> {
    const metrics = { contentType: 'text/plain; version=0.0.4', render: () => Promise.resolve('a_metric 1\n') };
    const server = new StatusServer({
      host: '127.0.0.1',
      port: 0,
      status: () => status,
      health: () => status.health,
      failure: () => failure,
      metrics,
      ...options,
    });
    servers.push(server);
    return server.start();
  }

  async function get(port: number, path: string): Promise<{ code: number; type: string; text: string }> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
    return { code: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  }

  const raw = (port: number): RawConnection => {
    const connection = new RawConnection(`http://127.0.0.1:${port}`);
    connections.push(connection);
    return connection;
  };

  describe('when all is well', () => {
    it('should answer 200 to /healthz and /readyz', async () => {
      const port = await started();
      expect(await get(port, '/healthz')).to.include({ code: 200, text: 'ok\n' });
      const ready = await get(port, '/readyz');
      expect(ready.code).to.equal(200);
      expect(JSON.parse(ready.text)).to.deep.equal({ ready: true, reasons: [], since: '1970-01-01T00:00:01.000Z' });
    });

    it('should hand out the metrics as they are', async () => {
      const port = await started();
      expect(await get(port, '/metrics')).to.deep.equal({
        code: 200,
        type: 'text/plain; version=0.0.4',
        text: 'a_metric 1\n',
      });
    });

    it('should show the whole status, however many problems it has, with times in ISO 8601', async () => {
      const problem = {
        type: 'failing',
        controller: 'octavia-vip',
        key: 'n/10.0.0.1',
        message: 'refused',
        since: 5,
      } as const;
      status = { ...healthyStatus, problems: Array.from({ length: 300 }, () => problem) };
      const port = await started();
      const answer = await get(port, '/status');
      expect(answer.type).to.contain('application/json');
      const shown = { ...problem, since: '1970-01-01T00:00:00.005Z' };
      expect(JSON.parse(answer.text)).to.deep.equal({
        ...status,
        health: { ...healthyStatus.health, since: '1970-01-01T00:00:01.000Z' },
        configApi: {
          ...healthyStatus.configApi,
          servers: healthyStatus.configApi.servers.map((server) => ({ ...server, since: '1970-01-01T00:00:00.500Z' })),
        },
        resync: { running: false, lastFinishedAt: '1970-01-01T00:00:01.000Z' },
        problems: Array.from({ length: 300 }, () => shown),
      });
    });
  });

  describe('when it is asked in other ways', () => {
    it('should pass over the query, and answer HEAD without the body', async () => {
      const port = await started();
      expect((await get(port, '/healthz?verbose=1')).text).to.equal('ok\n');
      const head = await fetch(`http://127.0.0.1:${port}/healthz`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), await head.text()]).to.deep.equal([200, '3', '']);
    });

    it('should answer several requests on one connection', async () => {
      const connection = raw(await started());
      connection.send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await connection.has('ok\n');
      connection.send('GET /readyz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await connection.has('"ready":true');
    });
  });

  describe('when it cannot make an answer', () => {
    it('should answer 500 with why, without credentials', async () => {
      const render = (): Promise<string> => Promise.reject(new Error('amqp://u:hunter2@h refused'));
      const port = await started({ metrics: { contentType: 'text/plain', render } });
      const answer = await get(port, '/metrics');
      expect(answer).to.include({ code: 500, text: 'failed: unexpected failure: amqp://***@h refused\n' });
    });
  });

  describe('when the monitor is not ready', () => {
    it('should answer 503 to /readyz with every reason, and 200 to /healthz', async () => {
      status = unready('starting');
      const port = await started();
      const ready = await get(port, '/readyz');
      expect(ready.code).to.equal(503);
      expect(JSON.parse(ready.text)).to.deep.equal({
        ready: false,
        reasons: ['the monitor is starting'],
        since: '1970-01-01T00:00:01.000Z',
      });
      expect(await get(port, '/healthz')).to.include({ code: 200 });
    });
  });

  describe('when the monitor has failed for good', () => {
    it('should answer 503 to /healthz with the reason', async () => {
      failure = new SvcMonitorError('bug', 'what cannot be');
      const port = await started();
      expect(await get(port, '/healthz')).to.include({ code: 503, text: 'failed: what cannot be\n' });
    });
  });

  describe('when texts of the status quote credentials', () => {
    it('should mask them', async () => {
      const health = { ready: false, reasons: ['amqp://u:hunter2@h refused'], since: 1_000 };
      status = { ...healthyStatus, ready: false, health };
      const port = await started();
      for (const path of ['/status', '/readyz']) {
        const { text } = await get(port, path);
        expect(text).to.contain('amqp://***@h refused').and.not.to.contain('hunter2');
      }
    });
  });

  describe('when requests are none of its own', () => {
    it('should answer 404 to other paths and 405 to other methods, and refuse headers that are too large', async () => {
      const port = await started();
      expect((await get(port, '/')).code).to.equal(404);
      const url = `http://127.0.0.1:${port}/status`;
      expect((await fetch(url, { method: 'DELETE' })).status).to.equal(405);
      expect(await headerAnswer(port, 'x'.repeat(10_000))).to.equal(431);
    });

    it('should answer 404 to /metrics where it has none', async () => {
      const server = new StatusServer({
        host: '127.0.0.1',
        port: 0,
        status: () => status,
        health: () => healthyStatus.health,
        failure: () => failure,
      });
      servers.push(server);
      expect((await get(await server.start(), '/metrics')).code).to.equal(404);
    });
  });

  describe('when a request cannot be understood', () => {
    it('should answer 400, and close the connection', async () => {
      const connection = raw(await started());
      connection.send('what is this\r\n\r\n');
      await connection.closed();
      expect(connection.received).to.match(/^HTTP\/1\.1 400 /);
    });
  });

  describe('when its port is in use', () => {
    it('should say so, and what to change', async () => {
      const port = await started();
      const error: unknown = await started({ port }).catch((caught: unknown) => caught);
      expect(SvcMonitorError.is(error) && error.code).to.equal('invalid-configuration');
      expect((error as Error).message).to.equal(
        `the status endpoint cannot listen on 127.0.0.1:${port}: the port is in use; see http.host and http.port`,
      );
    });
  });

  describe('when it stops', () => {
    it('should cut connections that are open, idle, in the middle of a request, or unanswered', async () => {
      let asked = false;
      const render = (): Promise<string> => {
        asked = true;
        return new Promise(() => undefined);
      };
      const port = await started({ metrics: { contentType: 'text/plain', render } });
      const half = raw(port).send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n');
      const idle = raw(port).send('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n');
      const unanswered = raw(port).send('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await idle.has('ok\n');
      await eventually('the metrics are asked for', () => asked);
      await servers[0]?.stop();
      for (const connection of [half, idle, unanswered]) await connection.closed();
      await servers[0]?.stop();
    });

    it('should do nothing if it was not started', async () => {
      const server = new StatusServer({
        host: '127.0.0.1',
        port: 0,
        status: () => status,
        health: () => healthyStatus.health,
        failure: () => failure,
      });
      await server.stop();
    });
  });
});

function headerAnswer(port: number, value: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path: '/healthz', headers: { 'x-large': value } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}
