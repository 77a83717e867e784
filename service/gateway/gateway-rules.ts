import {
  NeutronRules,
  observedOctaviaVip,
  SvcMonitorError,
  type AnyManager,
  type Clock,
  type ConfigWriter,
  type HealthKeeper,
  type Logger,
  type Metrics,
  type NeutronFrontEnd,
} from '../../lib/index.js';
import type { ServiceConfig } from '../config/index.js';

// A part of the time that a delete waits: the rest is for what is done without an answer.
const longestAnswerMs = 400;
const shareOfTimeout = 0.4;

/** The gateway's rules over the monitor beside it: who asks that, and what it writes with. In a dry run nothing is let go of. */
export class GatewayRules {
  public readonly frontEnd: NeutronFrontEnd;
  /** Stands in the place of octavia-vip, in each monitor. */
  public readonly manager: AnyManager;
  private writer: ConfigWriter | undefined;

  public constructor(
    { gateway, dryRun }: Pick<ServiceConfig, 'gateway' | 'dryRun'>,
    parts: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics; readonly health: HealthKeeper },
  ) {
    const { health, ...shared } = parts;
    const { wiringTimeoutMs: wiringBoundMs, departureTimeoutMs: departureBoundMs } = gateway ?? {};
    const answerWithinMs = Math.min(longestAnswerMs, (departureBoundMs ?? Infinity) * shareOfTimeout);
    const letGo = { writer: () => this.latestWriter(), answerWithinMs };
    const { manager, directory, departures } = observedOctaviaVip(dryRun ? undefined : letGo);
    this.manager = manager;
    this.frontEnd = new NeutronRules({
      ...shared,
      directory,
      isReady: () => health.isReady,
      ...(departures === undefined ? {} : { departures }),
      ...(wiringBoundMs === undefined ? {} : { wiringBoundMs }),
      ...(departureBoundMs === undefined ? {} : { departureBoundMs }),
    });
  }

  /** Takes the writer of the monitor that was made last. Those of earlier ones are closed with them. */
  public writeWith(writer: ConfigWriter): void {
    this.writer = writer;
  }

  private latestWriter(): ConfigWriter {
    if (this.writer === undefined) throw new SvcMonitorError('closed', 'no monitor was made whose account could write');
    return this.writer;
  }
}
