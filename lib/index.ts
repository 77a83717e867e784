/**
 * The public entry of the library: `createMonitor` for the whole, `createContainer` to replace parts of it, and the parts.
 *
 * @module opensdn-svc-monitor
 */
import 'reflect-metadata';

export * from './errors/index.js';
export * from './log/index.js';
export * from './metrics/index.js';
export * from './clock/index.js';
export * from './schema/index.js';
export * from './work-queue/index.js';
export * from './kafka/index.js';
export * from './shares/index.js';
export * from './config-api/index.js';
export * from './change-stream/index.js';
export * from './relay/index.js';
export * from './cache/index.js';
export * from './reactions/index.js';
export * from './controller/index.js';
export * from './managers/index.js';
export * from './monitor/index.js';
export * from './container/index.js';
