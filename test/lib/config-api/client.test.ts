import { hostname } from 'node:os';
import { expect } from 'chai';
import {
  createConfigApiClient,
  ownRequestIdPrefix,
  type ConfigWriter,
  type RequestRecord,
} from '../../../lib/index.js';
import { pass } from '../../support/real-time.js';
import { failure, until } from './support/conditions.js';
import { answer, hang, reset, ScriptedServer, type Script } from './support/scripted-server.js';
import { KeepingLogger, testClient } from './support/test-client.js';

const never = new AbortController().signal;
const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const good = answer(200, { 'virtual-ip': { uuid, fq_name: ['default-domain', 'p', 'v'] } });

/** Hangs for one uuid, answers for others. */
const hangFor =
  (which: string): Script =>
  (request, response) => {
    if (!request.path.includes(which)) good(request, response);
  };

/** Begins to answer, and sends a byte now and then, but never the last. */
const trickle: Script = (request, response) => {
  response.writeHead(200, { 'Content-Length': '1000' });
  const trickleOn = async (): Promise<void> => {
    while (!request.socket.destroyed) {
      response.write(' ');
      await pass(5);
    }
  };
  void trickleOn();
};

describe('createConfigApiClient', () => {
  let servers: ScriptedServer[];

  const start = async (script: Script): Promise<ScriptedServer> => {
    const server = await ScriptedServer.start(script);
    servers.push(server);
    return server;
  };

  beforeEach(() => {
    servers = [];
  });

  afterEach(async () => {
    await Promise.all(servers.map((server) => server.close()));
  });

  it('should need nothing but URLs', async () => {
    const server = await start(good);
    const client = createConfigApiClient({ urls: [server.url] });
    expect(await client.get('virtual-ip', uuid, {}, never)).to.include({ uuid });
    client.close();
  });

  it('should refuse URLs that cannot be used', () => {
    expect(() => testClient({ urls: [] })).to.throw('there is no URL of the config API');
  });

  describe('headers', () => {
    it('should say who asks, with a fresh id each time', async () => {
      const server = await start(good);
      const { client } = testClient({ urls: [server.url] });
      await client.get('virtual-ip', uuid, {}, never);
      await client.get('virtual-ip', uuid, {}, never);
      const [first, second] = server.requests.map((request) => request.headers);
      expect(first).to.include({
        'content-type': 'application/json; charset="UTF-8"',
        'user-agent': 'opensdn-svc-monitor',
        'x-contrail-useragent': `${hostname()}:opensdn-svc-monitor`,
      });
      expect(first).to.not.have.property('x-tenant-name');
      expect(ownRequestIdPrefix).to.equal('req-svc-monitor-');
      expect(first?.['x-request-id']).to.match(/^req-svc-monitor-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      expect(second?.['x-request-id']).to.not.equal(first?.['x-request-id']);
    });

    it('should name the project of a login at Keystone, as OpenSDN’s own clients do', async () => {
      const server = await start(good);
      const keystone = { mode: 'keystone', url: server.url, username: 'svc', password: 'hush' } as const;
      for (const projectName of ['service', 'проект']) {
        const { client } = testClient({ urls: [server.url], auth: { ...keystone, projectName } });
        await client.get('virtual-ip', uuid, {}, never);
      }
      // No header can carry the second one.
      expect(server.requests.map(({ headers }) => headers['x-tenant-name'])).to.deep.equal(['service', undefined]);
    });

    it('should carry the name that the user agent was given', async () => {
      const server = await start(good);
      await testClient({ urls: [server.url], userAgent: 'demo' }).client.get('virtual-ip', uuid, {}, never);
      expect(server.requests[0]?.headers).to.include({ 'x-contrail-useragent': 'demo', 'user-agent': 'demo' });
    });
  });

  describe('when the server does not answer in time', () => {
    for (const [what, script] of [
      ['takes the request and is silent', hang],
      ['trickles', trickle],
    ] as const) {
      it(`should end with timeout and close the connection of a server that ${what}`, async () => {
        const server = await start(script);
        const { client, clock } = testClient({ urls: [server.url], attempts: 1 });
        const read = failure(client.get('virtual-ip', uuid, {}, never), 'timeout');
        await until(() => server.requests.length === 1);
        clock.step(4999);
        expect(server.requests[0]?.socket.destroyed).to.equal(false);
        clock.step(1);
        expect((await read).details).to.include({ timeoutMs: 5000, method: 'GET', server: server.url });
        await until(() => server.requests[0]?.socket.destroyed === true);
        expect(clock.pending).to.equal(0);
      });
    }

    it('should give a page of a list more time', async () => {
      const server = await start(hang);
      const { client, clock } = testClient({ urls: [server.url], attempts: 1, listTimeoutMs: 7000 });
      const read = failure(client.list('virtual-ip', {}, never), 'timeout');
      await until(() => server.requests.length === 1);
      clock.step(7000);
      expect((await read).details).to.include({ timeoutMs: 7000 });
    });

    it('should let other requests pass meanwhile', async () => {
      const server = await start(hangFor('stuck'));
      const { client } = testClient({ urls: [server.url], concurrency: 2 });
      const controller = new AbortController();
      const stuck = failure(client.get('virtual-ip', 'stuck', {}, controller.signal), 'aborted');
      await until(() => server.requests.length === 1);
      for (let count = 0; count < 20; count += 1) await client.get('virtual-ip', uuid, {}, never);
      expect(server.requests).to.have.length(21);
      controller.abort();
      await stuck;
    });
  });

  describe('when there are several servers', () => {
    const failures: readonly [string, Script][] = [
      ['breaks connections', reset],
      ['answers 503', answer(503, 'not ready')],
      ['answers 502', answer(502, '<html><title>502 Bad Gateway</title></html>')],
    ];
    for (const [what, script] of failures) {
      it(`should go on with the next one when the first ${what}, and stay there`, async () => {
        const [first, second] = [await start(script), await start(good)];
        const logger = new KeepingLogger();
        const { client, clock, metrics } = testClient({ urls: [first.url, second.url], logger });
        const read = client.get('virtual-ip', uuid, {}, never);
        // The pause before the repeat, and the one before the server is probed.
        await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 2);
        clock.step(50);
        await read;
        await client.get('virtual-ip', uuid, {}, never);
        expect([first.requests.length, second.requests.length]).to.deep.equal([1, 2]);
        const warnings = logger.lines.filter((line) => line.level === 'warn');
        expect(warnings.map((line) => line.message)).to.deep.equal([
          'config API server failed, going on with the next',
        ]);
        expect(warnings[0]?.fields).to.include({ server: first.url, next: second.url, code: 'unavailable' });
      });
    }

    it('should go on with the next one when the first is a black hole', async () => {
      const [first, second] = [await start(hang), await start(good)];
      const { client, clock, metrics } = testClient({ urls: [first.url, second.url] });
      const read = client.get('virtual-ip', uuid, {}, never);
      await until(() => first.requests.length === 1);
      clock.step(5000);
      await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 2);
      clock.step(50);
      expect((await read).uuid).to.equal(uuid);
    });

    it('should stay with a server that refuses a request', async () => {
      const [first, second] = [await start(answer(404, 'Unknown id: x')), await start(good)];
      const { client } = testClient({ urls: [first.url, second.url] });
      await failure(client.get('virtual-ip', uuid, {}, never), 'not-found');
      await failure(client.get('virtual-ip', uuid, {}, never), 'not-found');
      expect(second.requests).to.have.length(0);
    });
  });

  describe('when more is asked than may be asked at once', () => {
    it('should send as many as it may, and the others in turn', async () => {
      const waiting: (() => void)[] = [];
      const server = await start((request, response) => {
        waiting.push(() => {
          good(request, response);
        });
      });
      const { client } = testClient({ urls: [server.url], concurrency: 3 });
      const reads = Array.from({ length: 10 }, () => client.get('virtual-ip', uuid, {}, never));
      let most = 0;
      for (let served = 0; served < 10; served += 1) {
        await until(() => waiting.length > 0);
        most = Math.max(most, server.requests.length - served);
        waiting.shift()?.();
      }
      await Promise.all(reads);
      expect(most).to.be.at.most(3);
      expect(server.requests).to.have.length(10);
    });

    it('should keep one for each writer with a lane of its own, whatever others ask', async () => {
      const server = await start(hangFor('stuck'));
      const { client } = testClient({ urls: [server.url], concurrency: 2 });
      const writer = client.writerFor('a manager');
      const stop = new AbortController();
      const stuck = ['stuck-1', 'stuck-2', 'stuck-3'].map((id) =>
        failure(client.get('virtual-ip', id, {}, stop.signal), 'aborted'),
      );
      await until(() => server.requests.length === 1);
      await writer.updateProperties({ kind: 'virtual-ip', uuid, properties: {} }, never);
      expect(server.paths).to.have.length(2);
      expect(server.paths[1]).to.equal(`PUT /virtual-ip/${uuid}`);
      stop.abort();
      await Promise.all(stuck);
    });

    it('should let go of a request that is called off while it waits', async () => {
      const server = await start(hangFor('stuck'));
      const { client } = testClient({ urls: [server.url], concurrency: 1 });
      const [stuck, waiting] = [new AbortController(), new AbortController()];
      const first = failure(client.get('virtual-ip', 'stuck', {}, stuck.signal), 'aborted');
      await until(() => server.requests.length === 1);
      const second = failure(client.get('virtual-ip', 'second', {}, waiting.signal), 'aborted');
      const third = client.get('virtual-ip', uuid, {}, never);
      waiting.abort();
      await second;
      stuck.abort();
      await first;
      await third;
      expect(server.paths.filter((path) => path.includes('second'))).to.deep.equal([]);
    });

    it('should hold no place while it backs off', async () => {
      const server = await start((request, response) => {
        (request.path.includes('failing') ? reset : good)(request, response);
      });
      const { client, clock, metrics } = testClient({ urls: [server.url], concurrency: 1 });
      const controller = new AbortController();
      const failing = failure(client.get('virtual-ip', 'failing', {}, controller.signal), 'aborted');
      await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 1);
      await client.get('virtual-ip', uuid, {}, never);
      controller.abort();
      await failing;
    });
  });

  describe('when what is to be written may not be written any more', () => {
    const update = { kind: 'virtual-ip', uuid, properties: {} } as const;
    const refs = { kind: 'floating-ip', uuid, refKind: 'virtual-machine-interface', refUuid: uuid } as const;
    const writes: Readonly<Record<string, (writer: ConfigWriter) => Promise<unknown>>> = {
      create: (writer) =>
        writer.create('virtual-ip', { fqName: ['vip'], parentKind: 'project', properties: {} }, never),
      updateProperties: (writer) => writer.updateProperties(update, never),
      delete: (writer) => writer.delete('virtual-ip', uuid, never),
      updateReference: (writer) => writer.updateReference({ ...refs, operation: 'ADD' }, never),
      relaxReference: (writer) => writer.relaxReference(uuid, uuid, never),
      updateMap: (writer) =>
        writer.updateMap({ ...update, field: 'annotations', updates: [{ operation: 'delete', key: 'k' }] }, never),
    };

    for (const [name, write] of Object.entries(writes)) {
      it(`should send nothing: ${name}`, async () => {
        const server = await start(good);
        const { client } = testClient({ urls: [server.url] });
        await failure(write(client.writerFor('a manager', () => false)), 'aborted');
        expect(server.requests).to.have.length(0);
      });
    }

    it('should not send what waited in line until then', async () => {
      const server = await start(hangFor('stuck'));
      const { client } = testClient({ urls: [server.url], concurrency: 1 });
      let mayWrite = true;
      const stop = new AbortController();
      const stuck = failure(client.get('virtual-ip', 'stuck', {}, stop.signal), 'aborted');
      await until(() => server.requests.length === 1);
      const waiting = failure(client.writerFor('', () => mayWrite).updateProperties(update, never), 'aborted');
      mayWrite = false;
      stop.abort();
      await Promise.all([stuck, waiting]);
      expect(server.requests).to.have.length(1);
    });

    it('should not repeat what failed until then', async () => {
      const server = await start(reset);
      const { client, clock, metrics } = testClient({ urls: [server.url] });
      let mayWrite = true;
      const failing = failure(client.writerFor('a manager', () => mayWrite).updateProperties(update, never), 'aborted');
      await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 1);
      mayWrite = false;
      clock.step(60_000);
      await failing;
      expect(server.requests).to.have.length(1);
    });
  });

  describe('records', () => {
    it('should tell of each request that was sent, by operation and kind', async () => {
      const server = await start((request, response) => {
        (request.method === 'DELETE' ? answer(409, 'Delete when resource still referred: []') : good)(
          request,
          response,
        );
      });
      const records: RequestRecord[] = [];
      const { client, metrics } = testClient({ urls: [server.url], onRequest: (record) => records.push(record) });
      await client.get('virtual-ip', uuid, {}, never);
      await client.updateProperties({ kind: 'virtual-ip', uuid, properties: { display_name: 'x' } }, never);
      await failure(client.delete('virtual-ip', uuid, never), 'conflict');
      expect(records.map(({ operation, access, kind, outcome }) => [operation, access, kind, outcome])).to.deep.equal([
        ['get', 'read', 'virtual-ip', 'ok'],
        ['update', 'write', 'virtual-ip', 'ok'],
        ['delete', 'write', 'virtual-ip', 'conflict'],
      ]);
      expect(Object.fromEntries(metrics.counts)).to.deep.equal({
        'config_api_requests_total{operation=get,kind=virtual-ip,outcome=ok}': 1,
        'config_api_request_seconds{operation=get}': 1,
        'config_api_requests_total{operation=update,kind=virtual-ip,outcome=ok}': 1,
        'config_api_request_seconds{operation=update}': 1,
        'config_api_requests_total{operation=delete,kind=virtual-ip,outcome=conflict}': 1,
        'config_api_request_seconds{operation=delete}': 1,
      });
    });

    it('should tell what a write has sent and was answered, by which id, and of a read neither', async () => {
      const server = await start((request, response) => {
        (request.method === 'DELETE' ? answer(409, 'still referred, X-Auth-Token: hush') : good)(request, response);
      });
      const records: RequestRecord[] = [];
      const auth = { mode: 'token', token: 'hush' } as const;
      const { client, clock } = testClient({ urls: [server.url], auth, onRequest: (record) => records.push(record) });
      const properties = { display_name: 'x' };
      await client.get('virtual-ip', uuid, {}, never);
      await client.updateProperties({ kind: 'virtual-ip', uuid, properties, requestId: 'req-mine' }, never);
      await failure(client.delete('virtual-ip', uuid, never), 'conflict');
      const [read, update, removal] = records;
      expect(read).to.include({ method: 'GET', status: 200, sentAt: clock.now() });
      expect(read).not.to.have.any.keys('body', 'answer');
      expect(update).to.deep.include({ requestId: 'req-mine', path: `/virtual-ip/${uuid}`, status: 200 });
      expect(update?.body).to.deep.equal({ 'virtual-ip': properties });
      expect(update?.answer).to.contain(uuid);
      expect(removal).to.include({ method: 'DELETE', status: 409, answer: 'still referred, X-Auth-Token: ***' });
      expect(removal).not.to.have.property('body');
      const sent = server.requests.map(({ headers }) => headers['x-request-id']);
      expect(records.map(({ requestId }) => requestId)).to.deep.equal(sent);
      expect(new Set(sent).size).to.equal(3);
    });

    it('should tell that no answer came to a write', async () => {
      const server = await start((_, response) => response.destroy());
      const records: RequestRecord[] = [];
      const { client } = testClient({ urls: [server.url], attempts: 1, onRequest: (record) => records.push(record) });
      await failure(client.delete('virtual-ip', uuid, never), 'unavailable');
      expect(records).to.have.length(1);
      expect(records[0]).to.include({ method: 'DELETE', outcome: 'unavailable' });
      expect(records[0]).not.to.have.any.keys('status', 'answer');
    });

    it('should tell of each repeat, and how long it took', async () => {
      const server = await start(hang);
      const records: RequestRecord[] = [];
      const { client, clock, metrics } = testClient({
        urls: [server.url],
        attempts: 2,
        onRequest: (record) => records.push(record),
      });
      const read = failure(client.get('virtual-ip', uuid, {}, never), 'timeout');
      await until(() => server.requests.length === 1);
      clock.step(5000);
      await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 1);
      clock.step(50);
      await until(() => server.requests.length === 2);
      clock.step(5000);
      await read;
      expect(records.map(({ outcome, seconds }) => [outcome, seconds])).to.deep.equal([
        ['timeout', 5],
        ['timeout', 5],
      ]);
    });

    it('should not let a hook that fails spoil the request', async () => {
      const server = await start(good);
      const logger = new KeepingLogger();
      const onRequest = (): void => {
        throw new Error('broken hook');
      };
      const { client } = testClient({ urls: [server.url], logger, onRequest });
      expect((await client.get('virtual-ip', uuid, {}, never)).uuid).to.equal(uuid);
      expect(logger.lines.map((line) => line.message)).to.deep.equal(['the hook for config API requests failed']);
    });
  });

  it('should send nothing again once it is closed', async () => {
    const server = await start(reset);
    const { client, clock, metrics } = testClient({ urls: [server.url] });
    const read = failure(client.get('virtual-ip', uuid, {}, never), 'closed');
    await until(() => metrics.total('config_api_retries_total') === 1 && clock.pending === 1);
    client.close();
    clock.step(50);
    await read;
    expect(server.requests).to.have.length(1);
  });

  it('should use the transport that it is given', async () => {
    const transport = {
      send: () => Promise.resolve({ status: 200, headers: {}, body: '{"virtual-ips": {"count": 3}}' }),
      close: () => undefined,
    };
    expect(await testClient({ urls: ['http://unused:1'], transport }).client.count('virtual-ip', {}, never)).to.equal(
      3,
    );
  });
});
