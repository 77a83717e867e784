import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import {
  AxiosTransport,
  createConfigApiClient,
  EventStreams,
  KeyedWorkQueue,
  MemorySource,
  silentLogger,
  silentMetrics,
  sleep,
  SvcMonitorError,
  SystemClock,
  untilAborted,
  withTimeout,
  type ConfigApiClient,
} from '../../lib/index.js';
import { Semaphore } from '../../lib/config-api/semaphore.js';
import { createTenant, EmbeddedMonitor, NeutronClient, populate } from '../../fixtures/index.js';
import { RecordingSink } from '../support/recording-sink.js';
import { Shop } from '../support/shop.js';

const atOnce = 50;

describe('one signal for many requests', () => {
  let shop: Shop;
  let client: ConfigApiClient;
  let controller: AbortController;
  let warnings: string[];
  const clock = new SystemClock();
  const parts = { clock, logger: silentLogger, metrics: silentMetrics };
  const keep = ({ message }: Error): void => {
    warnings.push(message);
  };
  const listeners = (): number => getEventListeners(controller.signal, 'abort').length;

  beforeEach(async () => {
    shop = await Shop.open();
    await shop.octavia.createLoadBalancer().run();
    client = createConfigApiClient({ urls: [shop.cloud.url], ...parts });
    controller = new AbortController();
    warnings = [];
    process.on('warning', keep);
  });

  afterEach(async () => {
    process.off('warning', keep);
    client.close();
    await shop.close();
  });

  const neutron = (): NeutronClient =>
    new NeutronClient({ url: shop.cloud.url, projectId: shop.tenant.projectId, userAgent: 'test' });

  /** What takes a signal and goes on for a while, each by itself. */
  const works: Readonly<Record<string, (signal: AbortSignal, index: number) => Promise<unknown>>> = {
    'reads of the client': (signal) => client.get('project', shop.tenant.projectId, {}, signal),
    'lists of the client': (signal) => client.list('virtual-machine-interface', {}, signal),
    'writes of the client': (signal, index) =>
      client.create(
        'virtual-ip',
        { fqName: ['default-domain', 'shop', `vip-${index}`], parentKind: 'project', properties: {} },
        signal,
      ),
    'requests of the bare transport': (signal) =>
      new AxiosTransport().send({ method: 'GET', url: `${shop.cloud.url}/projects`, headers: {} }, signal),
    'event streams': async (signal) => {
      const streams = new EventStreams({ urls: [shop.cloud.url], connectTimeoutMs: 5_000, ...parts });
      const { body } = await streams.open(shop.cloud.url, '/watch?resource_type=project', signal);
      body.destroy();
      streams.close();
    },
    waits: (signal) => sleep(clock, 20, signal),
    'limited waits': (signal) => withTimeout(clock, 1_000, signal, (inner) => sleep(clock, 20, inner)),
    'waits for the same work': (signal) => untilAborted(sleep(clock, 20, new AbortController().signal), signal),
    'starts of a source': async (signal) => {
      const source = new MemorySource({ clock });
      await source.start(new RecordingSink(), signal);
      await source.stop();
    },
    'starts of a monitor': async (signal, index) => {
      if (index >= 12) return;
      const monitor = await new EmbeddedMonitor(shop.cloud.server, { userAgent: `m-${index}` }).start(signal);
      await monitor.settled({}, signal);
      await monitor.stop();
    },
    'waits for the monitors of a cloud': (signal) => shop.cloud.settled({}, signal),
    'requests of actors': (signal) => neutron().listFloatingIps({}, signal),
    tenants: (signal, index) => createTenant(shop.cloud.url, { name: `tenant-${index}` }, signal),
    'load balancers': (signal) => shop.octavia.createLoadBalancer({}, signal).run(),
    'builders of clouds': (signal, index) =>
      index < 12 ? populate(shop.cloud.url, { loadBalancers: 1, name: `cloud-${index}` }, signal) : Promise.resolve(),
  };

  for (const [what, work] of Object.entries(works)) {
    describe(`when it is handed to ${atOnce} ${what}`, () => {
      it('should have one listener at most, none at the end, and no warning come of it', async () => {
        let most = 0;
        const state: { isOver: boolean } = { isOver: false };
        const all = Promise.all(Array.from({ length: atOnce }, (_, index) => work(controller.signal, index)));
        const over = all.finally(() => {
          state.isOver = true;
        });
        while (!state.isOver) {
          most = Math.max(most, listeners());
          await turn();
        }
        await over;
        expect(most).to.be.at.most(1);
        expect(listeners()).to.equal(0);
        expect(warnings.filter((text) => text.includes('listeners'))).to.deep.equal([]);
      });
    });
  }

  it('should end all of them when it fires, those that wait in line as well', async () => {
    const semaphore = new Semaphore(2, 100);
    const queue = new KeyedWorkQueue({ clock, metrics: silentMetrics });
    const codes = Array.from({ length: atOnce }, (_, index) =>
      (index % 2 === 0
        ? semaphore.run(() => sleep(clock, 60_000, controller.signal), controller.signal)
        : queue.get(controller.signal)
      ).catch((error: unknown) => (SvcMonitorError.is(error) ? error.code : error)),
    );
    await turn();
    expect(listeners()).to.equal(1);
    controller.abort();
    expect(new Set(await Promise.all(codes))).to.deep.equal(new Set(['aborted']));
    expect(listeners()).to.equal(0);
    expect(warnings).to.deep.equal([]);
  });
});
