import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { liveAmphorae, type LoadBalancer } from '../../fixtures/index.js';
import { ManualClock, type MonitorStatus, type RequestRecord } from '../../lib/index.js';
import { findRoute, type RouteRequest } from '../../service/http/index.js';
import { pageRoutes, RecentWrites, Samples, sampling, serviceStatus } from '../../service/page/index.js';
import { projectFolder } from '../support/project-folder.js';
import { Shop } from '../support/shop.js';

// What stands under these has names of its own: kinds, controllers, VIPs, what was measured of a connection, and what was sent.
const maps = ['cache', 'controllers', 'dryRunPlans', 'keepAlive', 'body'];

/** The names of all fields of a value, at any depth. */
function fieldsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...(maps.includes(name) ? [] : fieldsOf(inner))]);
}

describe('docs/status.md', () => {
  let shop: Shop;
  let loadBalancer: LoadBalancer;
  let writes: RecentWrites;

  before(async () => {
    writes = new RecentWrites();
    const onRequest = (request: RequestRecord): void => {
      writes.note(request);
    };
    shop = await Shop.open({ monitor: { onRequest } });
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    const floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.monitor.settled();
    for (const skipUnbind of [false, true]) {
      const [amphora] = liveAmphorae(loadBalancer);
      if (amphora === undefined) throw new Error('there is no amphora');
      const failover = shop.octavia.failoverAmphora(loadBalancer, amphora, { skipUnbind });
      while ((await failover.step()) !== undefined) await shop.monitor.settled();
    }
    await shop.monitor.settled();
    const failed = {
      method: 'DELETE',
      path: '/virtual-ip/x',
      kind: 'virtual-ip',
      operation: 'delete',
      access: 'write',
    } as const;
    const long = { body: 'x'.repeat(10_000), answer: 'still referred', status: 409, outcome: 'conflict' } as const;
    writes.note({ ...failed, ...long, requestId: 'req-1', sentAt: 0, seconds: 0 });
  });

  after(() => shop.close());

  const answers = async (): Promise<readonly unknown[]> => {
    const { monitor } = shop.monitor;
    const clock = new ManualClock();
    const samples = new Samples(clock);
    clock.step(sampling.everyMs);
    const facts = { version: '1', at: 0, startedAt: 0, dryRun: false, reasons: [] };
    const status = (): MonitorStatus => ({
      ...monitor.status(),
      problems: [
        {
          ...{ type: 'failing', message: 'm', since: 0, kind: 'k', uuid: 'u', controller: 'c' },
          ...{
            key: `${loadBalancer.networkId}/${loadBalancer.vips[0]?.address}`,
            setting: 's',
            answer: 'a',
            advice: 'a',
          },
        },
      ],
    });
    const routes = pageRoutes({ clock, samples, writes, status, views: () => monitor.views(), facts: () => facts });
    const key = `${loadBalancer.networkId}/${loadBalancer.vips[0]?.address}`;
    const paths = ['/status/vips', `/status/vips/${key}`, '/status/failovers', '/status/samples', '/status/writes'];
    const asked = paths.map(async (path) => {
      const found = findRoute(routes, path);
      if (found === undefined) throw new Error(`no route for ${path}`);
      const request: RouteRequest = {
        ...{ path, query: new URLSearchParams(), parts: found.parts, header: () => undefined },
        signal: new AbortController().signal,
      };
      const answer = await found.route.answer(request);
      return 'body' in answer ? (JSON.parse(String(answer.body)) as unknown) : undefined;
    });
    return [serviceStatus(facts, status()), ...(await Promise.all(asked))];
  };
  it('should name every field that is answered', async () => {
    const page = await readFile(new URL('docs/status.md', projectFolder()), 'utf8');
    const named = new Set([...page.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''));
    const fields = new Set((await answers()).flatMap(fieldsOf));
    // All of what is to be looked at is there.
    expect([...fields]).to.include.members([
      'steps',
      'restoredMs',
      'letGoMs',
      'incidents',
      'requestMs',
      'portCount',
      'advice',
      'bodyLength',
      'object',
      'outcome',
      'tookMs',
    ]);
    expect([...fields].filter((field) => !named.has(field))).to.deep.equal([]);
  });
});
