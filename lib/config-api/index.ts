/**
 * The client of OpenSDN's config API: a reading and a writing side, over REST.
 *
 * - Each request has a timeout from connecting to the last byte, heeds an AbortSignal, and is repeated with backoff where that
 *   does no harm. Several API servers: when one fails, it is set aside until it answers again, and the next takes over.
 * - Whatever goes wrong is one `SvcMonitorError`; no error and no log line holds a token or a password.
 * - Policies are senders that wrap senders (`RequestSender`); `createConfigApiClient` composes them.
 *
 * It does not cache, and it knows nothing of virtual ips. Facts: docs/opensdn.md, 5, and recordings 08, 11, 16 and 21.
 */
export { ApiServers, type ApiServersOptions, type ApiServerStatus } from './api-servers.js';
export {
  createConfigApiClient,
  newOwnRequestId,
  ownRequestIdPrefix,
  requestIdPrefix,
  type ConfigApiClient,
  type ConfigApiClientOptions,
  type ConfigApiServerStatus,
  type ConfigApiStatus,
} from './client.js';
export {
  AxiosTransport,
  type AxiosTransportOptions,
  type HttpRequest,
  type HttpResponse,
  type HttpStream,
  type HttpTransport,
  type StreamingTransport,
} from './http-transport.js';
export type { LoginStatus } from './authentication.js';
export type { ServerHealthStatus, ServerState } from './server-health.js';
export type { ConnectionUse } from './connection-pools.js';
export type { ConfigApiAuth, ConfigApiOptions } from './options.js';
export { EventStreams, type EventStream, type EventStreamsOptions } from './event-streams.js';
export type { ConfigReader, ListEntry, ListOptions, ObjectPage, ReadOptions } from './reader.js';
export type { RequestRecord } from './recorder.js';
export type { AccountRights } from './rights.js';
export type { ApiRequest, Operation, RequestSender } from './request.js';
export type {
  ConfigWriter,
  MapEntryUpdate,
  MapUpdate,
  NewObject,
  PropertiesUpdate,
  ReferenceUpdate,
  TracedUpdate,
} from './writer.js';
