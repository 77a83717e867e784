/** The inversify modules and tokens: how the parts of a monitor are put together. Nothing else in the library imports it. */
export { assemble, fieldsToWatch, type Assembly, type AssemblyParts } from './assembly.js';
export { createContainer, createMonitor } from './create-monitor.js';
export { mirrorModule, monitorModule, outsideModule } from './modules.js';
export type { MonitorOptions } from './options.js';
export type { NewQueue, NewWriter } from './factories.js';
export { tokens } from './tokens.js';
