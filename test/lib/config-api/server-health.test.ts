import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import fc from 'fast-check';
import { ServerHealth } from '../../../lib/config-api/server-health.js';
import { ManualClock, SvcMonitorError, type HttpTransport } from '../../../lib/index.js';
import { failure, until } from './support/conditions.js';
import { answer, hang, reset, ScriptedServer, type Script } from './support/scripted-server.js';
import { KeepingLogger, testClient } from './support/test-client.js';

const never = new AbortController().signal;
const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const good: Script = answer(200, { 'virtual-ip': { uuid, fq_name: ['default-domain', 'p', 'v'] } });
const refused = new SvcMonitorError('unavailable', 'nobody listens', {
  details: { setting: 'config_api.urls', advice: 'look' },
});
const urls = ['http://a', 'http://b', 'http://c'];

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
};

class World {
  public readonly clock = new ManualClock();
  public readonly logger = new KeepingLogger();
  public readonly dead = new Set<string>();
  public readonly probed: { readonly url: string; readonly at: number }[] = [];
  public readonly health: ServerHealth;

  public constructor(servers: readonly string[] = urls) {
    this.health = new ServerHealth({
      servers,
      clock: this.clock,
      logger: this.logger,
      probe: (url) => {
        this.probed.push({ url, at: this.clock.monotonic() });
        return this.dead.has(url) ? Promise.reject(refused) : Promise.resolve();
      },
    });
  }

  public states(): readonly string[] {
    return urls.map((url) => this.health.statusOf(url).state);
  }
}

describe('ServerHealth', () => {
  it('should stay with the first server as long as it does not fail, and know nothing of the others', () => {
    const { health, clock } = new World();
    expect(health.current()).to.equal('http://a');
    health.succeeded('http://a');
    expect(health.current()).to.equal('http://a');
    expect(health.statusOf('http://a')).to.deep.equal({ state: 'up', since: clock.now() });
    expect(health.statusOf('http://b')).to.deep.equal({ state: 'unknown' });
    expect(clock.pending).to.equal(0);
  });

  it('should set a server that fails aside, and say since when and why', async () => {
    const { health, clock, logger } = new World();
    health.failed('http://a', refused);
    expect(health.current()).to.equal('http://b');
    const since = clock.now();
    clock.step(500);
    health.failed('http://a', refused);
    expect(health.current(), 'the other is not left for that').to.equal('http://b');
    expect(health.statusOf('http://a')).to.deep.equal({
      state: 'down',
      since,
      failure: { message: 'nobody listens', setting: 'config_api.urls', advice: 'look' },
    });
    expect(logger.lines.map(({ message }) => message)).to.deep.equal([
      'config API server failed, going on with the next',
    ]);
    await settle();
  });

  it('should probe it after pauses that double, until it answers, and not go back to it', async () => {
    const world = new World();
    const { health, clock, dead, probed } = world;
    dead.add('http://a');
    health.failed('http://a', refused);
    for (let second = 0; second < 130; second += 1) {
      clock.step(1000);
      await settle();
    }
    expect(probed.map(({ at }) => at / 1000)).to.deep.equal([1, 3, 7, 15, 31, 61, 91, 121]);
    dead.clear();
    clock.step(21_000);
    await settle();
    expect(health.statusOf('http://a')).to.deep.equal({ state: 'up', since: clock.now() });
    expect(health.current()).to.equal('http://b');
    expect(world.logger.lines.at(-1)).to.deep.include({
      message: 'config API server answers again',
      fields: { server: 'http://a', downMs: 151_000 },
    });
    expect(clock.pending).to.equal(0);
  });

  it('should pass over servers that are set aside', () => {
    const { health } = new World();
    health.failed('http://a', refused);
    health.failed('http://b', refused);
    expect(health.current()).to.equal('http://c');
    health.succeeded('http://b');
    health.failed('http://c', refused);
    expect(health.current()).to.equal('http://b');
  });

  it('should ask all in turn where all have failed, and the first that comes back at once', async () => {
    const { health, clock, dead } = new World();
    for (const url of urls) dead.add(url);
    const asked = [];
    for (let request = 0; request < 7; request += 1) {
      asked.push(health.current());
      health.failed(health.current(), refused);
    }
    expect(asked).to.deep.equal([...urls, ...urls, 'http://a']);
    dead.delete('http://c');
    clock.step(1000);
    await settle();
    expect(health.current()).to.equal('http://c');
  });

  it('should not probe the only server there is', () => {
    const { health, clock } = new World(['http://a']);
    health.failed('http://a', refused);
    expect([health.current(), health.statusOf('http://a').state, clock.pending]).to.deep.equal(['http://a', 'down', 0]);
    health.succeeded('http://a');
    expect(health.statusOf('http://a').state).to.equal('up');
  });

  it('should probe nobody once it is closed', () => {
    const { health, clock } = new World();
    health.failed('http://a', refused);
    health.close();
    health.failed('http://b', refused);
    expect(clock.pending).to.equal(0);
  });

  it('should, in any order of events, use a server that is not set aside wherever there is one, and leave it only when it fails', async () => {
    const index = fc.integer({ min: 0, max: urls.length - 1 });
    const event = fc.oneof(
      fc.record({ do: fc.constantFrom('failed', 'succeeded', 'dies', 'lives'), index }),
      fc.record({ do: fc.constant('step'), index: fc.integer({ min: 1, max: 40_000 }) }),
    );
    const property = fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
      const world = new World();
      const { health, clock, dead } = world;
      for (const each of events) {
        const before = health.current();
        const url = urls[each.index] ?? '';
        if (each.do === 'failed') health.failed(url, refused);
        if (each.do === 'succeeded') health.succeeded(url);
        if (each.do === 'dies') dead.add(url);
        if (each.do === 'lives') dead.delete(url);
        const wasUsable = health.statusOf(before).state !== 'down';
        if (each.do === 'step') clock.step(each.index);
        await settle();
        const usable = urls.filter((one) => health.statusOf(one).state !== 'down');
        if (usable.length > 0) expect(usable).to.include(health.current());
        if (wasUsable) expect(health.current()).to.equal(before);
      }
      // What lives comes back, whatever was before.
      for (const url of urls) dead.delete(url);
      for (let pause = 0; pause < 4; pause += 1) {
        clock.step(30_000);
        await settle();
      }
      expect(world.states()).to.not.include('down');
      expect(clock.pending).to.equal(0);
    });
    await fc.assert(property, { numRuns: 200, seed: 3 });
  });
});

describe('a client with several API servers', () => {
  const servers: ScriptedServer[] = [];
  const start = async (script: Script): Promise<ScriptedServer> => {
    const server = await ScriptedServer.start(script);
    servers.push(server);
    return server;
  };

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  it('should leave one that hangs on a list long before the time for lists is over', async () => {
    const [first, second] = [await start(hang), await start(answer(200, { 'virtual-ips': [] }))];
    const { client, clock, metrics } = testClient({ urls: [first.url, second.url] });
    const list = client.list('virtual-ip', {}, never);
    await until(() => first.requests.length === 1);
    clock.step(5_000);
    await until(() => first.requests.length === 2);
    expect(first.paths[1]).to.equal('GET /');
    clock.step(5_000);
    await until(() => metrics.total('config_api_retries_total') === 1);
    clock.step(100);
    expect(await list).to.deep.equal([]);
    expect(client.status().servers.map(({ state, current }) => ({ state, current }))).to.deep.equal([
      { state: 'down', current: false },
      { state: 'up', current: true },
    ]);
    client.close();
  });

  it('should leave a server that takes its time with a list alone, if it answers small requests', async () => {
    const asked: string[] = [];
    let give: () => void = () => undefined;
    const transport: HttpTransport = {
      send: ({ url }) => {
        asked.push(url);
        if (url === 'http://a/') return Promise.resolve({ status: 401, headers: {}, body: 'who are you' });
        return new Promise((resolve) => {
          give = () => {
            resolve({ status: 200, headers: {}, body: '{"virtual-ips": []}' });
          };
        });
      },
      close: () => undefined,
    };
    const { client, clock } = testClient({ urls: ['http://a', 'http://b'], transport });
    const list = client.list('virtual-ip', {}, never);
    for (let probes = 0; probes < 8; probes += 1) {
      await settle();
      clock.step(5_000);
    }
    await settle();
    give();
    expect(await list).to.deep.equal([]);
    expect(asked.slice(1)).to.deep.equal(Array.from({ length: 8 }, () => 'http://a/'));
    client.close();
  });

  it('should show what is wrong with each, and that it is over', async () => {
    const [first, second] = [await start(reset), await start(good)];
    const { client, clock } = testClient({ urls: [first.url, second.url], attempts: 1 });
    await failure(client.get('virtual-ip', uuid, {}, never), 'unavailable');
    await client.get('virtual-ip', uuid, {}, never);
    const [broken] = client.status().servers;
    expect(broken).to.include({ state: 'down', since: clock.now() });
    expect(broken?.failure?.message).to.match(/closed the connection without an answer/);
    expect(broken?.failure).to.include({ setting: 'config_api.urls' });
    first.respond(answer(200, {}));
    clock.step(1_000);
    await until(() => client.status().servers[0]?.state === 'up');
    expect(client.status().servers[0]).to.not.have.property('failure');
    client.close();
  });
});
