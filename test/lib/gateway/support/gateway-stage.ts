import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type { LoadBalancer, UserFloatingIp } from '../../../../fixtures/index.js';
import {
  NeutronRules,
  observedOctaviaVip,
  type Clock,
  type Departures,
  type DepartingPort,
  type NeutronRulesOptions,
  type VipDirectory,
  type UpstreamAnswer,
} from '../../../../lib/index.js';
import { KeptLog, KeptMetrics } from '../../../support/kept.js';
import { ManualOwnership } from '../../../support/manual-ownership.js';
import { seededUuids } from '../../../support/seeded-uuids.js';
import { Shop } from '../../../support/shop.js';
import { HttpUpstream } from './http-upstream.js';

type Release = NonNullable<NonNullable<Parameters<typeof Shop.open>[0]>['server']>['neutron'];

/** An answer, read. */
export interface ReadAnswer {
  readonly status: number;
  readonly text: string;
  readonly value: unknown;
}

/** The releases that all is tried with. */
export const releases = ['R24.1', 'R25.1', 'master'] as const;

/**
 * Which of the ports of a load balancer comes first in the order of uuids, which Neutron goes by: the VIP port is the first port that is made, then
 * come those of the amphorae.
 */
export function portsInOrder(first: readonly string[]): (kind: string) => string {
  const others = seededUuids(1);
  let made = 0;
  return (kind) => {
    const uuid = others(kind);
    if (kind !== 'virtual-machine-interface') return uuid;
    const digit = first[made] ?? 'c';
    made += 1;
    return `${digit}${uuid.slice(1)}`;
  };
}

/** Departures that drop the references themselves, and keep what was asked of them. */
export class KeptDepartures implements Departures {
  public readonly begun: DepartingPort[] = [];
  public readonly ended: string[] = [];

  public constructor(private readonly drop: (departing: DepartingPort, signal: AbortSignal) => Promise<void>) {}

  public async begin(departing: DepartingPort, signal: AbortSignal): Promise<{ end(outcome: string): Promise<void> }> {
    this.begun.push(departing);
    await this.drop(departing, signal);
    return {
      end: (outcome) => {
        this.ended.push(outcome);
        return Promise.resolve();
      },
    };
  }
}

/** In whose name a request is sent. */
export interface Caller {
  /** More of the plugin's context. Defaults to an administrator in the tenant's project. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Defaults to one that never fires. */
  readonly signal?: AbortSignal;
}

/** What a {@link GatewayStage} is made of; all can be left out. */
export interface GatewayStageOptions {
  /** Defaults to `master`. */
  readonly release?: Release;
  /** What the uuids of the first ports begin with: VIP port, amphora ports. By default one comes before the VIP port, and one after it. */
  readonly order?: readonly string[];
  /** Whether the monitor beside the gateway acts. Defaults to yes. */
  readonly leads?: boolean;
  /** Whether the network of the VIP has a router. Defaults to no. */
  readonly routed?: boolean;
  readonly departures?: (stage: GatewayStage) => Departures;
  readonly rules?: Partial<NeutronRulesOptions>;
  readonly monitor?: NonNullable<Parameters<typeof Shop.open>[0]>['monitor'];
  readonly tenant?: NonNullable<Parameters<typeof Shop.open>[0]>['tenant'];
  /** The time of all. Defaults to a manual clock of its own. */
  readonly clock?: Clock;
}

/**
 * A cloud with a load balancer, whose amphorae are of another project, a floating ip on its VIP, a monitor, and the gateway's rules beside that. Their
 * requests go to the server by HTTP.
 */
export class GatewayStage {
  public readonly metrics = new KeptMetrics();
  public readonly log = new KeptLog();
  public readonly upstream: HttpUpstream;
  public readonly rules: NeutronRules;
  public readonly loadBalancer: LoadBalancer;
  public readonly floatingIp: UserFloatingIp;
  public readonly ownership: ManualOwnership;
  public readonly shop: Shop;

  private constructor(
    parts: Pick<GatewayStage, 'shop' | 'loadBalancer' | 'floatingIp' | 'ownership'>,
    directory: () => VipDirectory,
    { departures, rules }: GatewayStageOptions,
  ) {
    const { shop, loadBalancer, floatingIp, ownership } = parts;
    this.shop = shop;
    this.loadBalancer = loadBalancer;
    this.floatingIp = floatingIp;
    this.ownership = ownership;
    this.upstream = new HttpUpstream(shop.cloud.url);
    this.rules = new NeutronRules({
      ...{ clock: shop.cloud.clock, logger: this.log, metrics: this.metrics, directory },
      isReady: () => shop.monitor.monitor.status().ready,
      ...(departures === undefined ? {} : { departures: departures(this) }),
      ...rules,
    });
  }

  /** Opens it; the floating ip is associated, and wired if the monitor acts. */
  public static async open(options: GatewayStageOptions = {}): Promise<GatewayStage> {
    const {
      release = 'master',
      order = ['8', '0', 'f'],
      leads = true,
      routed = false,
      monitor,
      tenant = {},
      clock,
    } = options;
    const { manager, directory } = observedOctaviaVip();
    const ownership = new ManualOwnership(leads);
    const amphoraProjectId = randomUUID();
    const shop = await Shop.open({
      amphoraProjectId,
      tenant,
      ...(clock === undefined ? {} : { clock }),
      server: { newUuid: portsInOrder(order), neutron: release },
      monitor: { managers: [manager], ownership, ...monitor },
    });
    shop.cloud.server.seedProject('octavia', amphoraProjectId);
    const loadBalancer = await shop.octavia.createLoadBalancer().run();
    const floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    if (routed) await addRouter(shop);
    await shop.cloud.settled();
    return new GatewayStage({ shop, loadBalancer, floatingIp, ownership }, directory, options);
  }

  /** The VIP, as Neutron shows it. */
  public get vip(): { readonly port_id: string; readonly fixed_ip_address: string } {
    const { vipPortId, vips } = this.loadBalancer;
    return { port_id: vipPortId, fixed_ip_address: vips[0]!.address };
  }

  /** The monitor acts from now on, or stands by; resolves when it has settled. */
  public async lead(acts: boolean): Promise<void> {
    this.ownership.give(acts);
    await this.shop.cloud.settled();
  }

  /** The ports that the floating ip is to reference, sorted. */
  public get ports(): readonly string[] {
    return [this.vip.port_id, ...this.loadBalancer.amphorae.map(({ portId }) => portId)].sort();
  }

  /** Sends a request of the plugin through the gateway's rules; undefined: they let it pass. */
  public async ask(
    resource: 'floatingip' | 'port',
    operation: string,
    data: unknown,
    { context = {}, signal = new AbortController().signal }: Caller = {},
  ): Promise<ReadAnswer | undefined> {
    const answer = await this.rules.handle(
      { resource, rawHeaders: [], body: this.body(operation, data, context) },
      this.upstream,
      signal,
    );
    return answer === undefined ? undefined : read(answer);
  }

  /** The same, without the gateway. */
  public async direct(
    resource: 'floatingip' | 'port',
    operation: string,
    data: unknown,
    { context = {}, signal = new AbortController().signal }: Caller = {},
  ): Promise<ReadAnswer> {
    const upstream = new HttpUpstream(this.shop.cloud.url);
    const body = this.body(operation, data, context);
    const request = { method: 'POST', path: `/neutron/${resource}`, body };
    return read(await upstream.send(request, signal));
  }

  /** What the server holds of the floating ip. */
  public stored(): Readonly<Record<string, unknown>> {
    return this.shop.cloud.server.read('floating-ip', this.floatingIp.id) ?? {};
  }

  /** The ports that the floating ip references, sorted. */
  public references(): readonly string[] {
    const refs = this.stored()['virtual_machine_interface_refs'] as readonly { readonly uuid: string }[] | undefined;
    return (refs ?? []).map(({ uuid }) => uuid).sort();
  }

  /** Closes it. */
  public async close(): Promise<void> {
    await this.shop.close();
  }

  private body(operation: string, data: unknown, context: Readonly<Record<string, unknown>>): Buffer {
    const tenant = this.shop.tenant.projectId.replaceAll('-', '');
    const whole = {
      context: {
        ...{ user_id: '', roles: ['admin'], operation, tenant, tenant_id: tenant, is_admin: true },
        request_id: `req-${randomUUID()}`,
        ...context,
      },
      data,
    };
    return Buffer.from(JSON.stringify(whole));
  }
}

async function addRouter(shop: Shop): Promise<void> {
  const { projectId, subnets } = shop.tenant;
  const tenant = projectId.replaceAll('-', '');
  const ask = async (operation: string, data: unknown): Promise<unknown> => {
    const context = { operation, tenant, tenant_id: tenant, is_admin: true };
    const answer = await shop.cloud.server.ask({ method: 'POST', path: '/neutron/router', body: { context, data } });
    expect(answer.status).to.equal(200);
    return answer.body;
  };
  const router = await ask('CREATE', { resource: { name: 'way-out', tenant_id: tenant, admin_state_up: true } });
  const { id } = router as { readonly id: string };
  await ask('ADDINTERFACE', { id, resource: { subnet_id: subnets[0]!.id } });
}

function read({ status, body }: UpstreamAnswer): ReadAnswer {
  const text = body.toString();
  return { status, text, value: /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text };
}
