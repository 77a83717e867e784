/** The inversify modules and tokens: how the parts of a monitor are put together. Nothing else in the library imports it. */
export { createContainer, createMonitor } from './create-monitor.js';
export { managersModule, mirrorModule, monitorModule, outsideModule } from './modules.js';
export type { MonitorOptions } from './options.js';
export { tokens } from './tokens.js';
