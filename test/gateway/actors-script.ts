import { SvcMonitorError } from '../../lib/index.js';
import {
  ClusterApi,
  CloudProvider,
  liveAmphorae,
  NetworkUser,
  NeutronError,
  NeutronRest,
  Nova,
  Octavia,
  Transcript,
  type EmbeddedCloudOptions,
  type KubernetesService,
  type LoadBalancer,
  type NeutronRelease,
  type OpenStackCluster,
  Operation,
  type Steps,
  type Tenant,
} from '../../fixtures/index.js';
import { countedUuids, type FirstPort } from '../support/counted-uuids.js';

/** Where the script is played. */
export interface ActorsScriptOptions {
  /** Its project, of {@link scriptTenant}. */
  readonly tenant: Tenant;
  /** Base URL of the config API as neutron-server has it: of the server, or of a gateway before it. */
  readonly url: string;
  /** The same for Octavia and Nova. Defaults to `url`: their requests go through neutron-server, too. */
  readonly octaviaUrl?: string;
  /** Takes a step, for whoever has to let time pass meanwhile. Defaults to taking it. */
  readonly take?: (step: () => Promise<string | undefined>) => Promise<string | undefined>;
  /** Called after each step of anybody. Defaults to nothing: the monitor works while the script goes on. */
  readonly afterStep?: () => Promise<void>;
}

/** What each of them saw, line by line: equal for two runs in which they saw the same. */
export interface ActorsScriptResult {
  readonly cloudProvider: readonly string[];
  readonly clusterApi: readonly string[];
  /** `openstack floating ip list`, `show` and `set --description`. */
  readonly user: readonly string[];
}

/** Options of a server on which two runs list the same objects in the same order. */
export function scriptServer(release: NeutronRelease, first: FirstPort): NonNullable<EmbeddedCloudOptions['server']> {
  return { neutron: release, newUuid: countedUuids(first) };
}

/** Options of the project in which the script is played: a second subnet, for members. */
export const scriptTenant = { name: 'shop', cidrs: ['10.107.0.0/24', '10.108.0.0/24'] } as const;

const web: KubernetesService = { namespace: 'shop', name: 'web' };
const api: KubernetesService = { namespace: 'shop', name: 'api' };
const prod: OpenStackCluster = { namespace: 'capi', name: 'prod' };

/**
 * Plays cloud-provider-openstack, cluster-api, a user and Octavia's failovers against a small cloud, in the same order each time.
 *
 * What is refused goes on: it stands in the transcripts. Rejects with whatever else goes wrong.
 */
export async function playActorsScript(options: ActorsScriptOptions): Promise<ActorsScriptResult> {
  const script = new ActorsScript(options);
  await script.play();
  return script.result();
}

class ActorsScript {
  private readonly octavia: Octavia;
  private readonly user: NetworkUser;
  private readonly cloudProvider: CloudProvider;
  private readonly clusterApi: ClusterApi;
  private readonly rest: NeutronRest;
  private readonly seenByUser = new Transcript();
  private readonly refused = new Set<Operation<unknown>>();

  public constructor(private readonly options: ActorsScriptOptions) {
    const { tenant, url, octaviaUrl = url } = options;
    const delay = (): Promise<void> => Promise.resolve();
    this.octavia = new Octavia({ url: octaviaUrl, tenant, nova: new Nova({ url: octaviaUrl, tenant }), delay });
    this.user = new NetworkUser({ url, tenant });
    const common = { url, tenant, octavia: this.octavia, userFloatingIps: this.user.floatingIps };
    this.cloudProvider = new CloudProvider(common);
    this.clusterApi = new ClusterApi({ ...common, delay });
    this.rest = new NeutronRest({
      url,
      projectId: tenant.projectId,
      userAgent: 'openstack',
      transcript: this.seenByUser,
    });
  }

  public result(): ActorsScriptResult {
    return {
      cloudProvider: this.cloudProvider.transcript.lines(),
      clusterApi: this.clusterApi.transcript.lines(),
      user: this.seenByUser.lines(),
    };
  }

  public async play(): Promise<void> {
    await this.begin();
    await this.failOver();
    await this.describe();
    await this.name();
    await this.end();
  }

  private async begin(): Promise<void> {
    await this.byTurns(this.cloudProvider.ensureLoadBalancer(web), this.clusterApi.reconcile(prod));
    await this.look();
    await this.allLoops();
  }

  // Everybody's loop between any two steps of Octavia's.
  private async failOver(): Promise<void> {
    const onWeb = this.balancer(this.cloudProvider.loadBalancerOf(web));
    const onProd = this.balancer(this.clusterApi.loadBalancerOf(prod));
    const [oldest] = liveAmphorae(onWeb);
    if (oldest !== undefined) await this.withLoops(this.octavia.failoverAmphora(onWeb, oldest));
    await this.withLoops(this.octavia.failoverLoadBalancer(onProd));
    // Nova does not detach it, so it is bound when it is deleted.
    await this.withLoops(this.octavia.failoverLoadBalancer(onWeb, { skipUnbind: true }));
    const [next] = liveAmphorae(onProd);
    if (next !== undefined) {
      await this.withLoops(this.octavia.failoverAmphora(onProd, next, { revertsAfter: 'created' }));
      await this.withLoops(this.octavia.failoverAmphora(onProd, next, { revertsAfter: 'bound' }));
    }
  }

  // Amphora ports of two addresses are what an update without a port stumbles over.
  private async describe(): Promise<void> {
    const subnetId = this.options.tenant.subnets[1]?.id ?? '';
    const onWeb = this.balancer(this.cloudProvider.loadBalancerOf(web));
    await this.run(this.octavia.plugMember(onWeb, subnetId));
    // The controller deletes what its description calls its own.
    const description = 'Floating IP for Kubernetes external service of the shop';
    for (const { id } of [...this.cloudProvider.floatingIps, ...this.clusterApi.floatingIps]) {
      await this.ask(this.rest.updateFloatingIp(id, { description }));
    }
    await this.look();
    await this.allLoops();
    await this.run(this.octavia.plugMember(onWeb, subnetId, false));
  }

  // A floating ip of the user's that a Service names, and one that is in use.
  private async name(): Promise<void> {
    const own = await this.run(this.user.createFloatingIp());
    const address = own?.address ?? '';
    await this.run(this.cloudProvider.ensureLoadBalancer({ ...api, loadBalancerIp: address }));
    await this.run(this.cloudProvider.ensureLoadBalancer({ ...api, loadBalancerIp: address }));
    await this.run(this.cloudProvider.ensureLoadBalancer({ ...web, name: 'late', loadBalancerIp: address }));
    const onApi = this.balancer(this.cloudProvider.loadBalancerOf(api));
    await this.withLoops(this.octavia.failoverLoadBalancer(onApi));
    await this.run(this.cloudProvider.ensureLoadBalancer({ ...api, internal: true }));
    await this.run(this.cloudProvider.ensureLoadBalancer({ ...api, loadBalancerIp: address }));
    await this.look();
  }

  private async end(): Promise<void> {
    await this.run(this.cloudProvider.ensureLoadBalancerDeleted({ ...api, keepFloatingIp: true }));
    await this.run(this.cloudProvider.ensureLoadBalancerDeleted({ ...web, name: 'late' }));
    await this.byTurns(this.cloudProvider.ensureLoadBalancerDeleted(web), this.clusterApi.deleteCluster(prod));
    await this.look();
  }

  private async withLoops(operation: Operation<unknown>): Promise<void> {
    while ((await this.step(operation)) !== undefined) await this.allLoops();
  }

  private async allLoops(): Promise<void> {
    await this.run(this.cloudProvider.getLoadBalancer(web));
    await this.run(this.cloudProvider.ensureLoadBalancer(web));
    await this.run(this.clusterApi.reconcile(prod));
  }

  /** `floating ip list` of all, and by each VIP port; `floating ip show` of each. */
  private async look(): Promise<void> {
    const all = (await this.ask(this.rest.listFloatingIps({}))) ?? [];
    for (const { id } of all) await this.ask(this.rest.showFloatingIp(id));
    for (const { vipPortId } of this.octavia.loadBalancers) {
      await this.ask(this.rest.listFloatingIps({ port_id: [vipPortId] }));
    }
  }

  private async byTurns(...operations: readonly Operation<unknown>[]): Promise<void> {
    for (let left = operations; left.length > 0;) {
      const going: Operation<unknown>[] = [];
      for (const operation of left) if ((await this.step(operation)) !== undefined) going.push(operation);
      left = going;
    }
  }

  private async run<T>(operation: Operation<T>): Promise<T | undefined> {
    while ((await this.step(operation)) !== undefined);
    return this.refused.has(operation) ? undefined : operation.result;
  }

  private async step(operation: Operation<unknown>): Promise<string | undefined> {
    const { take = plainly, afterStep = () => Promise.resolve() } = this.options;
    const done = await take(async () => {
      try {
        return await operation.step();
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.refused.add(operation);
        return undefined;
      }
    });
    await afterStep();
    return done;
  }

  private ask<T>(steps: Steps<T>): Promise<T | undefined> {
    return this.run(new Operation('a request', steps));
  }

  private balancer(loadBalancer: LoadBalancer | undefined): LoadBalancer {
    if (loadBalancer === undefined) throw new Error('a load balancer is missing');
    return loadBalancer;
  }
}

function plainly(step: () => Promise<string | undefined>): Promise<string | undefined> {
  return step();
}

// A controller meets a refusal in its next turn; a user sees it.
function isRefusal(error: unknown): boolean {
  return NeutronError.is(error) || (SvcMonitorError.is(error) && error.code === 'conflict');
}
