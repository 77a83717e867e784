import type { MetricDefinition, metricDefinitions } from './definitions.js';

/** Metrics by name. */
export type MetricTable = Readonly<Record<string, MetricDefinition>>;

/** The names of the metrics of a type. @inline */
type NamesOf<D extends MetricTable, T extends string> = {
  [N in keyof D & string]: D[N]['type'] extends T ? N : never;
}[keyof D & string];

/** The labels that a metric wants, each with a value. */
export type LabelsOf<D extends MetricTable, N extends keyof D> = Readonly<Record<D[N]['labels'][number], string>>;

/**
 * Where figures go. A name tells which labels it wants; durations are seconds.
 *
 * The library's own are `metricDefinitions`; each manager has more of its own.
 */
export interface Metrics<D extends MetricTable = typeof metricDefinitions> {
  /** Adds to a counter, 1 by default. */
  increment<N extends NamesOf<D, 'counter'>>(name: N, labels: LabelsOf<D, N>, by?: number): void;
  /** Sets a gauge. */
  set<N extends NamesOf<D, 'gauge'>>(name: N, labels: LabelsOf<D, N>, value: number): void;
  /** Adds an observation to a histogram. */
  observe<N extends NamesOf<D, 'histogram'>>(name: N, labels: LabelsOf<D, N>, value: number): void;
}

/** Metrics that nobody keeps. */
export const silentMetrics = {
  increment: () => undefined,
  set: () => undefined,
  observe: () => undefined,
} satisfies Metrics;

/** The same metrics, for whoever has a table of its own: those that keep figures know all tables. */
export function metricsFor<D extends MetricTable>(metrics: Metrics, table: D): Metrics<D>;
export function metricsFor(metrics: Metrics): Metrics {
  return metrics;
}
