import { createServer, type Server } from 'node:http';
import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { expect } from 'chai';
import { z } from 'zod';
import { createTenant, EmbeddedOpenSdn, FaultEngine, NetworkUser, Nova, Octavia } from '../../fixtures/index.js';
import { Command } from '../support/command.js';
import { eventually } from '../support/eventually.js';
import { Shop } from '../support/shop.js';

type Spans = ReturnType<InMemorySpanExporter['getFinishedSpans']>;

describe('the traces of a monitor', () => {
  let exporter: InMemorySpanExporter;
  let shop: Shop;

  const open = async (): Promise<void> => {
    exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    shop = await Shop.open({ monitor: { tracer: provider.getTracer('test') } });
  };

  const spans = (): Spans => exporter.getFinishedSpans();
  const roots = (): Spans => spans().filter(({ parentSpanContext }) => parentSpanContext === undefined);
  const below = (parent: Spans[number]): Spans =>
    spans().filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId);

  afterEach(() => shop.close());

  describe('when a floating ip is associated with the VIP of a load balancer', () => {
    beforeEach(async () => {
      await open();
      const loadBalancer = await shop.octavia.createLoadBalancer().run();
      const floatingIp = await shop.user.createFloatingIp().run();
      await shop.cloud.settled();
      exporter.reset();
      await shop.user.associate(floatingIp, loadBalancer).run();
      await shop.cloud.settled();
    });

    it('should be one from the notification to each write', () => {
      const root = roots().find((span) => span.name === 'floating-ip UPDATE' && below(span).length === 3);
      expect(root?.attributes).to.include({ 'opensdn.kind': 'floating-ip', 'opensdn.operation': 'UPDATE' });
      expect(root?.attributes['opensdn.request_id']).to.match(/^req-/);
      const children = below(root!);
      expect(children.map(({ name }) => name).sort()).to.deep.equal(['queue', 'read', 'reconcile']);
      const reconcile = children.find(({ name }) => name === 'reconcile')!;
      expect(reconcile.attributes['opensdn.controller']).to.equal('octavia-vip');
      // Besides the writes of the plan there are requests that belong to them, such as to relax a new reference.
      expect(reconcile.attributes['opensdn.writes']).to.be.within(1, below(reconcile).length);
      expect(below(reconcile).map(({ name }) => name)).to.include('add reference floating-ip');
    });

    it('should be ended, each, and contain nothing that has no root', () => {
      const ids = new Set(spans().map((span) => span.spanContext().spanId));
      for (const { parentSpanContext } of spans()) {
        if (parentSpanContext !== undefined) expect(ids).to.include(parentSpanContext.spanId);
      }
    });
  });

  describe('when a write fails and succeeds later', () => {
    it('should be one trace with both reconciles', async () => {
      await open();
      const loadBalancer = await shop.octavia.createLoadBalancer().run();
      const floatingIp = await shop.user.createFloatingIp().run();
      await shop.cloud.settled();
      exporter.reset();
      const faults = new FaultEngine(shop.cloud.server, { seed: 1, clock: shop.cloud.clock });
      faults.add({
        on: 'request',
        match: { operation: 'ref-update', userAgent: 'opensdn-svc-monitor' },
        count: 8,
        fault: { kind: 'error', status: 503 },
      });
      await shop.user.associate(floatingIp, loadBalancer).run();
      await shop.cloud.settled();
      const failed = spans().filter(({ name, status }) => name === 'reconcile' && status.code === SpanStatusCode.ERROR);
      expect(failed).not.to.be.empty;
      for (const failure of failed) {
        const again = spans().filter(
          (span) => span.name === 'reconcile' && span.spanContext().traceId === failure.spanContext().traceId,
        );
        expect(again.some(({ status }) => status.code !== SpanStatusCode.ERROR)).to.be.true;
        expect(roots().map((root) => root.spanContext().spanId)).to.include(failure.parentSpanContext?.spanId);
      }
    });
  });
});

const sent = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value: z.unknown() })) }),
      scopeSpans: z.array(z.object({ spans: z.array(z.object({ name: z.string() })) })),
    }),
  ),
});

describe('the service with tracing.enabled', () => {
  let collector: Server;
  let endpoint: string;
  let answer: number;
  const received: z.output<typeof sent>[] = [];
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    answer = 200;
    received.length = 0;
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (answer === 200) received.push(sent.parse(JSON.parse(Buffer.concat(chunks).toString())));
        response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const address = collector.address();
    endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/traces`;
    stops.push(() => new Promise((resolve) => collector.close(resolve)));
  });

  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  async function start(): Promise<{ readonly server: EmbeddedOpenSdn; readonly service: Command }> {
    const server = new EmbeddedOpenSdn();
    await server.start();
    stops.push(() => server.stop());
    const settings = [`config_api.urls=${server.url}`, 'http.port=0', 'source=watch', 'tracing.enabled=true'];
    const service = new Command([
      'run',
      ...[...settings, `tracing.endpoint=${endpoint}`].flatMap((setting) => ['--set', setting]),
    ]);
    stops.push(async () => {
      service.signal('SIGKILL');
      await service.ended;
    });
    await service.field('monitor running', 'source');
    return { server, service };
  }

  async function change(server: EmbeddedOpenSdn): Promise<void> {
    const tenant = await createTenant(server.url, { name: 'shop' });
    const nova = new Nova({ url: server.url, tenant });
    const octavia = new Octavia({ url: server.url, tenant, nova });
    const user = new NetworkUser({ url: server.url, tenant });
    const loadBalancer = await octavia.createLoadBalancer().run();
    await user.associate(await user.createFloatingIp().run(), loadBalancer).run();
  }

  const names = (): readonly string[] =>
    received.flatMap(({ resourceSpans }) =>
      resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name))),
    );

  it('should send them to the collector by OTLP, as of the service', async () => {
    const { server } = await start();
    await change(server);
    await eventually('the traces have come', () => names().includes('add reference floating-ip'));
    const [first] = received.flatMap(({ resourceSpans }) => resourceSpans);
    expect(first?.resource.attributes).to.deep.include({
      key: 'service.name',
      value: { stringValue: 'opensdn-svc-monitor' },
    });
  });

  it('should do its work without the collector, and say once that it is away', async () => {
    answer = 400;
    const { server, service } = await start();
    await change(server);
    expect(await service.field('traces cannot be sent', 'endpoint')).to.equal(endpoint);
    await eventually('it is wired', () =>
      server.list('floating-ip').some((one) => {
        const refs = one['virtual_machine_interface_refs'];
        return Array.isArray(refs) && refs.length > 1;
      }),
    );
    service.signal('SIGTERM');
    const { code, stdout } = await service.ended;
    expect(code).to.equal(0);
    expect(stdout.split('traces cannot be sent')).to.have.length(2);
  });
});
