/** Load balancers in haproxy, each in a service instance of its own. */
export { HaproxyController } from './controller.js';
export { haproxyProblems } from './problem-types.js';
export { haproxyRuleTables } from './rule-tables.js';
export { haproxySettings } from './settings.js';
