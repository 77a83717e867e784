import { ratioOf, type Figure } from './figures.js';
import type { Threshold } from './thresholds.js';

/** A figure with the name of its subject. */
export interface NamedFigure {
  readonly subject: string;
  readonly figure: Figure;
}

/** A figure that is worse than its threshold. */
export interface Violation {
  readonly subject: string;
  readonly figure: string;
  /** What was found, and what is allowed. */
  readonly text: string;
}

/**
 * The figures that are worse than their thresholds.
 *
 * @param thresholds by subject and name of the figure
 */
export function violations(
  measured: readonly NamedFigure[],
  thresholds: Readonly<Record<string, Readonly<Record<string, Threshold>>>>,
): readonly Violation[] {
  return measured.flatMap(({ subject, figure }) => {
    const threshold = thresholds[subject]?.[figure.name];
    const text = threshold === undefined ? undefined : complaintOf(figure, threshold);
    return text === undefined ? [] : [{ subject, figure: figure.name, text }];
  });
}

function complaintOf(figure: Figure, threshold: Threshold): string | undefined {
  const isRatio = 'ratio' in threshold;
  const found = isRatio ? ratioOf(figure) : figure.value;
  const limit = isRatio ? threshold.ratio : threshold.value;
  const what = isRatio ? ` times ${figure.baselines?.[0]?.what ?? 'no baseline'}` : '';
  if (found === undefined || Number.isNaN(found)) return 'not measured';
  if ('atMost' in limit ? found <= limit.atMost : found >= limit.atLeast) return undefined;
  const allowed = 'atMost' in limit ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
  return `${found.toPrecision(3)}${what}, ${allowed} is allowed`;
}
