import { expect } from 'chai';
import type { EmbeddedMonitor, KubeIngress, KubePod, KubeService } from '../../../../fixtures/index.js';
import { managers } from '../../../../lib/index.js';
import { isWhole } from '../../../support/scope.js';
import { NativeStage } from './native/support/native-stage.js';

const web = { protocol: 'TCP', port: 80, targetPort: 8080 } as const;

// Each kind of write of both drivers.
const writes: readonly {
  readonly method: string;
  readonly path: RegExp;
  /** What is refused when all is taken away. */
  readonly isOfEnd?: boolean;
  /** In the quick form, too: with which answer. */
  readonly quick?: number;
}[] = [
  { method: 'POST', path: /^\/floating-ips$/, quick: 403 },
  { method: 'POST', path: /^\/ref-update$/, quick: 403 },
  { method: 'POST', path: /^\/prop-collection-update$/ },
  { method: 'PUT', path: /^\/floating-ip\// },
  { method: 'POST', path: /^\/service-instances$/, quick: 400 },
  { method: 'DELETE', path: /^\/service-instance\//, isOfEnd: true, quick: 409 },
];
const statuses = [400, 403, 409, 412, 500];

/** How often one thing may be refused in ten minutes while nothing changes. */
const mostRefusals = 200;
const mostRefusalsOf500 = 12_000;

describe('a config API that refuses what is written for load balancers', () => {
  let stage: NativeStage;
  let monitor: EmbeddedMonitor;
  let pods: readonly KubePod[];
  const marks = new Set<string>();
  let refused = 0;

  beforeEach(async () => {
    stage = await NativeStage.open();
    monitor = await stage.startMonitor({ managers });
    await stage.cloud.settled();
    pods = await stage.kube.createPods(2);
    marks.clear();
    // Names of kube-manager's, which uuids have no part like.
    for (const mark of ['bad__', 'bad-in__']) marks.add(mark);
    refused = 0;
  });

  afterEach(() => stage.cloud.during(stage.cloud.stop()));

  const pass = async (ms: number, stepMs = 1_000): Promise<void> => {
    await stage.cloud.still();
    for (let left = ms; left > 0; left -= stepMs) {
      stage.clock.step(Math.min(stepMs, left));
      await stage.cloud.still();
    }
  };
  // What is of the bad one: what has one of its uuids in it.
  const isOfBad = (text: string): boolean => {
    const kinds = ['loadbalancer', 'floating-ip', 'service-instance', 'instance-ip', 'virtual-machine-interface'];
    const named = kinds.flatMap((kind) => stage.list(kind)).filter((one) => text.includes(String(one['uuid'])));
    const texts = [text, ...named.map((one) => JSON.stringify(one))];
    return texts.some((one) => [...marks].some((mark) => one.includes(mark)));
  };
  const refuse = (method: string, path: RegExp, status: number): (() => void) =>
    stage.cloud.server.use((request, next) => {
      const isOurs = request.userAgent === monitor.userAgent && request.method === method && path.test(request.path);
      if (!isOurs || !isOfBad(`${request.path} ${request.body}`)) return next();
      refused += 1;
      return Promise.resolve({ status, body: 'no' });
    });
  const settle = async (name: string): Promise<{ readonly service: KubeService; readonly ingress: KubeIngress }> => {
    const during = <T>(work: Promise<T>): Promise<T> => stage.cloud.during(work);
    const service = await during(stage.kube.createService({ name, ports: [web] }).run());
    if (name === 'bad') for (const mark of [service.id, service.interfaceId]) marks.add(mark);
    const ingress = await during(
      stage.kube.createIngress({ name: `${name}-in`, defaultBackend: { serviceName: name, port: 80 } }).run(),
    );
    if (name === 'bad') for (const mark of [ingress.id, ingress.interfaceId]) marks.add(mark);
    await during(stage.kube.setEndpoints(service, pods).run());
    await during(stage.kube.allocateExternalIp(service).run());
    return { service, ingress };
  };
  const made = ({
    service,
    ingress,
  }: {
    readonly service: KubeService;
    readonly ingress: KubeIngress;
  }): readonly unknown[] => [
    stage.internal(service),
    service.externalIps.map(({ id }) => stage.external(id, service)),
    stage.list('service-instance').filter((one) => JSON.stringify(one['fq_name']).includes(ingress.id)).length,
  ];
  const failing = (): readonly string[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type === 'failing')
      .map(({ kind, uuid }) => `${kind ?? ''} ${uuid ?? ''}`);

  for (const { method, path, isOfEnd = false, quick } of writes) {
    for (const status of isWhole ? statuses : quick === undefined ? [] : [quick]) {
      describe(`when it answers ${status} to each ${method} ${path.source} of one of them`, () => {
        it('should serve others, try it by the backoff, name the load balancer, and do it once it may', async () => {
          let stop = (): void => undefined;
          if (!isOfEnd) {
            // Before anything of it is there, nothing names it.
            stop = refuse(method, path, status);
          }
          const bad = await settle('bad');
          if (isOfEnd) {
            await stage.cloud.settled();
            stop = refuse(method, path, status);
            await stage.cloud.during(
              stage.kube
                .deleteIngress(bad.ingress)
                .run()
                .catch(() => undefined),
            );
          }
          await pass(30_000);
          const good = await settle('good');
          await pass(30_000);
          const served = made(good);
          expect(served[2]).to.equal(1);
          expect(JSON.stringify(served[0])).to.include('pod-0');
          expect(refused).to.be.greaterThan(0);
          expect(failing().length).to.be.greaterThan(0);
          for (const one of failing()) expect(one).to.match(/^(loadbalancer|service-instance) ./);
          const before = refused;
          await pass(600_000, 20_000);
          expect(refused - before).to.be.lessThan(status === 500 ? mostRefusalsOf500 : mostRefusals);
          stop();
          await pass(700_000, 20_000);
          expect(failing()).to.deep.equal([]);
          if (isOfEnd) expect(made(bad)[2]).to.equal(0);
          else expect(made(bad)).to.deep.equal(served);
        });
      });
    }
  }
});
