import { randomUUID } from 'node:crypto';
import type { LoadBalancer, UserFloatingIp } from '../../../../fixtures/index.js';
import {
  NeutronRules,
  observedOctaviaVip,
  type Departures,
  type DepartingPort,
  type NeutronRulesOptions,
  type UpstreamAnswer,
} from '../../../../lib/index.js';
import { KeptLog, KeptMetrics } from '../../../support/kept.js';
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

/** A cloud with a load balancer, a monitor and the gateway's rules beside it, whose requests go to the server by HTTP. */
export class GatewayStage {
  public readonly metrics = new KeptMetrics();
  public readonly log = new KeptLog();
  public readonly upstream: HttpUpstream;
  public readonly rules: NeutronRules;

  private constructor(
    public readonly shop: Shop,
    public readonly loadBalancer: LoadBalancer,
    public readonly floatingIp: UserFloatingIp,
    options: Omit<NeutronRulesOptions, 'clock'>,
  ) {
    this.upstream = new HttpUpstream(shop.cloud.url);
    const { log: logger, metrics } = this;
    this.rules = new NeutronRules({ clock: shop.cloud.clock, logger, metrics, ...options });
  }

  /** Opens it: by default with a floating ip on the VIP of two amphorae, one of which comes before the VIP port, and one after it. */
  public static async open({
    release,
    order = ['8', '0', 'f'],
    departures,
    rules,
    monitor,
  }: {
    readonly release?: Release;
    readonly order?: readonly string[];
    readonly departures?: (shop: Shop) => Departures;
    readonly rules?: Partial<NeutronRulesOptions>;
    readonly monitor?: NonNullable<Parameters<typeof Shop.open>[0]>['monitor'];
  } = {}): Promise<GatewayStage> {
    const { manager, directory } = observedOctaviaVip();
    const shop = await Shop.open({
      server: { newUuid: portsInOrder(order), ...(release === undefined ? {} : { neutron: release }) },
      monitor: { managers: [manager], ...monitor },
    });
    const loadBalancer = await shop.octavia.createLoadBalancer().run();
    const floatingIp = await shop.user.createFloatingIp().run();
    await shop.user.associate(floatingIp, loadBalancer).run();
    await shop.cloud.settled();
    return new GatewayStage(shop, loadBalancer, floatingIp, {
      directory: directory(),
      isReady: () => shop.monitor.monitor.status().ready,
      ...(departures === undefined ? {} : { departures: departures(shop) }),
      ...rules,
    });
  }

  /** The VIP, as Neutron shows it. */
  public get vip(): { readonly port_id: string; readonly fixed_ip_address: string } {
    const { vipPortId, vips } = this.loadBalancer;
    return { port_id: vipPortId, fixed_ip_address: vips[0]!.address };
  }

  /** Sends a request of the plugin through the gateway's rules; undefined: they let it pass. */
  public async ask(
    resource: 'floatingip' | 'port',
    operation: string,
    data: unknown,
    context: Readonly<Record<string, unknown>> = {},
  ): Promise<ReadAnswer | undefined> {
    const answer = await this.rules.handle(
      { resource, rawHeaders: [], body: this.body(operation, data, context) },
      this.upstream,
      new AbortController().signal,
    );
    return answer === undefined ? undefined : read(answer);
  }

  /** The same, without the gateway. */
  public async direct(
    resource: 'floatingip' | 'port',
    operation: string,
    data: unknown,
    context: Readonly<Record<string, unknown>> = {},
  ): Promise<ReadAnswer> {
    const upstream = new HttpUpstream(this.shop.cloud.url);
    const body = this.body(operation, data, context);
    const request = { method: 'POST', path: `/neutron/${resource}`, body };
    return read(await upstream.send(request, new AbortController().signal));
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

function read({ status, body }: UpstreamAnswer): ReadAnswer {
  const text = body.toString();
  return { status, text, value: /^[[{]/.test(text) ? (JSON.parse(text) as unknown) : text };
}
