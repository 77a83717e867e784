import type { Clock, MetricName, Metrics } from '../../lib/index.js';

/** What went on in a few seconds, for small charts. */
export interface Sample {
  /** Wall clock of its end, milliseconds since 1970. */
  readonly at: number;
  /** The most keys that waited at once. */
  readonly queue: number;
  /** Changes received, a second. */
  readonly changes: number;
  /** Writes made, a second. */
  readonly writes: number;
  /** Failures, a second. */
  readonly errors: number;
  /** From a change received to what follows from it written, the longest. Milliseconds; null: nothing was written. */
  readonly reactionMs: number | null;
  /** A request to the config API, on the average. Milliseconds; null: there was none. */
  readonly requestMs: number | null;
}

interface Bucket {
  readonly index: number;
  queue: number;
  changes: number;
  writes: number;
  errors: number;
  reaction: number;
  requests: number;
  requestSum: number;
}

/** How long one sample is, and how many are kept. */
export const sampling = { everyMs: 5_000, kept: 120 } as const;

type Labels = Readonly<Record<string, string>>;

/**
 * The figures of the last ten minutes, in steps of five seconds. It has no timer: what comes after the end of a step begins the next one, and what
 * lies between is empty.
 */
export class Samples {
  private readonly done: Bucket[] = [];
  private readonly queues = new Map<string, number>();
  private current: Bucket;

  public constructor(private readonly clock: Clock) {
    this.current = this.bucket(this.index());
  }

  /** The steps that are over, the oldest first. */
  public all(): readonly Sample[] {
    this.advance();
    // By the monotonic clock: the wall clock may have jumped meanwhile.
    const behind = this.clock.now() - this.clock.monotonic();
    const seconds = sampling.everyMs / 1_000;
    return this.done.map((bucket) => ({
      at: Math.round(behind + (bucket.index + 1) * sampling.everyMs),
      queue: bucket.queue,
      changes: bucket.changes / seconds,
      writes: bucket.writes / seconds,
      errors: bucket.errors / seconds,
      reactionMs: bucket.reaction < 0 ? null : tenths(bucket.reaction * 1_000),
      requestMs: bucket.requests === 0 ? null : tenths((bucket.requestSum / bucket.requests) * 1_000),
    }));
  }

  /** Takes note of a figure that is added to. */
  public counted(name: MetricName, by: number): void {
    if (name === 'changes_total') this.now().changes += by;
    else if (name === 'writes_total') this.now().writes += by;
    else if (name === 'errors_total') this.now().errors += by;
  }

  /** Takes note of a figure that is set. */
  public measured(name: MetricName, labels: Labels, value: number): void {
    if (name !== 'queue_depth') return;
    const bucket = this.now();
    this.queues.set(labels['controller'] ?? '', value);
    bucket.queue = Math.max(bucket.queue, this.waiting());
  }

  /** Takes note of one of many figures. */
  public observed(name: MetricName, value: number): void {
    if (name === 'change_to_write_seconds') {
      const bucket = this.now();
      bucket.reaction = Math.max(bucket.reaction, value);
    } else if (name === 'config_api_request_seconds') {
      const bucket = this.now();
      bucket.requests += 1;
      bucket.requestSum += value;
    }
  }

  private now(): Bucket {
    this.advance();
    return this.current;
  }

  private advance(): void {
    const index = this.index();
    const { kept } = sampling;
    if (index === this.current.index) return;
    this.done.push(this.current);
    const first = Math.max(this.current.index + 1, index - kept);
    for (let between = first; between < index; between += 1) this.done.push(this.bucket(between));
    this.done.splice(0, Math.max(this.done.length - kept, 0));
    this.current = this.bucket(index);
  }

  private bucket(index: number): Bucket {
    const nothing = { changes: 0, writes: 0, errors: 0, reaction: -1, requests: 0, requestSum: 0 };
    return { index, queue: this.waiting(), ...nothing };
  }

  private waiting(): number {
    return [...this.queues.values()].reduce((sum, one) => sum + one, 0);
  }

  private index(): number {
    return Math.floor(this.clock.monotonic() / sampling.everyMs);
  }
}

/** Where figures go, whatever their names. */
interface AnyMetrics {
  increment(name: MetricName, labels: Labels, by?: number): void;
  set(name: MetricName, labels: Labels, value: number): void;
  observe(name: MetricName, labels: Labels, value: number): void;
}

/** Metrics that are sampled on their way. */
export class SampledMetrics implements Metrics {
  public constructor(
    private readonly metrics: AnyMetrics,
    private readonly samples: Samples,
  ) {}

  public increment(name: MetricName, labels: Labels, by = 1): void {
    this.samples.counted(name, by);
    this.metrics.increment(name, labels, by);
  }

  public set(name: MetricName, labels: Labels, value: number): void {
    this.samples.measured(name, labels, value);
    this.metrics.set(name, labels, value);
  }

  public observe(name: MetricName, labels: Labels, value: number): void {
    this.samples.observed(name, value);
    this.metrics.observe(name, labels, value);
  }
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
