import { randomUUID } from 'node:crypto';
import {
  checkSchema,
  createConfigApiClient,
  silentMetrics,
  SystemClock,
  type Logger,
  type SchemaCheck,
} from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';

/** What one API server has. */
export interface ApiServerCheck extends SchemaCheck {
  readonly url: string;
}

/**
 * Checks the schema of each configured API server by itself: while a cluster is upgraded they differ. Rejects with what one of them
 * answers.
 */
export async function checkApiServers(
  config: ServiceConfig,
  options: { readonly trial: boolean; readonly logger: Logger },
): Promise<readonly ApiServerCheck[]> {
  const checks: ApiServerCheck[] = [];
  for (const url of config.configApi.urls) {
    const client = createConfigApiClient({
      ...config.configApi,
      urls: [url],
      clock: new SystemClock(),
      logger: options.logger,
      metrics: silentMetrics,
    });
    try {
      const { signal } = new AbortController();
      const newName = (): string => `opensdn-svc-monitor-schema-check-${randomUUID()}`;
      checks.push({ url, ...(await checkSchema({ client, trial: options.trial, newName }, signal)) });
    } finally {
      client.close();
    }
  }
  return checks;
}
