import { randomUUID } from 'node:crypto';
import {
  checkSchema,
  createConfigApiClient,
  isAborted,
  silentLogger,
  toSvcMonitorError,
  trialNamePrefix,
  type AccountRights,
  type ConfigApiClient,
  type SchemaCheck,
} from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { adviceOnConfigApi } from '../advice.js';
import { failedRow, saidBy, type CheckRow } from './check-row.js';

/** What may be done to find out. */
export interface CheckLimits {
  /** Whether something may be written, and is taken away again. */
  readonly mayWrite: boolean;
}

/** A client of one config API server of the configuration, for a few requests. Close it in the end. */
export function clientOf(config: ServiceConfig, url: string): ConfigApiClient {
  // A few requests do not pay for measuring connections, and somebody waits for the answer.
  return createConfigApiClient({
    ...config.configApi,
    urls: [url],
    keepAlive: false,
    attempts: 2,
    logger: silentLogger,
  });
}

/**
 * Each config API server by itself, since servers of one cluster differ while it is upgraded: whether it answers, whether it lets the account in,
 * with which rights, and which schema it has. Throws bugs, and what was called off.
 */
export async function* configApiRows(
  config: ServiceConfig,
  limits: CheckLimits,
  signal: AbortSignal,
): AsyncGenerator<CheckRow, void, undefined> {
  let isAccountTold = false;
  for (const url of config.configApi.urls) {
    const client = clientOf(config, url);
    try {
      const answer = await serverRow(client, { config, url }, signal);
      yield answer;
      if (!isAccountTold && answer.state === 'ok') {
        isAccountTold = true;
        yield await accountRow(client, config, signal);
      }
      if (answer.state === 'ok') yield await schemaRow(client, { config, url, limits }, signal);
    } finally {
      client.close();
    }
  }
}

async function serverRow(
  client: ConfigApiClient,
  { config, url }: { readonly config: ServiceConfig; readonly url: string },
  signal: AbortSignal,
): Promise<CheckRow> {
  const what = `config API ${url}`;
  try {
    const count = await client.count('floating-ip', {}, signal);
    return { what, state: 'ok', answered: `it answers, and shows ${count} floating ips` };
  } catch (error) {
    return failedRow(what, error, adviceOnConfigApi(toSvcMonitorError(error), config));
  }
}

async function accountRow(client: ConfigApiClient, config: ServiceConfig, signal: AbortSignal): Promise<CheckRow> {
  const what = 'account';
  const { mode } = config.configApi.auth;
  let rights: AccountRights | undefined;
  try {
    rights = await client.rights(signal);
  } catch (error) {
    return failedRow(what, error, adviceOnConfigApi(toSvcMonitorError(error), config));
  }
  if (rights === undefined) {
    return { what, state: 'skipped', answered: 'the server does not say what the account may do', setting: 'auth' };
  }
  if (!rights.isAuthenticated) {
    const answered = 'the server asks nobody who he is: everybody may do everything';
    return mode === 'none'
      ? { what, state: 'ok', answered }
      : { what, state: 'ok', answered: `${answered}, and the login of auth.mode ${mode} was not needed` };
  }
  if (rights.isCloudAdmin)
    return { what, state: 'ok', answered: 'it has the cloud-admin role: it sees and changes all objects' };
  return {
    what,
    state: 'missing',
    answered: rights.isGlobalReader
      ? 'it may read every object, and change none of others'
      : 'it lacks the cloud-admin role: objects of others, and hidden ones, are not shown to it',
    setting: 'auth.username',
    advice: 'Give the account the role that cloud_admin_role of the API server names, mostly admin.',
  };
}

async function schemaRow(
  client: ConfigApiClient,
  { config, url, limits }: { readonly config: ServiceConfig; readonly url: string; readonly limits: CheckLimits },
  signal: AbortSignal,
): Promise<CheckRow> {
  const what = `schema ${url}`;
  const newName = (): string => `${trialNamePrefix}${randomUUID()}`;
  let check: SchemaCheck;
  try {
    check = await checkSchema({ client, trial: limits.mayWrite, newName }, signal);
  } catch (error) {
    if (isAborted(error)) throw error;
    const failure = toSvcMonitorError(error);
    if (failure.code === 'bug') throw error;
    return {
      what,
      state: 'missing',
      answered: `the trial failed: ${saidBy(failure)}`,
      setting: 'auth.username',
      advice: 'The account has to be able to make virtual-ips and to update floating ips of every project.',
    };
  }
  const { schema, evidence } = check;
  if (schema === 'unknown')
    return { what, state: 'skipped', answered: `unknown: ${evidence}`, setting: 'rules.schema' };
  if (schema === 'stock' && config.rules.schema === 'native') {
    return {
      what,
      state: 'missing',
      answered: `stock: ${evidence}`,
      setting: 'rules.schema',
      advice: 'Extend the schema of the API server (deploy/schema), or set rules.schema to auto.',
    };
  }
  return { what, state: 'ok', answered: `${schema}: ${evidence}` };
}
