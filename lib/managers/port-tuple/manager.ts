import { anyController } from '../../controller/index.js';
import { defineManager } from '../manager.js';
import { PortTupleController } from './controller.js';
import { portTupleProblems } from './problem-types.js';
import { ruleTables } from './rule-tables.js';

/** Port tuples: what the interfaces of a service of version 2 need to be part of it. */
export const portTuple = defineManager({
  name: 'port-tuple',
  settings: {},
  problems: portTupleProblems,
  rules: ruleTables,
  create: ({ clock, requeue }) => ({ controllers: [anyController(new PortTupleController(clock, requeue))] }),
});
