import { expect } from 'chai';
import { setImmediate as turn } from 'node:timers/promises';
import {
  createConfigApiClient,
  ManualClock,
  SvcMonitorError,
  type ConfigApiClientOptions,
  type ConfigApiServerStatus,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from '../../../lib/index.js';
import { failure, until } from './support/conditions.js';
import { CountingMetrics, KeepingLogger } from './support/test-client.js';

const never = new AbortController().signal;
const uuid = '7deba98b-0e6f-440a-a046-e05aa5df41c3';
const [one, two] = ['http://one:8082', 'http://two:8082'] as const;
const probes = 24;

type Connection = NonNullable<HttpRequest['connection']>;

/** A network whose requests take their time on the clock of the test, and no other. */
class ScriptedNetwork implements HttpTransport {
  public readonly sent: HttpRequest[] = [];
  public status = 200;
  public isDown = false;
  public costs: Record<Connection, number> = { fresh: 3, reused: 44 };
  /** Holds what measures back until the promise resolves. */
  public gate: Promise<void> = Promise.resolve();

  public constructor(private readonly clock: ManualClock) {}

  public async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    this.sent.push(request);
    if (isProbe(request)) {
      await this.gate;
      if (signal.aborted) throw new SvcMonitorError('aborted', 'called off');
    }
    if (this.isDown) throw new SvcMonitorError('unavailable', 'down', { details: { reason: 'ECONNREFUSED' } });
    this.clock.step(this.costs[request.connection ?? 'fresh']);
    const body = isProbe(request) ? { uuid } : { 'virtual-ip': { uuid, fq_name: ['default-domain', 'p', 'v'] } };
    return { status: isProbe(request) ? this.status : 200, headers: {}, body: JSON.stringify(body) };
  }

  public close(): void {
    // Nothing is open.
  }

  public get probes(): readonly HttpRequest[] {
    return this.sent.filter(isProbe);
  }

  public get lastUse(): Connection | undefined {
    return this.sent.findLast((request) => !isProbe(request))?.connection;
  }
}

function isProbe({ url }: HttpRequest): boolean {
  return url.endsWith('/fqname-to-id');
}

describe('ConnectionChooser', () => {
  let clock: ManualClock;
  let network: ScriptedNetwork;
  let metrics: CountingMetrics;
  let logger: KeepingLogger;

  const clientOf = (options: Partial<ConfigApiClientOptions> = {}): ReturnType<typeof createConfigApiClient> =>
    createConfigApiClient({
      urls: [one],
      keepAlive: 'auto',
      attempts: 1,
      clock,
      metrics,
      logger,
      transport: network,
      ...options,
    });

  const read = (client: ReturnType<typeof clientOf>): Promise<unknown> => client.get('virtual-ip', uuid, {}, never);
  const server = (client: ReturnType<typeof clientOf>, index = 0): ConfigApiServerStatus['keepAlive'] | undefined =>
    client.status().servers[index]?.keepAlive;

  /** Reads once, and waits until what that sets off is measured. */
  const measured = async (client: ReturnType<typeof clientOf>, index = 0): Promise<void> => {
    await read(client);
    await until(() => server(client, index)?.freshMs !== undefined);
  };

  beforeEach(() => {
    clock = new ManualClock();
    network = new ScriptedNetwork(clock);
    metrics = new CountingMetrics();
    logger = new KeepingLogger();
  });

  it('should send nothing before the first request, and measure after its success', async () => {
    const client = clientOf();
    expect(network.sent).to.have.length(0);
    await measured(client);
    expect(network.probes.map(({ connection }) => connection)).to.deep.equal(
      Array.from({ length: probes }, (_, index) => (index % 2 === 0 ? 'fresh' : 'reused')),
    );
  });

  it('should keep fresh connections for a server that is slow on reused ones, and show why', async () => {
    const client = clientOf();
    await measured(client);
    await read(client);
    expect(network.lastUse).to.equal('fresh');
    expect(client.status().servers.map(({ keepAlive }) => keepAlive)).to.deep.equal([
      { setting: 'auto', reused: false, freshMs: 3, reusedMs: 44 },
    ]);
    expect(metrics.gauges.get(`config_api_connections_reused{${one}}`)).to.equal(0);
  });

  it('should reuse connections to a server that is faster so, fresh ones until that is known', async () => {
    network.costs = { fresh: 3, reused: 1 };
    const client = clientOf();
    await measured(client);
    expect(network.lastUse).to.equal('fresh');
    await read(client);
    expect(network.lastUse).to.equal('reused');
    expect(server(client)).to.deep.equal({ setting: 'auto', reused: true, freshMs: 3, reusedMs: 1 });
    expect(metrics.gauges.get(`config_api_connections_reused{${one}}`)).to.equal(1);
  });

  it('should leave a create its own connection: it is not sent again when a kept one breaks', async () => {
    const client = clientOf({ keepAlive: true });
    await client.create('virtual-ip', { fqName: ['d', 'p', 'v'], parentKind: 'project', properties: {} }, never);
    expect(network.lastUse).to.equal('fresh');
    await read(client);
    expect(network.lastUse).to.equal('reused');
  });

  for (const keepAlive of [true, false]) {
    it(`should measure nothing when it is told: ${keepAlive}`, async () => {
      const client = clientOf({ keepAlive });
      await read(client);
      await read(client);
      expect(network.lastUse).to.equal(keepAlive ? 'reused' : 'fresh');
      expect(network.probes).to.have.length(0);
      expect(server(client)).to.deep.equal({ setting: keepAlive, reused: keepAlive });
      expect(metrics.gauges.get(`config_api_connections_reused{${one}}`)).to.equal(keepAlive ? 1 : 0);
    });
  }

  it('should measure nothing with a transport of somebody else who does not ask for it', async () => {
    const client = createConfigApiClient({ urls: [one], clock, transport: network });
    await read(client);
    await read(client);
    expect(network.probes).to.have.length(0);
  });

  it('should measure one at a time, however many requests succeed, and hold none of them up', async () => {
    let open: () => void = () => undefined;
    network.gate = new Promise((resolve) => {
      open = resolve;
    });
    const client = clientOf();
    await Promise.all([read(client), read(client), read(client)]);
    await read(client);
    expect(network.probes).to.have.length(1);
    open();
    await until(() => server(client)?.freshMs !== undefined);
    expect(network.probes).to.have.length(probes);
  });

  it('should carry the token, and no request counts as one of its own', async () => {
    const client = clientOf({ auth: { mode: 'token', token: 'secret' } });
    await measured(client);
    expect(network.probes.map(({ headers }) => headers['X-Auth-Token'])).to.deep.equal(
      Array.from({ length: probes }, () => 'secret'),
    );
    expect(metrics.total('config_api_requests_total')).to.equal(1);
  });

  it('should measure each server by itself, when it is used', async () => {
    const client = clientOf({ urls: [one, two], attempts: 2, retryDelayMs: 0 });
    await measured(client);
    expect(server(client, 1)).to.deep.equal({ setting: 'auto', reused: false });
    const send = network.send.bind(network);
    network.send = (request, signal) => {
      network.costs = { fresh: 3, reused: 1 };
      if (!request.url.startsWith(one)) return send(request, signal);
      return Promise.reject(new SvcMonitorError('unavailable', 'down', { details: { reason: 'ECONNREFUSED' } }));
    };
    const reading = measured(client, 1);
    await until(() => clock.pending > 0);
    clock.step(1000);
    await reading;
    expect(server(client, 1)).to.deep.equal({ setting: 'auto', reused: true, freshMs: 3, reusedMs: 1 });
    expect(client.status().servers.map(({ current }) => current)).to.deep.equal([false, true]);
  });

  describe('when the server fails', () => {
    it('should go back to fresh connections, and measure anew when it answers again', async () => {
      network.costs = { fresh: 3, reused: 1 };
      const client = clientOf();
      await measured(client);
      clock.step(60_000);
      network.isDown = true;
      await failure(read(client), 'unavailable');
      expect(server(client)).to.deep.equal({ setting: 'auto', reused: false });
      network.isDown = false;
      network.costs = { fresh: 3, reused: 44 };
      await measured(client);
      expect(server(client)).to.include({ reused: false, reusedMs: 44 });
      expect(network.probes).to.have.length(2 * probes);
    });

    it('should not measure more often than every 10 s', async () => {
      const client = clientOf();
      await measured(client);
      network.isDown = true;
      await failure(read(client), 'unavailable');
      network.isDown = false;
      await read(client);
      expect(network.probes).to.have.length(probes);
      clock.step(10_000);
      await measured(client);
      expect(network.probes).to.have.length(2 * probes);
    });

    it('should drop what it measured before', async () => {
      let open: () => void = () => undefined;
      network.gate = new Promise((resolve) => {
        open = resolve;
      });
      network.costs = { fresh: 3, reused: 1 };
      const client = clientOf();
      await read(client);
      network.isDown = true;
      await failure(read(client), 'unavailable');
      network.isDown = false;
      open();
      for (let count = 0; count < 50; count += 1) await turn();
      expect(network.probes).to.have.length(1);
      await read(client);
      expect(server(client)).to.deep.equal({ setting: 'auto', reused: false });
    });
  });

  it('should look again after a minute, then after an hour, and not before', async () => {
    const client = clientOf();
    await measured(client);
    for (const [pauseMs, costs] of [
      [60_000, { fresh: 3, reused: 1 }],
      [3_600_000, { fresh: 3, reused: 44 }],
    ] as const) {
      network.costs = costs;
      network.sent.length = 0;
      clock.step(pauseMs - 1_000);
      await read(client);
      expect(network.probes).to.have.length(0);
      clock.step(1_000);
      await read(client);
      await until(() => server(client)?.reused === costs.reused < costs.fresh);
    }
  });

  for (const [what, spoil] of [
    ['is refused', (): unknown => (network.status = 503)],
    ['fails', (): unknown => (network.costs = { fresh: 3, reused: 6000 })],
  ] as const) {
    it(`should take nothing from a probe that ${what}, and try again later`, async () => {
      const client = clientOf();
      spoil();
      await read(client);
      await until(() => logger.lines.some(({ message }) => message === 'connections could not be measured'));
      expect(server(client)).to.deep.equal({ setting: 'auto', reused: false });
      const { length } = network.probes;
      await read(client);
      expect(network.probes).to.have.length(length);
      network.status = 200;
      network.costs = { fresh: 3, reused: 1 };
      clock.step(10_000);
      await measured(client);
      expect(server(client)?.reused).to.equal(true);
      expect(logger.lines.filter(({ level }) => level === 'error' || level === 'warn')).to.deep.equal([]);
    });
  }

  it('should end with the client, and leave no timer', async () => {
    let open: () => void = () => undefined;
    network.gate = new Promise((resolve) => {
      open = resolve;
    });
    const client = clientOf();
    await read(client);
    expect(clock.pending).to.equal(1);
    client.close();
    open();
    await until(() => clock.pending === 0);
    await read(client);
    expect(network.probes).to.have.length(1);
  });
});
