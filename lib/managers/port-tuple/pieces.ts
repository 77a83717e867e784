import type { Stage, Verdict, Write } from '../../planning/index.js';
import type { PortTupleProblemType } from './problem-types.js';

/** Something that is not in order with a service instance. */
export interface Complaint {
  readonly type: PortTupleProblemType;
  readonly kind: string;
  readonly uuid: string;
  readonly message: string;
}

/**
 * The stages of a plan, in the order in which they are carried out. What an interface gets is noted before it gets it, and the note and
 * the reference by which it is found are dropped after it was taken away: so whoever goes on after a crash knows what is left to be done.
 */
export const stageNames = [
  // Shared addresses, and their references to interfaces: by them an interface that has left is found.
  'addresses',
  // References of the service instance to its addresses.
  'service',
  // What is about to be passed on to interfaces.
  'note',
  // One of two addresses follows new pairs before the interfaces have them, the other one after.
  'follow',
  'interfaces',
  'follow-last',
  // References to interfaces that have left.
  'detach',
  'forget',
  'delete',
  'check-addresses',
] as const;

/** One of {@link stageNames}. */
export type StageName = (typeof stageNames)[number];

/** What a part of the rules adds to a plan. */
export interface Pieces {
  readonly writes: Readonly<Partial<Record<StageName, readonly Write[]>>>;
  readonly verdicts: readonly Verdict[];
  readonly complaints: readonly Complaint[];
  /** More can be planned once these are made. */
  readonly goesOn?: boolean;
}

/** Pieces of several parts, in the order in which they are given. */
export function together(parts: readonly Pieces[]): Pieces {
  const writes = Object.fromEntries(
    stageNames.map((name) => [name, parts.flatMap((part) => part.writes[name] ?? [])]),
  ) as Pieces['writes'];
  return {
    writes,
    verdicts: parts.flatMap(({ verdicts }) => verdicts),
    complaints: parts.flatMap(({ complaints }) => complaints),
    goesOn: parts.some(({ goesOn }) => goesOn === true),
  };
}

/** The stages that have writes. */
export function stagesOf({ writes }: Pieces): readonly Stage[] {
  return stageNames.flatMap((name) => {
    const own = writes[name] ?? [];
    return own.length === 0 ? [] : [{ name, writes: own }];
  });
}
