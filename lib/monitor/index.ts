/**
 * The whole: change stream, cache and controllers, with their order of start and stop, and the status of all.
 * Guarantees: no worker runs before everything has been read once; stopping is bounded and finishes the writes under way.
 */
export { ConfigMonitor, Feeder, type ConfigMonitorParts } from './config-monitor.js';
export type { Monitor, MonitorStatus } from './monitor.js';
export { RejectionLog } from './problems.js';
export { awaitedBy, healthOf, type Health, type HealthInput, type HealthStatus, type MonitorParts } from './health.js';
export { HealthKeeper, type HealthKeeperOptions } from './health-keeper.js';
