/** The text of haproxy's configuration. */
export { haproxyConfig, type HaproxyConfig, type HaproxyConfigOptions } from './config.js';
export type { Skipped, SkippedKind } from './skipped.js';
