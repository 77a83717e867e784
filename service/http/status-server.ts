import type { HealthStatus, SvcMonitorError } from '../../lib/index.js';
import { jsonAnswer, textAnswer } from './answer.js';
import { HttpEndpoint, type HttpEndpointOptions } from './http-endpoint.js';
import type { Route } from './route.js';

/** Metrics as text. */
export interface MetricsText {
  readonly contentType: string;
  render(): Promise<string>;
}

/** What the status endpoint tells. */
export interface StatusRoutesOptions {
  /** What `/status` answers. */
  readonly status: () => object;
  /** Whether work can be expected now, and why not: what `/readyz` answers. */
  readonly health: () => HealthStatus;
  /** Why it has failed for good; undefined while it has not. */
  readonly failure: () => SvcMonitorError | undefined;
  /** Without it `/metrics` answers 404. */
  readonly metrics?: MetricsText;
}

/** Where the server listens, and what it tells. */
export interface StatusServerOptions
  extends StatusRoutesOptions, Omit<HttpEndpointOptions, 'name' | 'section' | 'routes' | 'notFound'> {
  /** What it answers besides. */
  readonly routes?: readonly Route[];
}

/**
 * The endpoint for operators and their tools: `/healthz`, `/readyz`, `/metrics`, `/status`, and the routes it is given. It asks for no
 * credentials, unless it wants certificates of clients. That it answers shows that the event loop runs.
 */
export class StatusServer extends HttpEndpoint {
  public constructor(options: StatusServerOptions) {
    const routes = [...statusRoutes(options), ...(options.routes ?? [])];
    super({ ...options, name: 'the status endpoint', section: 'http', routes });
  }
}

function statusRoutes({ status, health, failure, metrics }: StatusRoutesOptions): readonly Route[] {
  const routes: Route[] = [
    {
      method: 'GET',
      path: '/healthz',
      answer: () => {
        const failed = failure();
        return failed === undefined ? textAnswer(200, 'ok') : textAnswer(503, `failed: ${failed.message}`);
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      answer: () => {
        const found = health();
        return jsonAnswer(found.ready ? 200 : 503, found);
      },
    },
    { method: 'GET', path: '/status', answer: () => jsonAnswer(200, status()) },
  ];
  if (metrics === undefined) return routes;
  const { contentType } = metrics;
  return [
    ...routes,
    {
      method: 'GET',
      path: '/metrics',
      answer: async () => ({ code: 200, type: contentType, body: await metrics.render() }),
    },
  ];
}
