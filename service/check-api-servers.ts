import { randomUUID } from 'node:crypto';
import {
  checkSchema,
  createConfigApiClient,
  silentMetrics,
  SvcMonitorError,
  SystemClock,
  type Logger,
  type SchemaCheck,
} from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';

/** What one API server has, or why it did not say. */
export type ApiServerCheck =
  | (SchemaCheck & { readonly url: string })
  | { readonly url: string; readonly schema: 'failed'; readonly error: SvcMonitorError };

/**
 * Checks the schema of each configured API server by itself: while a cluster is upgraded they differ. Gives one check for each, in their
 * order, as soon as it is there; one that fails keeps none of the others from being asked. Throws bugs only.
 */
export async function* checkApiServers(
  config: ServiceConfig,
  options: { readonly trial: boolean; readonly logger: Logger },
): AsyncGenerator<ApiServerCheck, void, undefined> {
  for (const url of config.configApi.urls) yield await checkApiServer(url, config, options);
}

async function checkApiServer(
  url: string,
  config: ServiceConfig,
  options: { readonly trial: boolean; readonly logger: Logger },
): Promise<ApiServerCheck> {
  const client = createConfigApiClient({
    ...config.configApi,
    urls: [url],
    // A few requests do not pay for measuring.
    keepAlive: false,
    clock: new SystemClock(),
    logger: options.logger,
    metrics: silentMetrics,
  });
  try {
    const { signal } = new AbortController();
    const newName = (): string => `opensdn-svc-monitor-schema-check-${randomUUID()}`;
    return { url, ...(await checkSchema({ client, trial: options.trial, newName }, signal)) };
  } catch (error) {
    if (!SvcMonitorError.is(error) || error.code === 'bug') throw error;
    return { url, schema: 'failed', error };
  } finally {
    client.close();
  }
}

/** A check as a line of text. */
export function describeCheck(check: ApiServerCheck): string {
  const { url, schema } = check;
  return `${url}: ${schema} (${check.schema === 'failed' ? check.error.message : check.evidence})`;
}
