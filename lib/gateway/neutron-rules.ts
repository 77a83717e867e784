import type { Clock } from '../base/clock/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import { parseCall } from './calls.js';
import type { Departures } from './departures.js';
import type { VipDirectory } from './directory.js';
import { FloatingIpRules, type Asked } from './floating-ip-rules.js';
import type { NeutronFrontEnd, NeutronRequest, Upstream, UpstreamAnswer } from './front-end.js';
import { PortRules } from './port-rules.js';
import { Waits } from './waits.js';

/** What {@link NeutronRules} are made of. */
export interface NeutronRulesOptions {
  /** What is known of VIPs. Asked for at each request: a monitor can be made anew. */
  readonly directory: () => VipDirectory;
  /** Lets go of ports before they are deleted. Undefined: nobody does, and port deletes pass unchanged. */
  readonly departures?: Departures;
  /** Whether the directory knows all: its monitor has read everything and follows the changes. Asked for each request. */
  readonly isReady: () => boolean;
  readonly clock: Clock;
  readonly logger?: Logger;
  readonly metrics?: Metrics;
  /** For how long the answer to an association waits until that is wired. Milliseconds; defaults to 1000. */
  readonly wiringBoundMs?: number;
  /** For how long a port's delete waits until the port is let go of. Milliseconds; defaults to 1000. */
  readonly departureBoundMs?: number;
  /** For how long a further question to the API server may keep the answer waiting that it is for. Milliseconds; defaults to 1000. */
  readonly questionBoundMs?: number;
}

const defaultBoundMs = 1_000;

/**
 * Has users of Neutron see floating ips on VIPs as they expect them, on any release (docs/gateway.md). Whatever is not about a VIP, or cannot be
 * understood, passes unchanged; so does everything while the directory is not ready.
 *
 * @throws from `handle`: what `Upstream.send` throws, and `aborted` when the signal fires
 * @example
 * const { manager, directory } = observedOctaviaVip();
 * const monitor = createMonitor({ configApi, source, clock, health, managers: [manager] });
 * const frontEnd = new NeutronRules({ directory, isReady: () => health.isReady, clock });
 */
export class NeutronRules implements NeutronFrontEnd {
  private readonly floatingIps: FloatingIpRules;
  private readonly ports: PortRules | undefined;
  private readonly metrics: Metrics;

  public constructor(private readonly options: NeutronRulesOptions) {
    const { directory, departures, clock, logger = silentLogger, metrics = silentMetrics } = options;
    const {
      wiringBoundMs = defaultBoundMs,
      departureBoundMs = defaultBoundMs,
      questionBoundMs = defaultBoundMs,
    } = options;
    const waits = new Waits({ clock, metrics });
    this.metrics = metrics;
    this.floatingIps = new FloatingIpRules({
      get directory() {
        return directory();
      },
      ...{ waits, clock, metrics, wiringBoundMs, questionBoundMs },
    });
    this.ports =
      departures === undefined
        ? undefined
        : new PortRules({
            get directory() {
              return directory();
            },
            ...{ departures, waits, logger, metrics, departureBoundMs, questionBoundMs },
          });
  }

  public async handle(
    { resource, body }: NeutronRequest,
    upstream: Upstream,
    signal: AbortSignal,
  ): Promise<UpstreamAnswer | undefined> {
    if (!this.options.isReady()) {
      this.metrics.increment('gateway_rules_skipped_total', { reason: 'not-ready' });
      return undefined;
    }
    const call = parseCall(body);
    if (call === undefined) return undefined;
    const passBody = (other: Buffer, own = signal): Promise<UpstreamAnswer> =>
      upstream.send({ method: 'POST', path: `/neutron/${resource}`, body: other }, own);
    const asked: Asked = { call, upstream, signal, passBody, pass: () => passBody(body) };
    return resource === 'floatingip' ? this.floatingIps.handle(asked) : this.ports?.handle(asked);
  }
}
