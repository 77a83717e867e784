/**
 * The config objects of OpenSDN: zod schemas, the types inferred from them, names of kinds, addresses and VIP keys.
 * Tolerant in reading (unknown fields are kept, null is absent), exact in writing. Facts: docs/opensdn.md, 1.
 */
export * from './address.js';
export * from './common.js';
export * from './kinds.js';
export * from './objects.js';
export * from './parse.js';
export * from '../managers/octavia-vip/record/annotations.js';
export * from './references.js';
export * from '../managers/octavia-vip/vip-key.js';
