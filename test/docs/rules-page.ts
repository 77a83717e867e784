import { managers, type AnyManager } from '../../lib/managers/index.js';
import type { AnyFacts, AnyRuleTable, Conditions, FactValue } from '../../lib/planning/index.js';
import { code, table } from './markdown.js';

const ruled: readonly AnyManager[] = managers;

/** The page of the rules, as the tables of the code have them. */
export function rulesPage(note: string): string {
  return `# Rules

${note}

What is decided, manager by manager. Each table first names its facts: few, each with a handful of values. Then the first row counts that applies to them. A row that says nothing of a fact applies whatever it is. What was decided of an object, by which row and why, is its [verdict](glossary.md).

[design.md](design.md) says what the rules of \`octavia-vip\` are for, and [opensdn.md](opensdn.md) what they rest on; the others stand in the place of the original svc-monitor ([replacing-svc-monitor.md](replacing-svc-monitor.md)). Recordings are in \`fixtures/recordings\`.

${ruled.map(({ name, rules = [] }) => rules.map((one) => section(name, one)).join('\n\n')).join('\n\n')}
`;
}

function section(manager: string, { name, says, facts, impossible, rules }: AnyRuleTable): string {
  const factRows = Object.entries(facts).map(([fact, { values, says: tells }]) => [
    code(fact),
    values.every((value) => typeof value === 'boolean') ? 'yes, no' : values.map(inCode).join(', '),
    tells,
  ]);
  const ruleRows = rules.map((rule) => [
    code(rule.rule),
    conditions(rule.when),
    standing(rule.stands),
    rule.says,
    rule.cites,
  ]);
  const parts = [
    `## ${name}`,
    `Of ${code(manager)}. ${says}`,
    table(['fact', 'values', 'tells'], factRows),
    table(['rule', 'when', 'stands', 'says', 'see'], ruleRows),
    ...(impossible === undefined
      ? []
      : ['Never together:', impossible.map(({ when, because }) => `- ${conditions(when)}: ${because}`).join('\n')]),
  ];
  return parts.join('\n\n');
}

function conditions(when: Conditions<AnyFacts>): string {
  const parts = Object.entries(when).map(([fact, wanted]) => {
    const values: readonly (FactValue | undefined)[] = Array.isArray(wanted)
      ? (wanted as FactValue[])
      : [wanted as FactValue];
    if (values.length === 1 && typeof values[0] === 'boolean') return values[0] ? code(fact) : `not ${code(fact)}`;
    return `${code(fact)} is ${values.map(inCode).join(' or ')}`;
  });
  return parts.length === 0 ? 'else' : parts.join(', ');
}

/** What follows, as words: of an object its values, of a list its entries. */
function standing(stands: unknown): string {
  const words = typeof stands === 'string' ? [stands] : Object.values(stands as object).map(String);
  return words.length === 0 ? 'nothing' : words.map(code).join(', ');
}

function inCode(value: FactValue | undefined): string {
  return code(String(value));
}
