import { randomInt, randomUUID } from 'node:crypto';
import { SystemClock, type Clock } from '../base/clock/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import { AuthenticatingSender, FixedToken, noToken, type LoginStatus, type TokenSource } from './authentication.js';
import type { Outages } from '../base/problems/index.js';
import { LimitedSender } from './concurrency-limit.js';
import { ConnectionChooser } from './connection-chooser.js';
import { GuardedSender } from './guard.js';
import { HttpSender } from './http-sender.js';
import { AxiosTransport, type HttpTransport } from './http-transport.js';
import { KeystoneTokens } from './keystone-tokens.js';
import type { ConfigApiOptions } from './options.js';
import { ReachabilitySender } from './reachability.js';
import type { ConfigReader } from './reader.js';
import { readRights, type AccountRights } from './rights.js';
import { RecordingSender, type RequestRecord } from './recorder.js';
import type { RequestSender } from './request.js';
import { RestConfigReader } from './rest-reader.js';
import { RestConfigWriter } from './rest-writer.js';
import { RetryingSender } from './retry.js';
import { Semaphore } from './semaphore.js';
import { probeOf } from './probe.js';
import { requestHeaders, type ClientIdentity } from './request-headers.js';
import { ServerHealth, type ServerHealthStatus } from './server-health.js';
import { serverUrls } from './server-list.js';
import type { ConfigWriter } from './writer.js';

/**
 * Begins the id of each request that a svc-monitor sends, this one or another instance. The API server puts it into the
 * notifications that the request causes: a change whose request-id begins so is nobody else's.
 */
export const ownRequestIdPrefix = 'req-svc-monitor-';

/** Begins the id of each of those requests that has a purpose: it tells other instances what it is for. */
export function requestIdPrefix(purpose: string): string {
  return `${ownRequestIdPrefix}${purpose}-`;
}

/** A fresh id for a request of ours. */
export function newOwnRequestId(purpose?: string): string {
  return `${purpose === undefined ? ownRequestIdPrefix : requestIdPrefix(purpose)}${randomUUID()}`;
}

/** See {@link ConfigApiOptions}. */
export const defaults = {
  requestTimeoutMs: 5000,
  listTimeoutMs: 60_000,
  attempts: 4,
  retryDelayMs: 100,
  concurrency: 16,
} as const;

const maxRetryDelayMs = 10_000;
const maxWaitingRequests = 10_000;
const randomSteps = 2 ** 32;

/** See {@link createConfigApiClient}. */
export interface ConfigApiClientOptions extends ConfigApiOptions {
  /** Defaults to the machine's own. */
  readonly clock?: Clock;
  /** Defaults to none. */
  readonly logger?: Logger;
  /** Defaults to none. */
  readonly metrics?: Metrics;
  /** Numbers from 0 up to, not including, 1, for the jitter. Defaults to random ones. */
  readonly random?: () => number;
  /** How the client calls itself in the API server's logs. Defaults to `<host name>:opensdn-svc-monitor`. */
  readonly userAgent?: string;
  /**
   * How requests are sent. Defaults to an {@link AxiosTransport} with the options' `tls`. With a transport of your own `keepAlive` defaults to
   * false: only if it heeds {@link HttpRequest.connection} there is something to choose.
   */
  readonly transport?: HttpTransport;
  /** Told of each request when it has ended, repeats one by one: to count reads and writes, or to keep what was written. */
  readonly onRequest?: (record: RequestRecord) => void;
  /** Told whether the config API serves us. Defaults to nobody. */
  readonly outages?: Outages;
}

/** A config API server, as the client sees it. */
export interface ConfigApiServerStatus extends ServerHealthStatus {
  /** Base URL. */
  readonly url: string;
  /** Whether requests go there now. */
  readonly current: boolean;
  readonly keepAlive: {
    /** As configured. */
    readonly setting: boolean | 'auto';
    /** Whether connections are reused now. */
    readonly reused: boolean;
    /** What a small request took each way when that was measured. Milliseconds. */
    readonly freshMs?: number;
    readonly reusedMs?: number;
  };
}

/** What a client does. */
export interface ConfigApiStatus {
  /** In the order of the configuration. */
  readonly servers: readonly ConfigApiServerStatus[];
  /** Where there is a login at Keystone: how it stands with it. */
  readonly login?: LoginStatus;
}

/** Both sides of the config API. */
export interface ConfigApiClient extends ConfigReader, ConfigWriter {
  /**
   * A writer with a share of its own in the permits: however much others send, it finds one. What `mayWrite` says is asked just before each request
   * goes out; what may not be written then rejects with `aborted`. Without it, all may be written.
   */
  writerFor(lane: string, mayWrite?: () => boolean): ConfigWriter;
  /** What the account may do; undefined where the server does not say. Rejects as a reader does. */
  rights(signal: AbortSignal): Promise<AccountRights | undefined>;
  /**
   * The token to send to another API of OpenSDN's, such as analytics, that asks the same Keystone; undefined: none. Rejects with
   * `unauthorized` or `aborted`.
   */
  token(signal: AbortSignal): Promise<string | undefined>;
  /** Which servers there are, and how they are talked to. */
  status(): ConfigApiStatus;
  /** Closes all connections. Requests under way, and any later one, reject with `closed`. */
  close(): void;
}

/**
 * A client of the config API over REST: `note outages → retry → authenticate → limit → guard → record → HTTP`, each a {@link RequestSender}.
 *
 * Nothing is sent before the first call.
 *
 * @throws SvcMonitorError `invalid-configuration` for URLs or a token that cannot be used
 */
export function createConfigApiClient(options: ConfigApiClientOptions): ConfigApiClient {
  const { clock = new SystemClock(), metrics = silentMetrics } = options;
  const logger = (options.logger ?? silentLogger).child({ component: 'config-api' });
  const keepAlive = options.keepAlive ?? (options.transport === undefined ? 'auto' : false);
  const transport = options.transport ?? new AxiosTransport({ keepAlive: keepAlive === true, tls: options.tls });
  const complete = { ...options, clock, logger, metrics };
  const keystone = keystoneTransport(options);
  const tokens = tokenSource(complete, keystone ?? transport);
  const permits = new Semaphore(options.concurrency ?? defaults.concurrency, maxWaitingRequests);
  const urls = serverUrls(options.urls);
  const identity = identityOf(options);
  const headers = (): Readonly<Record<string, string>> => requestHeaders(identity, newOwnRequestId());
  const timeoutMs = options.requestTimeoutMs ?? defaults.requestTimeoutMs;
  const probe = probeOf({ transport, clock, timeoutMs, headers });
  const servers = new ServerHealth({ servers: urls, clock, logger, probe });
  const connections = new ConnectionChooser({
    setting: keepAlive,
    servers: urls,
    transport,
    clock,
    logger,
    metrics,
    timeoutMs,
    headers,
  });
  const http = new HttpSender({
    transport,
    servers,
    connections,
    clock,
    requestTimeoutMs: timeoutMs,
    listTimeoutMs: options.listTimeoutMs ?? defaults.listTimeoutMs,
    identity,
    requestId: () => newOwnRequestId(),
  });
  const sender = composeSender(complete, { http, tokens, permits });
  const reader = new RestConfigReader({ sender, logger, metrics });
  const writer = new RestConfigWriter(sender);
  return {
    get: (kind, uuid, read, signal) => reader.get(kind, uuid, read, signal),
    getMany: (kind, uuids, read, signal) => reader.getMany(kind, uuids, read, signal),
    list: (kind, list, signal) => reader.list(kind, list, signal),
    count: (kind, list, signal) => reader.count(kind, list, signal),
    listDetail: (kind, list, signal) => reader.listDetail(kind, list, signal),
    fqNameToUuid: (kind, fqName, signal) => reader.fqNameToUuid(kind, fqName, signal),
    uuidToFqName: (uuid, signal) => reader.uuidToFqName(uuid, signal),
    create: (kind, object, signal) => writer.create(kind, object, signal),
    updateProperties: (update, signal) => writer.updateProperties(update, signal),
    delete: (kind, uuid, signal) => writer.delete(kind, uuid, signal),
    updateReference: (update, signal) => writer.updateReference(update, signal),
    relaxReference: (uuid, refUuid, signal) => writer.relaxReference(uuid, refUuid, signal),
    updateMap: (update, signal) => writer.updateMap(update, signal),
    writerFor: (lane, mayBeSent = () => true) => {
      permits.open(lane);
      return new RestConfigWriter({ send: (request, signal) => sender.send({ ...request, lane, mayBeSent }, signal) });
    },
    rights: (signal) => readRights(sender, signal),
    token: async (signal) => tokens.current() ?? (await tokens.renew(undefined, signal)),
    status: () => ({
      servers: urls.map((url) => serverStatus(url, { servers, connections, setting: keepAlive })),
      ...(tokens.status === undefined ? {} : { login: tokens.status() }),
    }),
    close: () => {
      servers.close();
      connections.close();
      transport.close();
      keystone?.close();
    },
  };
}

type CompleteOptions = ConfigApiClientOptions & Required<Pick<ConfigApiClientOptions, 'clock' | 'logger' | 'metrics'>>;

function composeSender(
  options: CompleteOptions,
  {
    http,
    tokens,
    permits,
  }: { readonly http: RequestSender; readonly tokens: TokenSource; readonly permits: Semaphore },
): RequestSender {
  const { clock, logger, metrics, onRequest, outages } = options;
  const requestId = (): string => newOwnRequestId();
  const recorded = new RecordingSender(http, { clock, logger, metrics, requestId, onRequest });
  const limited = new LimitedSender(new GuardedSender(recorded), permits);
  // Outside the limit: who waits for a token or backs off holds no permit.
  const authenticated = new AuthenticatingSender(limited, tokens);
  const retrying = new RetryingSender(authenticated, {
    clock,
    logger,
    metrics,
    attempts: options.attempts ?? defaults.attempts,
    delayMs: options.retryDelayMs ?? defaults.retryDelayMs,
    maxDelayMs: maxRetryDelayMs,
    random: options.random ?? (() => randomInt(randomSteps) / randomSteps),
  });
  return outages === undefined ? retrying : new ReachabilitySender(retrying, { outages, clock, logger });
}

function serverStatus(
  url: string,
  parts: {
    readonly servers: ServerHealth;
    readonly connections: ConnectionChooser;
    readonly setting: boolean | 'auto';
  },
): ConfigApiServerStatus {
  const { servers, connections, setting } = parts;
  const { use, ...times } = connections.choiceFor(url);
  const current = url === servers.current();
  return { url, current, ...servers.statusOf(url), keepAlive: { setting, reused: use === 'reused', ...times } };
}

/** Who sends requests with these options. */
export function identityOf({ auth, userAgent }: Pick<ConfigApiClientOptions, 'auth' | 'userAgent'>): ClientIdentity {
  return { userAgent, projectName: auth?.mode === 'keystone' ? auth.projectName : undefined };
}

/** What speaks to Keystone, where that has certificates of its own. */
export function keystoneTransport({ auth }: Pick<ConfigApiOptions, 'auth'>): AxiosTransport | undefined {
  return auth?.mode === 'keystone' && auth.tls !== undefined ? new AxiosTransport({ tls: auth.tls }) : undefined;
}

/** Where the tokens of the options come from. @throws SvcMonitorError `invalid-configuration` for a token that no header can carry */
export function tokenSource(
  options: Pick<CompleteOptions, 'auth' | 'requestTimeoutMs' | 'clock' | 'logger'>,
  transport: HttpTransport,
): TokenSource {
  const auth = options.auth ?? { mode: 'none' };
  switch (auth.mode) {
    case 'none':
      return noToken;
    case 'token':
      return new FixedToken(auth.token);
    case 'keystone':
      return new KeystoneTokens(auth, {
        transport,
        clock: options.clock,
        logger: options.logger,
        timeoutMs: options.requestTimeoutMs ?? defaults.requestTimeoutMs,
      });
  }
}
