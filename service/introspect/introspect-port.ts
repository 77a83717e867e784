import { errorFields, isAborted, sleep, toSvcMonitorError, type Clock, type Logger } from '../../lib/index.js';
import { HttpEndpoint, type HttpEndpointOptions, type ReloadableOptions } from '../http/index.js';
import { introspectRoutes } from './introspect-routes.js';
import type { NodeStatus } from './node-status.js';

/** What the introspect port is made of. */
export interface IntrospectPortOptions extends Pick<HttpEndpointOptions, 'host' | 'port' | 'tls' | 'allowedHosts'> {
  /** Whether this instance acts now: the port is open as long as it does. */
  readonly isActing: () => boolean;
  readonly status: () => NodeStatus;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How soon it is open after the instance has begun to act, or closed after it has ceased to. Milliseconds. */
export const lookEveryMs = 500;

/**
 * The introspect port of the original, which contrail-status and others ask how the service fares. As with the original only the instance that acts
 * has it open: that a connection is refused tells them that it stands by.
 *
 * A port that is taken, such as by an original on the same host, is told and tried again; the service does not depend on it.
 */
export class IntrospectPort {
  private readonly stopping = new AbortController();
  private endpoint: HttpEndpoint | undefined;
  private running: Promise<void> | undefined;
  private tls: HttpEndpointOptions['tls'];
  private allowedHosts: readonly string[];
  private listensOn: string | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if certificate and key cannot be used */
  public constructor(private readonly options: IntrospectPortOptions) {
    this.tls = options.tls;
    this.allowedHosts = options.allowedHosts ?? [];
    // Made for its checks only: what is wrong with the certificates is told at the start, and not when this instance has to act.
    this.created();
  }

  /** Where it listens; undefined while this instance does not act. */
  public get url(): string | undefined {
    return this.listensOn;
  }

  /** Begins to follow whether this instance acts. Returns at once. */
  public start(): void {
    this.running ??= this.follow();
  }

  /** As that of {@link HttpEndpoint}. */
  public prepareReload(changed: ReloadableOptions): () => void {
    // One that is made for the check has nothing to take.
    const take = (this.endpoint ?? this.created()).prepareReload(changed);
    return () => {
      take();
      this.tls = changed.tls ?? this.tls;
      this.allowedHosts = changed.allowedHosts ?? this.allowedHosts;
    };
  }

  /** Closes it. May be called twice. */
  public async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Never rejects. */
  private async follow(): Promise<void> {
    const { clock, isActing, logger } = this.options;
    const { signal } = this.stopping;
    try {
      while (!signal.aborted) {
        if (isActing() && this.endpoint === undefined) await this.open();
        else if (!isActing()) await this.close();
        await sleep(clock, lookEveryMs, signal);
      }
    } catch (error) {
      if (!isAborted(error)) logger.error('introspect port failed', errorFields(error));
    }
    await this.close();
  }

  private async open(): Promise<void> {
    const endpoint = this.created();
    try {
      const port = await endpoint.start();
      this.endpoint = endpoint;
      this.listensOn = endpoint.url(port);
      this.options.logger.info('introspect port listens', { url: this.listensOn });
    } catch (error) {
      const known = toSvcMonitorError(error);
      if (known.code === 'bug') throw known;
      this.options.logger.warn('introspect port cannot be opened, going on trying', errorFields(known));
    }
  }

  private async close(): Promise<void> {
    const { endpoint } = this;
    if (endpoint === undefined) return;
    this.endpoint = undefined;
    this.listensOn = undefined;
    await endpoint.stop();
    this.options.logger.info('introspect port closed', { port: this.options.port });
  }

  private created(): HttpEndpoint {
    const { host, port, status, clock, logger } = this.options;
    return new HttpEndpoint({
      ...{ name: 'the introspect port', section: 'introspect', host, port, clock, logger },
      ...(this.tls === undefined ? {} : { tls: this.tls }),
      allowedHosts: this.allowedHosts,
      routes: introspectRoutes(status),
      // As bottle, in which the original is written, answers a request that it does not know.
      notFound: { code: 404, type: 'text/html; charset=UTF-8', body: notFoundPage },
    });
  }
}

const notFoundPage =
  '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN"><html><head><title>Error: 404 Not Found</title></head><body><h1>Error: 404 Not Found</h1></body></html>\n';
