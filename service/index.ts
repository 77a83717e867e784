/**
 * The service around the library, for whoever embeds it: configuration in, a monitor with a status endpoint out.
 * No signals, no exit codes, no environment: those are `main.ts`'s. May import the library by its public entry only.
 */
export {
  formatProblem,
  loadConfig,
  type ConfigProblem,
  type ConfigSources,
  type LoadedConfig,
  type ServiceConfig,
} from './config/index.js';
export { createService, type ServiceOverrides } from './create-service.js';
export { ServiceFiles, type FileProblem, type ServiceFilesOptions } from './files/index.js';
export { SuppressedLines, WinstonLogger, type LoggerOptions, type SuppressionReason } from './log/index.js';
export { PrometheusMetrics } from './metrics/index.js';
export { createRelayService, type RelayService } from './relay-service.js';
export type { Service } from './service.js';
