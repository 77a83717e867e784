import type { RuleTable } from '../../planning/index.js';

/** What is known of a router. */
export type InventoryFacts = {
  readonly vrouters: 'none' | 'some' | 'many';
  readonly said: 'right' | 'wrong' | 'nothing';
};

/** What becomes of the note on a router. */
export const inventoryRules: RuleTable<InventoryFacts, 'write' | 'remove' | 'leave'> = {
  name: 'What is noted on a router',
  says: 'Asked of each physical-router.',
  facts: {
    vrouters: { values: ['none', 'some', 'many'], says: 'how many vRouters it has; many: more than the setting' },
    said: { values: ['right', 'wrong', 'nothing'], says: 'what its annotation says of that' },
  },
  rules: [
    { rule: 'noted', when: { said: 'right' }, stands: 'leave', says: 'it says so already', cites: 'this example' },
    {
      rule: 'empty',
      when: { vrouters: 'none', said: 'nothing' },
      stands: 'leave',
      says: 'there is nothing to say of it',
      cites: 'this example',
    },
    { rule: 'emptied', when: { vrouters: 'none' }, stands: 'remove', says: 'it is empty', cites: 'this example' },
    { rule: 'full', when: { vrouters: 'many' }, stands: 'write', says: 'it is full', cites: 'this example' },
    { rule: 'used', when: {}, stands: 'write', says: 'it is used', cites: 'this example' },
  ],
};
