import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isWhole } from '../../../../support/scope.js';
import { NativeStage } from './support/native-stage.js';

const web = { protocol: 'TCP', port: 80, targetPort: 8080 } as const;
const services = 8;

/** Turns of the event loop by which answers to each of the two are late. */
const paces = [
  { monitor: 0, kube: 0 },
  { monitor: 0, kube: 20 },
  { monitor: 20, kube: 0 },
  { monitor: 60, kube: 7 },
] as const;

describe('services that kube-manager deletes, with their floating ips', () => {
  let stage: NativeStage;

  beforeEach(async () => {
    stage = await NativeStage.open();
  });

  afterEach(() => stage.cloud.stop());

  for (const pace of isWhole ? paces : paces.slice(-1)) {
    describe(`when the monitor’s requests take ${pace.monitor} turns, and kube-manager’s ${pace.kube}`, () => {
      it('should have nothing made anew that is in the way of it, and nothing left', async () => {
        const monitor = await stage.startMonitor();
        await stage.cloud.settled();
        const wishes = Array.from({ length: services }, (_, index) => ({ name: `service-${index}`, ports: [web] }));
        const made = await stage.kube.createServices(wishes);
        const pods = await stage.kube.createPods(4);
        for (const service of made) await stage.kube.setEndpoints(service, pods).run();
        for (const service of made.slice(0, 4)) await stage.kube.allocateExternalIp(service).run();
        await stage.cloud.settled();
        expect(made.flatMap((service) => stage.internal(service))).to.have.length(services);
        const created: string[] = [];
        const refused: string[] = [];
        stage.cloud.server.use(async (request, next) => {
          const isOurs = request.userAgent === monitor.userAgent;
          for (let left = isOurs ? pace.monitor : pace.kube; left > 0; left -= 1) await nextTurn();
          const answer = await next();
          if (isOurs && request.method === 'POST' && request.path === '/floating-ips') created.push(request.body);
          if (!isOurs && answer.status === 409) refused.push(`${request.method} ${request.path}`);
          return answer;
        });
        await Promise.all(made.map((service) => stage.kube.deleteService(service).run()));
        await stage.cloud.settled();
        expect(refused).to.deep.equal([]);
        expect(created).to.deep.equal([]);
        expect(stage.list('floating-ip')).to.deep.equal([]);
        expect(monitor.monitor.status().problems).to.deep.equal([]);
      });
    });
  }
});
