/**
 * The configuration: one schema of all keys, read from the original's files, a YAML file, the environment and assignments, in that order.
 * Everything is validated, all problems are reported at once, and what comes out is frozen. Secrets show up in no problem.
 * The only place of the service that knows the environment's variables.
 */
export type { KafkaConfig, LogConfig, LogLevel, RabbitmqConfig, RelayConfig, ServiceConfig } from './config.js';
export { loadConfig, type ConfigSources, type EffectiveSetting, type LoadedConfig } from './load-config.js';
export { originalOptions, vncApiFile, type OriginalOption } from './original/index.js';
export type { UnusedGiven } from './original/index.js';
export { readTextFile, type ReadTextFile } from './read-text.js';
export { formatProblem, type ConfigProblem } from './problems.js';
export { environmentName, settingKeys, type KeyInfo } from './schema.js';
export { formatDuration } from '../../lib/index.js';
export { contentOf, type FileKey, type FilePaths } from './files.js';
export { tlsFilesOf, type TlsSection } from './tls-files.js';
