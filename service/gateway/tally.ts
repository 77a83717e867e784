import { metricsFor, type Metrics } from '../../lib/index.js';
import { gatewayMetrics, outcomes, passReasons, type Outcome, type PassReason } from './metrics.js';

/** How many requests have come, and what became of them. */
export interface GatewayCounts {
  readonly underWay: number;
  readonly requests: Readonly<Record<Outcome, number>>;
  /** By reason. */
  readonly passedUnchanged: Readonly<Record<PassReason, number>>;
}

/** Counts requests, for the status and as metrics. */
export class Tally {
  private underWay = 0;
  private readonly requests: Record<Outcome, number>;
  private readonly passedUnchanged: Record<PassReason, number>;
  private readonly metrics: Metrics<typeof gatewayMetrics>;

  public constructor(metrics: Metrics) {
    this.metrics = metricsFor(metrics, gatewayMetrics);
    this.requests = zeros(outcomes);
    this.passedUnchanged = zeros(passReasons);
    // A counter that appears with its first event looks to `rate()` as if that event had never happened.
    for (const outcome of Object.keys(outcomes)) this.metrics.increment('gateway_requests_total', { outcome }, 0);
    for (const reason of Object.keys(passReasons)) {
      this.metrics.increment('gateway_passed_unchanged_total', { reason }, 0);
    }
    this.metrics.set('gateway_requests_under_way', {}, 0);
  }

  /** A request has come. Returns how many are under way, this one included. */
  public begun(): number {
    this.underWay += 1;
    this.metrics.set('gateway_requests_under_way', {}, this.underWay);
    return this.underWay;
  }

  /** It has ended. */
  public ended(outcome: Outcome): void {
    this.underWay -= 1;
    this.metrics.set('gateway_requests_under_way', {}, this.underWay);
    this.requests[outcome] += 1;
    this.metrics.increment('gateway_requests_total', { outcome });
  }

  /** The front end was to look at it, and it was passed on unchanged. */
  public passed(reason: PassReason): void {
    this.passedUnchanged[reason] += 1;
    this.metrics.increment('gateway_passed_unchanged_total', { reason });
  }

  /** So long it was here before it was on its way. Milliseconds. */
  public added(ms: number): void {
    this.metrics.observe('gateway_added_seconds', {}, ms / 1_000);
  }

  public counts(): GatewayCounts {
    const { underWay, requests, passedUnchanged } = this;
    return { underWay, requests: { ...requests }, passedUnchanged: { ...passedUnchanged } };
  }
}

function zeros<K extends string>(names: Readonly<Record<K, string>>): Record<K, number> {
  const entries = (Object.keys(names) as K[]).map((name) => [name, 0] as const);
  return Object.fromEntries(entries) as Record<K, number>;
}
