import { expect } from 'chai';
import {
  agentObjects,
  agentReport,
  createTenant,
  objectsOf,
  RouterUser,
  type EmbeddedOpenSdn,
  type LoggedRequest,
  type SvcMonitorRecording,
  type Tenant,
  type UserRouter,
} from '../../fixtures/index.js';
import { numberOf, recordings } from '../conformance-svc-monitor/recordings.js';
import { eventually } from '../support/eventually.js';
import { needsKazoo, type KazooContender } from '../support/kazoo-contender.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import type { Replica } from '../support/replica-stage.js';
import { SwitchStage } from '../support/switch-stage.js';
import { zookeeperHosts } from '../support/zookeeper.js';

/** Of each feature, what the original leaves: a load balancer in haproxy, SNAT, port tuples that were scaled out, a service instance. */
const left = [32, 60, 71, 80];
const snat = 60;

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Names of all objects of a project's router, in the order of the alphabet, with what is its own left out. */
function namesOf(server: EmbeddedOpenSdn, routerId: string, project: string): readonly string[] {
  return [...objectsOf(server).values()]
    .map(({ kind, object }) => `${kind} ${(object['fq_name'] as readonly string[]).join(':')}`)
    .filter((name) => name.includes(routerId))
    .map((name) => name.replaceAll(uuids, '<uuid>').replaceAll(project, '<project>'))
    .toSorted();
}

function recordingOf(number: number): SvcMonitorRecording {
  const recording = recordings.find((one) => numberOf(one) === number);
  if (recording === undefined) throw new Error(`there is no recording ${number}`);
  return recording;
}

function described({ method, path, body, status }: LoggedRequest): string {
  return `${method} ${path} ${JSON.stringify(body)} -> ${status}`;
}

describe('the service process, in the place of the original svc-monitor', () => {
  let outside: ConstructorParameters<typeof SwitchStage>[0];
  let stage: SwitchStage;

  const writesOf = (ours: Replica): readonly string[] => ours.writes().map(described);
  const leads = (original: KazooContender): Promise<void> => eventually('the original leads', () => original.isLeading);

  const routerWithGateway = async (): Promise<{ readonly tenant: Tenant; readonly router: UserRouter }> => {
    const { url } = stage.server;
    const tenant = await createTenant(url, { name: 'newcomer' });
    const user = new RouterUser({ url, tenant });
    const router = await user.createRouter({ name: 'r2' }).run();
    await user.setGateway(router, { networkId: tenant.externalNetworkId }).run();
    return { tenant, router };
  };

  /** Has the original do what is recorded, with ours beside it, and stops it then. */
  const switched = async (number: number): Promise<{ ours: Replica; whileStandingBy: readonly string[] }> => {
    const original = await stage.original();
    await leads(original);
    const recorded = stage.set(recordingOf(number));
    const ours = await stage.ours();
    await ours.standsBy();
    await recorded.work();
    await stage.rest(ours);
    const whileStandingBy = writesOf(ours);
    original.signal('SIGTERM');
    await ours.leads();
    await stage.rest(ours);
    return { ours, whileStandingBy };
  };

  before(function () {
    needsKazoo(this);
    const [zookeeper = ''] = zookeeperHosts(this);
    outside = { rabbitmq: rabbitmqUrl(this), zookeeper };
  });

  beforeEach(async () => {
    stage = await new SwitchStage(outside).start();
  });

  afterEach(() => stage.stop());

  for (const number of left) {
    describe(`when the original has done what is in recording ${number}, and stops`, () => {
      it('should write nothing while that leads, and find nothing to write when it leads itself', async () => {
        const { ours, whileStandingBy } = await switched(number);
        expect(whileStandingBy).to.deep.equal([]);
        expect(writesOf(ours)).to.deep.equal([]);
        expect((await ours.status()).problems).to.deep.equal([]);
      });
    });
  }

  describe('when it is a dry run beside the original', () => {
    const planned = async (ours: Replica): Promise<Readonly<Record<string, unknown>>> => {
      const { controllers } = await ours.status();
      const all = Object.entries(controllers).map(([name, status]) => [name, status['planned']] as const);
      return Object.fromEntries(all.filter(([, count]) => count !== undefined));
    };

    it('should plan nothing where the original has done all, tell what it would do, and write nothing', async () => {
      const original = await stage.original();
      await leads(original);
      await stage.set(recordingOf(snat)).work();
      const ours = await stage.ours('--dry-run');
      await stage.rest(ours);
      expect(await planned(ours)).to.deep.equal({});

      const { router } = await routerWithGateway();
      await eventually('it plans', async () => Object.keys(await planned(ours)).length > 0);
      await stage.rest(ours);
      expect(await planned(ours)).to.deep.equal({ snat: 1 });
      const { snat: status } = (await ours.status()).controllers;
      expect(status?.['dryRunPlans']).to.have.property(router.id).that.includes(`snat-si-left_snat_${router.id}_`);
      expect(writesOf(ours)).to.deep.equal([]);
      expect(original.isLeading).to.equal(true);
    });
  });

  describe('when a router gets a gateway after that, and the original comes back', () => {
    it('should serve the router by the names of the original, and write no more when that leads', async () => {
      const { ours } = await switched(snat);
      const { server } = stage;
      const [recorded] = server.list('logical-router');
      const { tenant, router } = await routerWithGateway();
      await stage.rest(ours);

      const [, project = ''] = recorded?.['fq_name'] as readonly string[];
      expect(namesOf(server, router.id, tenant.name)).to.deep.equal(
        namesOf(server, String(recorded?.['uuid']), project),
      );
      const { refusals, unplaced, namespaces } = agentReport(agentObjects(server));
      expect({ refusals, unplaced }).to.deep.equal({ refusals: [], unplaced: [] });
      expect(namespaces).to.have.length(4);

      const original = await stage.original();
      const written = writesOf(ours);
      ours.command.signal('SIGTERM');
      await leads(original);
      expect((await ours.command.ended).code).to.equal(0);
      expect(writesOf(ours)).to.deep.equal(written);
    });
  });
});
