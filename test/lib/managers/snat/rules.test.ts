import { expect } from 'chai';
import { ruleTables as defaultObjectTables } from '../../../../lib/managers/default-objects/rule-tables.js';
import { ruleTables as snatTables } from '../../../../lib/managers/snat/rule-tables.js';
import { type AnyRuleTable, decide, factSets } from '../../../../lib/planning/index.js';

/** The rows that apply to some set of facts, by name; throws where there is a set to which none does. */
function reachedBy(table: AnyRuleTable): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const facts of factSets(table)) reached.add(decide(table, facts).rule);
  return reached;
}

describe('the tables of rules for SNAT and default objects', () => {
  for (const table of [...defaultObjectTables, ...snatTables]) {
    describe(`"${table.name}"`, () => {
      const names = table.rules.map(({ rule }) => rule);

      it('should decide every set of facts, and need each of its rows for that', () => {
        expect([...reachedBy(table)].sort()).to.deep.equal([...names].sort());
      });

      it('should have rows with a name each, that say why and where that comes from', () => {
        expect(new Set(names).size).to.equal(names.length);
        for (const { rule, says, cites } of table.rules) {
          expect(rule).to.match(/^[a-z]+(-[a-z]+)*$/);
          expect(says, rule).to.match(/^[^.]+$/);
          expect(cites, rule).to.match(/^((docs\/[\w/-]+\.md, .+|recordings? svc-monitor\/\d\d.*)(; )?)+$/);
        }
      });

      it('should ask only for values that its facts can have', () => {
        const facts = new Map(Object.entries(table.facts));
        for (const { when } of [...table.rules, ...(table.impossible ?? [])]) {
          for (const fact in when) {
            const wanted: unknown = when[fact];
            expect(facts.get(fact)?.values, fact).to.include.members(Array.isArray(wanted) ? wanted : [wanted]);
          }
        }
      });
    });
  }
});
