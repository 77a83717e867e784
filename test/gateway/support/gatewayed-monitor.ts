import { createConfigApiClient, NeutronRules, observedOctaviaVip, type ConfigApiClient } from '../../../lib/index.js';
import type { EmbeddedCloud, EmbeddedMonitor, EmbeddedMonitorOptions } from '../../../fixtures/index.js';
import { KeptLog, KeptMetrics } from '../../support/kept.js';
import { ManualOwnership } from '../../support/manual-ownership.js';
import { StagedGateway } from '../../service/gateway/support/gateway-stage.js';

/** A monitor and the gateway beside it, as one process has them. */
export class GatewayedMonitor {
  public readonly monitor: EmbeddedMonitor;
  public readonly gateway: StagedGateway;
  public readonly ownership: ManualOwnership;
  public readonly metrics: KeptMetrics;
  public readonly log: KeptLog;

  private constructor(
    private readonly cloud: EmbeddedCloud,
    parts: Pick<GatewayedMonitor, 'monitor' | 'gateway' | 'ownership' | 'metrics' | 'log'>,
    private readonly client: ConfigApiClient,
  ) {
    this.monitor = parts.monitor;
    this.gateway = parts.gateway;
    this.ownership = parts.ownership;
    this.metrics = parts.metrics;
    this.log = parts.log;
  }

  /** Starts both; resolves when the monitor has read everything. */
  public static async start(
    cloud: EmbeddedCloud,
    { leads = true, ...options }: EmbeddedMonitorOptions & { readonly leads?: boolean } = {},
  ): Promise<GatewayedMonitor> {
    const { clock, urls } = cloud;
    const log = new KeptLog();
    const metrics = new KeptMetrics();
    const ownership = new ManualOwnership(leads);
    const { userAgent = 'opensdn-svc-monitor' } = options;
    // Measuring would go on for as long as a manual clock stands still.
    const client = createConfigApiClient({ urls, clock, userAgent, keepAlive: false });
    const { manager, directory, departures } = observedOctaviaVip({ writer: () => client });
    const monitor = await cloud.startMonitor({ logger: log, ...options, managers: [manager], ownership });
    const frontEnd = new NeutronRules({
      ...{ clock, directory, metrics, logger: log },
      isReady: () => monitor.monitor.status().ready,
      ...(departures === undefined ? {} : { departures }),
    });
    const gateway = await StagedGateway.start({ urls, clock, frontEnd, metrics });
    return new GatewayedMonitor(cloud, { monitor, gateway, ownership, metrics, log }, client);
  }

  /** Base URL of the gateway. */
  public get url(): string {
    return this.gateway.url;
  }

  /** Stops both: no request is served any more. */
  public async stop(): Promise<void> {
    await this.gateway.stop();
    await this.cloud.stopMonitor(this.monitor);
    this.client.close();
  }
}
