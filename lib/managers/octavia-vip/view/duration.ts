/** A duration as people write it. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${ms < 10 ? tenths(ms) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.round((ms % 60_000) / 1_000);
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`;
}

/** The milliseconds, to a tenth. */
export function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
