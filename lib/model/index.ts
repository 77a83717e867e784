/**
 * The config objects of OpenSDN: one file a kind, its wire schema, what the cache keeps of it and what it is found by; the types follow from
 * that. Tolerant in reading (unknown fields are kept, null is absent), exact in writing. Facts: docs/opensdn.md, 1.
 */
export * from './address.js';
export * from './annotations.js';
export * from './common.js';
export * from './entity.js';
export { familiesOf, type Family } from './families.js';
export {
  defineKind,
  refsField,
  type EntityBase,
  type EntityField,
  type EntityWith,
  type IndexKeys,
  type KindDefinition,
  type KindParts,
  type RefsField,
  type Wire,
} from './kind.js';
export * from './kinds.js';
export { portMappingSchema, type PortMapping } from './kinds/floating-ip.js';
export { attributeBound, type Attributes, type IngressRule } from './kinds/loadbalancer-pool.js';
export type { InstanceInterface } from './kinds/service-instance.js';
export type { TemplateInterface } from './kinds/service-template.js';
export { pairBound, tuplePairBound } from './kinds/virtual-machine-interface.js';
export { virtualIpPropertiesSchema } from './kinds/virtual-ip.js';
export { nativeMarks } from './loadbalancer-marks.js';
export * from './names.js';
export * from './parse.js';
export * from './references.js';
export * from './snat-names.js';
