import { SvcMonitorError } from '../base/errors/index.js';

/** A value of a fact: there are few of them, and all are named. */
export type FactValue = boolean | string;

/** What facts have to be like for a rule to apply: one of the values. A fact that is left out may be anything. */
export type Conditions<Facts> = { readonly [Name in keyof Facts]?: Facts[Name] | readonly Facts[Name][] };

/**
 * A row of a table of rules. It is data through and through: the page of the rules and the tests that every row can be reached and that
 * every set of facts has one follow from it.
 */
export interface Rule<Facts, Stands> {
  /** Its name, in lower case with dashes. No other row of the table has it. */
  readonly rule: string;
  readonly when: Conditions<Facts>;
  /** What follows. */
  readonly stands: Stands;
  /** Why, in words that can stand in a log line. */
  readonly says: string;
  /** Where that comes from: sections of docs/, recordings. */
  readonly cites: string;
}

/** A fact: the values that it can have, and what it tells. */
export interface Fact<Value> {
  readonly values: readonly Value[];
  readonly says: string;
}

/** Facts that never come together, and why not. */
export interface Impossible<Facts> {
  readonly when: Conditions<Facts>;
  readonly because: string;
}

/** A table of rules. The first row that applies counts. */
export interface RuleTable<Facts, Stands> {
  readonly name: string;
  /** What it decides, as a sentence. */
  readonly says: string;
  readonly facts: { readonly [Name in keyof Facts]: Fact<Facts[Name]> };
  /** Every row can be reached without these. */
  readonly impossible?: readonly Impossible<Facts>[];
  readonly rules: readonly Rule<Facts, Stands>[];
}

/** The facts of any table. */
export type AnyFacts = Readonly<Record<string, FactValue>>;

/** A table, whatever it decides. */
export type AnyRuleTable = RuleTable<AnyFacts, unknown>;

/**
 * The first row of the table that applies to the facts.
 *
 * @throws SvcMonitorError with code `bug` if there is none
 */
export function decide<Facts, Stands>(table: RuleTable<Facts, Stands>, facts: Facts): Rule<Facts, Stands> {
  const found = table.rules.find(({ when }) => holds(when, facts));
  if (found !== undefined) return found;
  throw new SvcMonitorError('bug', 'no rule applies', { details: { table: table.name, facts: JSON.stringify(facts) } });
}

/** The row of that name. */
export function ruleNamed<Facts, Stands>(table: RuleTable<Facts, Stands>, name: string): Rule<Facts, Stands> {
  const found = table.rules.find(({ rule }) => rule === name);
  if (found !== undefined) return found;
  throw new SvcMonitorError('bug', 'there is no such rule', { details: { table: table.name, rule: name } });
}

/** Whether the facts are as the conditions have them. */
export function holds<Facts>(when: Conditions<Facts>, facts: Facts): boolean {
  for (const name in when) {
    const wanted: unknown = when[name];
    const is: unknown = facts[name as keyof Facts];
    if (Array.isArray(wanted) ? !wanted.includes(is) : wanted !== is) return false;
  }
  return true;
}

/** How many sets of facts there are, the impossible ones among them. */
export function countFactSets(table: Pick<AnyRuleTable, 'facts'>): number {
  return Object.values(table.facts).reduce((count, { values }) => count * values.length, 1);
}

/** Every set of facts, without the impossible ones. */
export function* factSets<Facts>(table: Pick<RuleTable<Facts, unknown>, 'facts' | 'impossible'>): Iterable<Facts> {
  for (const facts of combinations(table)) if (isPossible(table, facts)) yield facts;
}

/** Whether facts can come together. */
export function isPossible<Facts>(table: Pick<RuleTable<Facts, unknown>, 'impossible'>, facts: Facts): boolean {
  return (table.impossible ?? []).every(({ when }) => !holds(when, facts));
}

function* combinations<Facts>({ facts }: Pick<RuleTable<Facts, unknown>, 'facts'>): Iterable<Facts> {
  const names = Object.keys(facts) as (keyof Facts)[];
  const at = names.map(() => 0);
  for (;;) {
    const set: Partial<Facts> = {};
    names.forEach((name, index) => {
      const value = facts[name].values[at[index] ?? 0];
      if (value !== undefined) set[name] = value;
    });
    yield set as Facts;
    // As a counter counts: the last place first.
    let place = names.length - 1;
    for (; place >= 0; place -= 1) {
      const next = (at[place] ?? 0) + 1;
      const name = names[place];
      at[place] = name !== undefined && next < facts[name].values.length ? next : 0;
      if (at[place] !== 0) break;
    }
    if (place < 0) return;
  }
}
