/** What was decided of one object, and why: what logs, status, `explain` and tests show. */
export interface Verdict {
  readonly about: DecidedObject;
  /** The name of the rule that applied: a row of a table (docs/rules.md). */
  readonly rule: string;
  /** Why, in words. */
  readonly says: string;
}

/** The object that a verdict is about. */
export interface DecidedObject {
  readonly kind: string;
  /** Empty if there is no such object: it is to be made, or is not worth making. */
  readonly uuid: string;
}

/** A rule that has applied to an object, as a verdict. */
export function verdictOf(
  about: DecidedObject,
  rule: Pick<Verdict, 'rule' | 'says'>,
  because?: Pick<Verdict, 'says'>,
): Verdict {
  return { about, rule: rule.rule, says: because === undefined ? rule.says : `${rule.says}: ${because.says}` };
}

/** The verdicts of several plans, sorted by the object's uuid; of one uuid in the order in which they are given. */
export function sortedVerdicts(...verdicts: readonly (readonly Verdict[])[]): readonly Verdict[] {
  return verdicts.flat().sort((one, other) => compare(one.about.uuid, other.about.uuid));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
