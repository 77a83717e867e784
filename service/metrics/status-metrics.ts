import { metricsFor, type Metrics } from '../../lib/index.js';
import type { MetricsText } from '../http/index.js';
import { serviceMetrics } from './definitions.js';
import type { PrometheusMetrics } from './prometheus-metrics.js';

/** What the figures of the service are made from. */
export interface StatusFigures {
  /** As `/readyz` says it. */
  readonly ready: boolean;
  readonly problems: readonly { readonly type: string; readonly controller?: string }[];
  /** Wall clock, milliseconds since 1970. Absent: there was none yet, or there are none. */
  readonly lastFullReadAt?: number;
}

/** What `/metrics` answers: the figures of the library, and those that are made from the status at each question. */
export class StatusMetrics implements MetricsText {
  private readonly metrics: Metrics<typeof serviceMetrics>;

  public constructor(
    private readonly parts: {
      readonly prometheus: PrometheusMetrics;
      readonly runs: 'monitor' | 'relay' | 'gateway';
      readonly version: string;
      readonly figures: () => StatusFigures;
    },
  ) {
    this.metrics = metricsFor(parts.prometheus, serviceMetrics);
    this.metrics.set('build_info', { runs: parts.runs, version: parts.version, node: process.versions.node }, 1);
  }

  public get contentType(): string {
    return this.parts.prometheus.contentType;
  }

  public async render(): Promise<string> {
    const { ready, problems, lastFullReadAt = 0 } = this.parts.figures();
    this.metrics.set('ready', {}, ready ? 1 : 0);
    this.metrics.set('last_full_read_timestamp_seconds', {}, lastFullReadAt / 1000);
    // Types whose last problem is over would stay at what they were.
    this.parts.prometheus.reset('problems');
    for (const [key, count] of countByTypeAndManager(problems)) {
      const [type = '', manager = ''] = key.split('\n');
      this.metrics.set('problems', { type, manager }, count);
    }
    return this.parts.prometheus.render();
  }
}

function countByTypeAndManager(problems: StatusFigures['problems']): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type, controller = '' } of problems) {
    const key = `${type}\n${controller}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
