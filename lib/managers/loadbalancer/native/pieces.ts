import type { Stage, Verdict, Write } from '../../../planning/index.js';

/**
 * The stages of a plan, in the order in which they are carried out: traffic first. A floating ip has its port mappings before it leads to anybody
 * for the first time, and loses them after it leads to nobody any more: in between it would lead with all ports. New endpoints come before old
 * ones go; those that are gone go at once.
 */
export const stageNames = [
  // References to interfaces that are gone.
  'gone',
  // External floating ips are marked before they are configured: so they are found again.
  'mark',
  'create',
  'open',
  'join',
  'leave',
  'close',
  'checks',
  'watch',
  'unwatch',
  'delete',
  'forget',
  // What was taken over as it was is marked, too; nobody waits for it.
  'adopt',
] as const;

/** One of {@link stageNames}. */
export type StageName = (typeof stageNames)[number];

/** What a part of the rules adds to a plan. */
export interface Pieces {
  readonly writes: Readonly<Partial<Record<StageName, readonly Write[]>>>;
  readonly verdicts: readonly Verdict[];
  /** More can be planned once these are made. */
  readonly goesOn?: boolean;
}

/** The stages of several parts that have writes. */
export function stagesOf(parts: readonly Pieces[]): readonly Stage[] {
  return stageNames.flatMap((name) => {
    const writes = parts.flatMap((part) => part.writes[name] ?? []);
    if (writes.length === 0) return [];
    return [
      {
        name,
        writes,
        ...(name === 'gone' ? { isUrgent: true } : {}),
        ...(name === 'adopt' ? { isBookkeeping: true } : {}),
      },
    ];
  });
}
