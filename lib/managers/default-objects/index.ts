/** The objects that the original makes at its start, and that others look up by name. */
export { planDefaultObject, DefaultObjectController, type ObjectKey, type ObjectSeen } from './controller.js';
export { defaultObjectList, type DefaultObject } from './defaults.js';
export { defaultObjects } from './manager.js';
export { defaultObjectRules, type DefaultObjectDeed, type DefaultObjectFacts } from './rules.js';
export { ruleTables } from './rule-tables.js';
