import {
  Outages,
  silentMetrics,
  SystemClock,
  type Clock,
  type ConnectionUse,
  type NeutronFrontEnd,
  type TlsMaterial,
} from '../../../../lib/index.js';
import { Gateway, type GatewayOptions, type Outcome, type PassReason } from '../../../../service/gateway/index.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

/** What a test wants of its gateway. */
export interface StagedOptions extends Partial<
  Pick<
    GatewayOptions,
    'maxRequests' | 'maxHeld' | 'changeTimeoutMs' | 'idleTimeoutMs' | 'stopTimeoutMs' | 'metrics' | 'tls'
  >
> {
  readonly urls: readonly string[];
  /** Defaults to a free one. */
  readonly port?: number;
  readonly frontEnd?: NeutronFrontEnd;
  readonly serverTls?: TlsMaterial;
  readonly use?: ConnectionUse;
  readonly clock?: Clock;
  /** How long a small request may take before a server is probed. */
  readonly patienceMs?: number;
}

/** A gateway on a free port, with what it logs and complains of. */
export class StagedGateway {
  public readonly logger = new RecordingLogger();
  public readonly outages: Outages;
  public readonly gateway: Gateway;

  private constructor(options: StagedOptions) {
    const {
      urls,
      frontEnd,
      serverTls,
      use = 'fresh',
      clock = new SystemClock(),
      patienceMs = 5_000,
      ...more
    } = options;
    this.outages = new Outages(clock);
    this.gateway = new Gateway({
      ...{
        host: '127.0.0.1',
        port: 0,
        maxRequests: 1_000,
        maxHeld: 500,
        changeTimeoutMs: 60_000,
        idleTimeoutMs: 600_000,
      },
      ...{ stopTimeoutMs: 1_000, clock, logger: this.logger, metrics: silentMetrics, outages: this.outages },
      ...more,
      ...(frontEnd === undefined ? {} : { frontEnd }),
      configApi: { urls, requestTimeoutMs: patienceMs, ...(serverTls === undefined ? {} : { tls: serverTls }) },
      use: () => use,
    });
  }

  /** One that does not listen yet. */
  public static made(options: StagedOptions): StagedGateway {
    return new StagedGateway(options);
  }

  public static async start(options: StagedOptions): Promise<StagedGateway> {
    const staged = StagedGateway.made(options);
    await staged.gateway.start();
    return staged;
  }

  public get url(): string {
    const { url } = this.gateway;
    if (url === undefined) throw new Error('the gateway does not listen');
    return url;
  }

  /** How many requests have ended so. */
  public ended(outcome: Outcome): number {
    return this.gateway.status().requests.find((entry) => entry.outcome === outcome)?.count ?? 0;
  }

  /** How many passed unchanged for that reason. */
  public unchanged(reason: PassReason): number {
    return this.gateway.status().unchanged.find((entry) => entry.reason === reason)?.count ?? 0;
  }

  public async stop(): Promise<void> {
    await this.gateway.stop();
  }
}
