import type { metricDefinitions, MetricName } from './definitions.js';

/** The names of the metrics of a type. @inline */
type NamesOf<T extends string> = {
  [N in MetricName]: (typeof metricDefinitions)[N]['type'] extends T ? N : never;
}[MetricName];

/** The labels that a metric wants, each with a value. */
export type MetricLabels<N extends MetricName> = Readonly<
  Record<(typeof metricDefinitions)[N]['labels'][number], string>
>;

/** Where figures go. A name tells which labels it wants; durations are seconds. */
export interface Metrics {
  /** Adds to a counter, 1 by default. */
  increment<N extends NamesOf<'counter'>>(name: N, labels: MetricLabels<N>, by?: number): void;
  /** Sets a gauge. */
  set<N extends NamesOf<'gauge'>>(name: N, labels: MetricLabels<N>, value: number): void;
  /** Adds an observation to a histogram. */
  observe<N extends NamesOf<'histogram'>>(name: N, labels: MetricLabels<N>, value: number): void;
}

/** Metrics that nobody keeps. */
export const silentMetrics: Metrics = {
  increment: () => undefined,
  set: () => undefined,
  observe: () => undefined,
};
