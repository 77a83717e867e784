import type { Metrics } from '../../lib/index.js';

/** Counters of the monitor, by name alone; gauges and histograms are dropped. */
export class CountingMetrics implements Metrics {
  public readonly counts = new Map<string, number>();

  public readonly increment: Metrics['increment'] = (name, _labels, by = 1) => {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  };

  public readonly set: Metrics['set'] = () => undefined;

  public readonly observe: Metrics['observe'] = () => undefined;
}
