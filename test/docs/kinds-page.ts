import { neutronResources, servedKinds } from '../../fixtures/index.js';
import { code, table } from './markdown.js';

/** The page of the kinds that the embedded OpenSDN serves. */
export function kindsPage(note: string): string {
  const kinds = servedKinds();
  const withRules = kinds.filter(({ rules }) => rules.length > 0).length;
  const rows = kinds.map(({ name, parents, rules }) => [
    code(name),
    parents.map(code).join(', '),
    rules.length === 0 ? 'by table' : rules.join(', '),
  ]);
  return `# Kinds

${note}

The kinds of objects that the embedded OpenSDN ([fixtures.md](fixtures.md)) serves: ${kinds.length}, of which ${withRules} have rules of their own besides those of all kinds. \`GET /kinds\` of the control API answers the same with references, and so does \`opensdn-fixtures kinds --json\`.

By table goes what holds for all: names, parents, types and enumerations of properties, references, what keeps an object from being deleted, quotas, owners, notifications. \`create\`, \`update\` and \`delete\` say where more is done: addresses are handed out, objects made along, requests refused. What of that was compared with a real server: [fixtures.md](fixtures.md#what-is-known-to-be-like-the-real-server).

Neutron's endpoints serve ${neutronResources.map(code).join(', ')}, and make config objects of them.

${table(['kind', 'parents', 'rules of its own'], rows)}
`;
}
