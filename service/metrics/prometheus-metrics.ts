import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import {
  errorCodes,
  managers,
  SvcMonitorError,
  type MetricDefinition,
  type MetricName,
  type Metrics,
} from '../../lib/index.js';
import { publishedMetrics } from './definitions.js';
import { suppressionReasons } from '../log/index.js';

/** What each metric's name begins with. */
export const metricPrefix = 'svc_monitor_';

type Labels = Readonly<Record<string, string>>;

/** Prometheus behind the library's {@link Metrics}. It has a registry of its own, so several can live in one process. */
export class PrometheusMetrics implements Metrics {
  public readonly contentType: string;
  private readonly registry = new Registry();
  private readonly counters = new Map<string, Counter>();
  private readonly gauges = new Map<string, Gauge>();
  private readonly histograms = new Map<string, Histogram>();

  /** Registers every metric of the service, the library and its managers, and those of the process (memory, CPU, event loop). */
  public constructor() {
    this.contentType = this.registry.contentType;
    for (const [name, definition] of Object.entries(publishedMetrics)) this.register(name, definition);
    collectDefaultMetrics({ register: this.registry, prefix: metricPrefix });
    this.presetCounters();
  }

  public increment(name: MetricName, labels: Labels, by = 1): void {
    registered(this.counters, name).inc(labels, by);
  }

  public set(name: MetricName, labels: Labels, value: number): void {
    registered(this.gauges, name).set(labels, value);
  }

  public observe(name: MetricName, labels: Labels, value: number): void {
    registered(this.histograms, name).observe(labels, value);
  }

  /** Forgets all values of a gauge with labels: those that are set again are shown. */
  public reset(name: string): void {
    registered(this.gauges, name).reset();
  }

  /** All metrics in Prometheus' text format; send it with {@link contentType}. */
  public async render(): Promise<string> {
    return this.registry.metrics();
  }

  private register(name: string, definition: MetricDefinition): void {
    const options = {
      name: `${metricPrefix}${name}`,
      help: definition.help,
      labelNames: [...definition.labels],
      registers: [this.registry],
    };
    switch (definition.type) {
      case 'counter':
        this.counters.set(name, new Counter(options));
        return;
      case 'gauge':
        this.gauges.set(name, new Gauge(options));
        return;
      case 'histogram': {
        const buckets = definition.buckets === undefined ? {} : { buckets: [...definition.buckets] };
        this.histograms.set(name, new Histogram({ ...options, ...buckets }));
      }
    }
  }

  // A counter that appears with its first event looks to `rate()` as if that event had never happened.
  private presetCounters(): void {
    for (const code of Object.keys(errorCodes)) this.increment('errors_total', { code }, 0);
    for (const { name: controller } of managers) {
      for (const priority of ['live', 'resync']) this.increment('queue_adds_total', { controller, priority }, 0);
    }
    for (const reason of Object.keys(suppressionReasons)) this.increment('log_lines_suppressed_total', { reason }, 0);
    for (const reason of ['kind', 'operation']) this.increment('changes_ignored_total', { reason }, 0);
    for (const reason of ['not-json', 'too-large', 'bad-shape'])
      this.increment('messages_rejected_total', { reason }, 0);
  }
}

function registered<T>(metrics: ReadonlyMap<string, T>, name: string): T {
  const metric = metrics.get(name);
  if (metric === undefined)
    throw new SvcMonitorError('bug', 'a metric was used as another type', { details: { name } });
  return metric;
}
