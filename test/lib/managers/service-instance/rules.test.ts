import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { ruleTables } from '../../../../lib/managers/service-instance/rule-tables.js';
import { decide, factSets, type AnyRuleTable } from '../../../../lib/planning/index.js';
import { projectFolder } from '../../../support/project-folder.js';

/** The rows that apply to some set of facts, by name; throws where there is a set to which none does. */
function reachedBy(table: AnyRuleTable): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const facts of factSets(table)) reached.add(decide(table, facts).rule);
  return reached;
}

describe('the tables of rules of service instances', () => {
  it('should have a name each', () => {
    expect(new Set(ruleTables.map(({ name }) => name)).size).to.equal(ruleTables.length);
  });

  for (const table of ruleTables) {
    describe(`"${table.name}"`, () => {
      const names = table.rules.map(({ rule }) => rule);

      it('should decide every set of facts, and need each of its rows for that', () => {
        expect([...reachedBy(table)].sort()).to.deep.equal([...names].sort());
      });

      it('should have rows with a name each, that say why and cite pages that are there', () => {
        expect(new Set(names).size).to.equal(names.length);
        for (const { rule, says, cites } of table.rules) {
          expect(rule).to.match(/^[a-z]+(-[a-z]+)*$/);
          expect(says, rule).to.match(/^[^.]+$/);
          for (const page of cites.match(/docs\/[\w-]+\.md/g) ?? []) {
            expect(existsSync(new URL(page, projectFolder())), page).to.equal(true);
          }
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
