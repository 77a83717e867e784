import { expect } from 'chai';
import type { KubePod, KubeService } from '../../../../../fixtures/index.js';
import { Kill } from '../../../../faults/support/kill.js';
import { isWhole } from '../../../../support/scope.js';
import { NativeStage, uuidsOf } from './support/native-stage.js';

const userAgent = 'opensdn-svc-monitor';
const services = isWhole ? 100 : 10;
const web = { protocol: 'TCP', port: 80, targetPort: 8080 } as const;
const perService = 2;

describe('a rolling update of many services', () => {
  let stage: NativeStage;
  let rolled: readonly { readonly service: KubeService; readonly to: readonly KubePod[] }[];
  let missing: string[];
  let unwatch: () => void;

  /** Which interfaces each floating ip references. */
  const references = (): ReadonlyMap<string, ReadonlySet<string>> =>
    new Map(
      stage
        .list('floating-ip')
        .map((one) => [String(one['uuid']), new Set(uuidsOf(one, 'virtual_machine_interface_refs'))] as const),
    );

  /** By load balancer of a floating ip's address: the interfaces of the members that there are now. */
  const belonging = (): ReadonlySet<string> =>
    new Set(
      stage.list('loadbalancer-member').map((member) => {
        const pairs = JSON.stringify(member['annotations']);
        return /"key":"vmi","value":"([^"]+)"/.exec(pairs)?.[1] ?? '';
      }),
    );

  beforeEach(async function () {
    this.timeout(120_000);
    stage = await NativeStage.open();
    const first = await stage.startMonitor();
    await stage.cloud.settled();
    const wishes = Array.from({ length: services }, (_, index) => ({ name: `service-${index}`, ports: [web] }));
    const made = await stage.kube.createServices(wishes);
    const pods = await stage.kube.createPods(services * perService * 2);
    const slice = (from: number): readonly KubePod[] => pods.slice(from * perService, (from + 1) * perService);
    for (const [index, service] of made.entries()) await stage.kube.setEndpoints(service, slice(index)).run();
    rolled = made.map((service, index) => ({ service, to: slice(services + index) }));
    await stage.cloud.settled();
    await stage.cloud.stopMonitor(first);
    missing = [];
    unwatch = stage.cloud.server.use(async (request, next) => {
      const isWrite = request.userAgent === userAgent && request.method !== 'GET';
      if (!isWrite || request.path === '/list-bulk-collection') return next();
      const before = references();
      const answer = await next();
      const after = references();
      const members = belonging();
      for (const [uuid, held] of before) {
        for (const one of held) {
          if (members.has(one) && after.get(uuid)?.has(one) !== true) missing.push(`${request.path} ${uuid} ${one}`);
        }
      }
      return answer;
    });
  });

  afterEach(() => {
    unwatch();
    return stage.cloud.stop();
  });

  for (const [index, part] of [0.1, 0.5, 0.9].entries()) {
    for (const isCarriedOut of [false, true]) {
      describe(`when the monitor is killed ${isCarriedOut ? 'after' : 'before'} a write, ${part * 100} % of them done`, () => {
        it('should lead to the new pods alone when another one has started, and miss none that belongs meanwhile', async function () {
          this.timeout(120_000);
          const writes = services * perService * 2;
          const kill = new Kill({ at: 'write', index: Math.max(1, Math.round(writes * part) + index), isCarriedOut });
          const revive = kill.arm(stage.cloud.server, { userAgent });
          await stage.startMonitor({ userAgent, accepts: kill.accepts }, kill.signal);
          await stage.kube.rollEndpoints(rolled, { deletesPods: false });
          await stage.cloud.settled({}, kill.signal).catch(() => undefined);
          expect(kill.signal.aborted).to.equal(true);
          for (const monitor of stage.cloud.monitors) await stage.cloud.stopMonitor(monitor);
          revive();
          const last = await stage.startMonitor({ userAgent });
          await stage.cloud.settled();
          for (const { service, to } of rolled) {
            expect(stage.internal(service)).to.deep.equal([
              { direction: 'ingress', mappings: ['TCP 80 > 8080'], to: to.map(({ name }) => name).sort() },
            ]);
          }
          expect(missing).to.deep.equal([]);
          const before = last.countWrites();
          await last.resync();
          await stage.cloud.settled();
          expect(last.countWrites()).to.equal(before);
        });
      });
    }
  }
});
