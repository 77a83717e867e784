import { metricsFor, type Metrics } from '../../lib/index.js';
import { gatewayMetrics, outcomes, passReasons, type Outcome, type PassReason } from './metrics.js';

/** How many requests have come, and what became of them. */
export interface GatewayCounts {
  readonly underWay: number;
  readonly requests: readonly { readonly outcome: Outcome; readonly count: number }[];
  /** Those that the front end was to look at and could not. */
  readonly unchanged: readonly { readonly reason: PassReason; readonly count: number }[];
}

/** Counts requests, for the status and as metrics. */
export class Tally {
  private underWay = 0;
  private readonly requests: Record<Outcome, number>;
  private readonly unchanged: Record<PassReason, number>;
  private readonly metrics: Metrics<typeof gatewayMetrics>;

  public constructor(metrics: Metrics) {
    this.metrics = metricsFor(metrics, gatewayMetrics);
    this.requests = zeros(outcomes);
    this.unchanged = zeros(passReasons);
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
    this.unchanged[reason] += 1;
    this.metrics.increment('gateway_passed_unchanged_total', { reason });
  }

  /** So long it was here before it was on its way. Milliseconds. */
  public added(ms: number): void {
    this.metrics.observe('gateway_added_seconds', {}, ms / 1_000);
  }

  public counts(): GatewayCounts {
    return {
      underWay: this.underWay,
      requests: namesOf(outcomes).map((outcome) => ({ outcome, count: this.requests[outcome] })),
      unchanged: namesOf(passReasons).map((reason) => ({ reason, count: this.unchanged[reason] })),
    };
  }
}

function zeros<K extends string>(names: Readonly<Record<K, string>>): Record<K, number> {
  return Object.fromEntries(namesOf(names).map((name) => [name, 0] as const)) as Record<K, number>;
}

function namesOf<K extends string>(names: Readonly<Record<K, string>>): readonly K[] {
  return Object.keys(names) as K[];
}
