import type { Metrics } from '../../lib/index.js';

/** Counters of the monitor, by name alone; gauges and histograms are dropped. */
export class CountingMetrics implements Metrics {
  public readonly counts = new Map<string, number>();
  /** When each counter was last counted on, by this process's monotonic clock. Milliseconds. */
  public readonly countedAt = new Map<string, number>();

  public readonly increment: Metrics['increment'] = (name, _labels, by = 1) => {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
    this.countedAt.set(name, performance.now());
  };

  public readonly set: Metrics['set'] = () => undefined;

  public readonly observe: Metrics['observe'] = () => undefined;
}
