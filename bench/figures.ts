/** What a figure is held to. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number };

/** Something that was measured in the same run, in the same unit, to hold a figure against. */
export interface Baseline {
  /** What it is, for the table. */
  readonly what: string;
  readonly value: number;
}

/** One figure of a subject. */
export interface Figure {
  /** Unique within its subject. */
  readonly name: string;
  readonly value: number;
  /** Such as `ms`, `s`, `MB`, `/s`, `%`; empty for counts and ratios. */
  readonly unit: string;
  readonly aim?: Aim;
  /** The one that matters for `--check` comes first. */
  readonly baselines?: readonly Baseline[];
}

/** Whether a figure meets its aim; undefined if it has none. */
export function meetsAim({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return 'atMost' in aim ? value <= aim.atMost : value >= aim.atLeast;
}

/** The figure as a multiple of its first baseline; undefined if it has none. */
export function ratioOf({ value, baselines }: Figure): number | undefined {
  const baseline = baselines?.[0];
  return baseline === undefined || baseline.value === 0 ? undefined : value / baseline.value;
}

/** The smallest value that `share` of the values do not exceed; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Sum; 0 of none. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Least-squares slope of `y` over `x`; 0 of fewer than two points. */
export function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  if (points.length < 2) return 0;
  const meanX = sum(points.map(({ x }) => x)) / points.length;
  const meanY = sum(points.map(({ y }) => y)) / points.length;
  const above = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY)));
  const below = sum(points.map(({ x }) => (x - meanX) ** 2));
  return below === 0 ? 0 : above / below;
}
