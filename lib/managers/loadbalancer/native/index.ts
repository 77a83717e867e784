/** The native driver: floating ips that lead to the interfaces of the members (docs/original/loadbalancer-native.md). */
export { NativeController } from './controller.js';
export { nativeProblems } from './problem-types.js';
export { nativeRuleTables } from './rule-tables.js';
