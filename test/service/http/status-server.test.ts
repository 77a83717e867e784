import { connect } from 'node:net';
import { request } from 'node:http';
import { expect } from 'chai';
import { SvcMonitorError, type MonitorStatus } from '../../../lib/index.js';
import { monitorUnreadyReasons, StatusServer, type StatusServerOptions } from '../../../service/http/index.js';
import { healthyStatus } from '../fake-monitor.js';

describe('StatusServer', () => {
  const servers: StatusServer[] = [];
  let status: MonitorStatus;
  let failure: SvcMonitorError | undefined;

  beforeEach(() => {
    status = healthyStatus;
    failure = undefined;
  });

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function started(options: Partial<StatusServerOptions> = {}): Promise<number> {
    const metrics = { contentType: 'text/plain; version=0.0.4', render: () => Promise.resolve('a_metric 1\n') };
    const server = new StatusServer({
      host: '127.0.0.1',
      port: 0,
      status: () => status,
      unreadyReasons: () => monitorUnreadyReasons(status, failure),
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

  describe('when all is well', () => {
    it('should answer 200 to /healthz and /readyz', async () => {
      const port = await started();
      expect(await get(port, '/healthz')).to.include({ code: 200, text: 'ok\n' });
      const ready = await get(port, '/readyz');
      expect(ready.code).to.equal(200);
      expect(JSON.parse(ready.text)).to.deep.equal({ ready: true, reasons: [] });
    });

    it('should hand out the metrics as they are', async () => {
      const port = await started();
      expect(await get(port, '/metrics')).to.deep.equal({
        code: 200,
        type: 'text/plain; version=0.0.4',
        text: 'a_metric 1\n',
      });
    });

    it('should show the whole status, however many problems it has', async () => {
      const problem = { type: 'vip', vip: 'n/10.0.0.1', message: 'refused', since: 5 } as const;
      status = { ...healthyStatus, problems: Array.from({ length: 300 }, () => problem) };
      const port = await started();
      const answer = await get(port, '/status');
      expect(answer.type).to.contain('application/json');
      expect(JSON.parse(answer.text)).to.deep.equal(status);
    });
  });

  describe('when the monitor is not ready', () => {
    it('should answer 503 to /readyz with every reason, and 200 to /healthz', async () => {
      status = {
        ...healthyStatus,
        state: 'starting',
        ready: false,
        resync: { running: true, lastError: 'connection refused' },
        source: { name: 'amqp', connected: false, lastError: 'broker away' },
      };
      const port = await started();
      const ready = await get(port, '/readyz');
      expect(ready.code).to.equal(503);
      expect(JSON.parse(ready.text)).to.deep.equal({
        ready: false,
        reasons: [
          'the monitor is starting and has not read everything yet: connection refused',
          'the change stream amqp is not connected: broker away',
        ],
      });
      expect(await get(port, '/healthz')).to.include({ code: 200 });
    });

    it('should answer 503 to /readyz while only the change stream is lost', async () => {
      status = { ...healthyStatus, source: { name: 'amqp', connected: false } };
      const port = await started();
      expect((await get(port, '/readyz')).code).to.equal(503);
    });
  });

  describe('when the monitor has failed for good', () => {
    it('should answer 503 to /healthz and /readyz with the reason', async () => {
      failure = new SvcMonitorError('bug', 'what cannot be');
      const port = await started();
      expect(await get(port, '/healthz')).to.include({ code: 503, text: 'failed: what cannot be\n' });
      const ready = await get(port, '/readyz');
      expect(ready.code).to.equal(503);
      expect(ready.text).to.contain('the monitor has failed: what cannot be');
    });
  });

  describe('when texts of the status quote credentials', () => {
    it('should mask them', async () => {
      status = {
        ...healthyStatus,
        source: { name: 'amqp', connected: false, lastError: 'amqp://u:hunter2@h refused' },
      };
      const port = await started();
      for (const path of ['/status', '/readyz']) {
        const { text } = await get(port, path);
        expect(text).to.contain('amqp://***@h refused').and.not.to.contain('hunter2');
      }
    });
  });

  describe('when requests are none of its own', () => {
    it('should answer 404 to other paths and methods, and refuse headers that are too large', async () => {
      const port = await started();
      expect((await get(port, '/')).code).to.equal(404);
      const url = `http://127.0.0.1:${port}/status`;
      expect((await fetch(url, { method: 'DELETE' })).status).to.equal(404);
      expect(await headerAnswer(port, 'x'.repeat(10_000))).to.equal(431);
    });

    it('should answer 404 to /metrics where it has none', async () => {
      const server = new StatusServer({
        host: '127.0.0.1',
        port: 0,
        status: () => status,
        unreadyReasons: () => [],
        failure: () => failure,
      });
      servers.push(server);
      expect((await get(await server.start(), '/metrics')).code).to.equal(404);
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
    it('should cut connections that are open, idle or not', async () => {
      const port = await started();
      const socket = connect(port, '127.0.0.1');
      await new Promise<void>((resolve) => socket.once('connect', resolve));
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
      const closed = new Promise<void>((resolve) =>
        socket.once('close', () => {
          resolve();
        }),
      );
      socket.on('error', () => undefined);
      await servers[0]?.stop();
      await closed;
      await servers[0]?.stop();
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
