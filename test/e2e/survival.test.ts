import { expect } from 'chai';
import { liveAmphorae, type ApiMiddleware, type LoadBalancer } from '../../fixtures/index.js';
import { eventually } from '../support/eventually.js';
import { KeptLog, KeptMetrics } from '../support/kept.js';
import { Shop } from '../support/shop.js';

const isMonitor = (userAgent: string): boolean => userAgent.startsWith('opensdn-svc-monitor');

describe('the monitor, when something goes wrong', () => {
  let shop: Shop;
  let log: KeptLog;
  let metrics: KeptMetrics;
  let loadBalancer: LoadBalancer;

  beforeEach(async () => {
    log = new KeptLog();
    metrics = new KeptMetrics();
    shop = await Shop.open({
      monitor: {
        logger: log,
        metrics,
        settings: { stripWindowMs: 200 },
        configApi: { requestTimeoutMs: 150, retryDelayMs: 5, attempts: 2 },
      },
    });
    loadBalancer = await shop.octavia.createLoadBalancer().run();
    await shop.user.associate(await shop.user.createFloatingIp().run(), loadBalancer).run();
    await shop.cloud.settled();
    expect(shop.differences()).to.deep.equal([]);
  });

  afterEach(() => shop.close());

  const failover = async (): Promise<void> => {
    const [amphora] = liveAmphorae(loadBalancer);
    if (amphora !== undefined) await shop.octavia.failoverAmphora(loadBalancer, amphora).run();
  };

  const answers: readonly { readonly what: string; readonly middleware: ApiMiddleware }[] = [
    { what: '500', middleware: () => Promise.resolve({ status: 500, body: 'Internal Server Error' }) },
    { what: '503', middleware: () => Promise.resolve({ status: 503, body: 'Service Unavailable' }) },
    { what: 'garbage', middleware: () => Promise.resolve({ status: 200, body: '<html>busy' }) },
    { what: 'nothing', middleware: () => new Promise(() => undefined) },
    {
      what: 'a reset',
      middleware: () => Promise.resolve({ status: 200, body: {}, transport: { kind: 'reset' } }),
    },
    {
      what: 'half an answer',
      middleware: async (_request, next) => ({ ...(await next()), transport: { kind: 'truncate', bytes: 40 } }),
    },
  ];

  for (const { what, middleware } of answers) {
    describe(`when the config API answers ${what} for a while`, () => {
      it('should say so in log and metrics, and make good afterwards what it missed', async () => {
        const failures = metrics.count('config_api_retries_total');
        const end = shop.cloud.server.use((request, next) =>
          isMonitor(request.userAgent) ? middleware(request, next) : next(),
        );
        await failover();
        const repeated = (): boolean => metrics.count('config_api_retries_total') > failures + 3;
        await shop.cloud.during(eventually('requests were repeated', repeated));
        end();
        await shop.monitor.settled();
        expect(shop.differences()).to.deep.equal([]);
        expect(log.lines.some(({ level }) => level === 'warn')).to.equal(true);
        expect(metrics.count('config_api_requests_total')).to.be.greaterThan(0);
      });
    });
  }

  describe('when messages are bad, or of kinds that nobody knows', () => {
    it('should count and show the bad ones, and go on with the next', async () => {
      const { source } = shop.monitor;
      await source.publish('{"oper": "UPDATE", "type": "floating_ip"');
      await source.publish({ oper: 'UPDATE', type: 'floating_ip', uuid: 'none' });
      await source.publish({ oper: 'UPDATE', type: 'virtual_ip' });
      await source.publish({ oper: 'UPDATE', type: 'bgp_router', uuid: '00000000-0000-4000-8000-000000000001' });
      await source.publish({
        oper: 'UPDATE-IMPLICIT',
        type: 'floating_ip',
        uuid: '00000000-0000-4000-8000-000000000001',
      });
      await failover();
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
      expect(metrics.count('messages_rejected_total')).to.equal(3);
      expect(metrics.count('changes_ignored_total', { reason: 'kind' })).to.be.greaterThan(0);
      expect(metrics.count('changes_ignored_total', { reason: 'operation' })).to.equal(1);
      expect(log.of('message rejected')).to.have.length(3);
      const shown = shop.monitor.monitor.status().problems.filter(({ type }) => type === 'message');
      expect(shown).to.have.length(3);
    });
  });

  describe('when objects are gone before they are read', () => {
    it('should take that for an answer', async () => {
      const { source } = shop.monitor;
      for (const type of ['virtual_machine_interface', 'floating_ip', 'instance_ip', 'virtual_ip']) {
        await source.publish({ oper: 'UPDATE', type, uuid: '00000000-0000-4000-8000-00000000dead' });
      }
      await shop.cloud.settled();
      expect(shop.monitor.monitor.status().problems).to.deep.equal([]);
      expect(shop.differences()).to.deep.equal([]);
    });
  });

  describe('when an object does not have the shape of its kind', () => {
    it('should show it until it is fine, and go on with the others', async () => {
      const bad = await shop.user.createFloatingIp().run();
      await shop.cloud.settled();
      const end = shop.cloud.server.use(async (request, next) => {
        const answer = await next();
        if (!request.path.includes(bad.id)) return answer;
        return { ...answer, body: { 'floating-ip': { uuid: bad.id, fq_name: 'not a list' } } };
      });
      await shop.user.setDescription(bad, 'x').run();
      await failover();
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
      const problems = shop.monitor.monitor.status().problems;
      expect(problems.map(({ type, kind, uuid }) => ({ type, kind, uuid }))).to.deep.equal([
        { type: 'object', kind: 'floating-ip', uuid: bad.id },
      ]);
      end();
      await shop.user.setDescription(bad, 'y').run();
      await shop.cloud.settled();
      expect(shop.monitor.monitor.status().problems).to.deep.equal([]);
    });
  });

  describe('when the address of a VIP port cannot be read at the start', () => {
    it('should leave its floating ip as it is, and go on once it can', async () => {
      const bad = shop.cloud.server
        .list('instance-ip')
        .map((ip) => String(ip['uuid']))
        .find((uuid) => {
          const references = shop.cloud.server.read('instance-ip', uuid)?.['virtual_machine_interface_refs'];
          return JSON.stringify(references).includes(loadBalancer.vipPortId);
        });
      const end = shop.cloud.server.use(async (request, next) => {
        const answer = await next();
        if (!isMonitor(request.userAgent) || !request.path.startsWith('/instance-ip')) return answer;
        const text = JSON.stringify(answer.body).replaceAll(`"uuid":"${bad ?? ''}"`, '"uuid":"unreadable"');
        return { ...answer, body: JSON.parse(text) as unknown };
      });
      const writes = shop.cloud.countWrites();
      await shop.cloud.stopMonitor(shop.monitor);
      const monitor = await shop.cloud.startMonitor({ logger: log });
      expect(shop.cloud.countWrites() - writes).to.equal(0);
      expect(shop.differences()).to.deep.equal([]);
      expect(monitor.monitor.status().problems.map(({ type }) => type)).to.include('object');
      end();
      await monitor.resync();
      await failover();
      await shop.cloud.settled();
      expect(shop.differences()).to.deep.equal([]);
    });
  });
});
