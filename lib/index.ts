/** The public entry of the library. */
import 'reflect-metadata';

export * from './errors/index.js';
export * from './log/index.js';
export * from './metrics/index.js';
export * from './clock/index.js';
export * from './schema/index.js';
export * from './work-queue/index.js';
