import type { Difference } from './compared.js';

/** A difference from the original that is meant. */
export interface MeantDifference {
  /** Numbers of the recordings. */
  readonly recordings: readonly number[];
  /** What {@link Difference.where} has to match as a whole. */
  readonly where: RegExp;
  /** Which fields; absent: the whole object, which is on one side alone. */
  readonly fields?: readonly string[];
  /** What the JSON of our side has to match; `absent`: we have none of it. Absent: anything but that. */
  readonly ours?: RegExp | 'absent';
  /** `before the end`: only after steps that others follow. Absent: at any time. */
  readonly when?: 'before the end';
  /** What the original does, and what is right instead. */
  readonly reason: string;
}

/** Recordings that are not played yet, with the reason. Those that no row names are played. */
export const notConcerned: readonly { readonly from: number; readonly to: number; readonly reason: string }[] = [
  { from: 32, to: 39, reason: 'load balancers v2 in haproxy are not taken over yet' },
  { from: 40, to: 49, reason: 'native load balancers are not taken over yet' },
  { from: 50, to: 54, reason: 'load balancers v1 are not taken over yet' },
  { from: 56, to: 58, reason: 'load balancers v2 in haproxy are not taken over yet' },
  { from: 95, to: 96, reason: 'providers of load balancers are not taken over yet' },
];

/** All differences that are meant, in one table. */
export const meantDifferences: readonly MeantDifference[] = [];

/** What ours changes, and is meant to, when it begins on what the original left at the end of a recording. */
export const changesAtTakeOver: readonly MeantDifference[] = [];

/** Recordings in which we may write more than the original, with the most that we may. */
export const moreWrites: readonly { readonly recording: number; readonly most: number; readonly reason: string }[] = [];

/** Whether a row says that a difference is meant. */
export function isMeant(
  row: MeantDifference,
  recording: number,
  { where, field, ours, afterStep }: Difference,
): boolean {
  if (row.when === 'before the end' && afterStep === undefined) return false;
  if (!row.recordings.includes(recording)) return false;
  const [whole] = row.where.exec(where) ?? [];
  if (whole !== where) return false;
  if (row.fields === undefined ? field !== '' : !row.fields.includes(field)) return false;
  if (row.ours === 'absent') return ours === undefined;
  if (row.ours === undefined) return ours !== undefined;
  return row.ours.test(ours === undefined ? '' : JSON.stringify(ours));
}
