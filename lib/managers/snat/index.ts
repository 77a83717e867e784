/** SNAT for routers that have an external gateway: left network, service instance, route table, and the router's references to them. */
export { SnatController } from './controller.js';
export { snat } from './manager.js';
export { instanceNames, tableName } from './names.js';
export { observeSnat } from './observe.js';
export { planSnat, type SnatPlan } from './plan.js';
export { snatProblems, type SnatProblemType } from './problem-types.js';
export * from './rules.js';
export { ruleTables } from './rule-tables.js';
export type * from './seen.js';
