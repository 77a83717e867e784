/**
 * The client of OpenSDN's config API, alone: a URL is all that it needs.
 *
 * @module opensdn-svc-monitor/client
 */
export * from './base/errors/index.js';
export type * from './base/live/index.js';
export type * from './base/tls/index.js';
export * from './config-api/index.js';
