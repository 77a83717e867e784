import type { ServiceConfig } from '../../config/index.js';
import type { CheckRow } from './check-row.js';
import { configApiRows, type CheckLimits } from './config-api-rows.js';
import { roundTripRow } from './round-trip-row.js';
import { sourceRows } from './source-rows.js';
import { zookeeperRow } from './zookeeper-row.js';

export type { CheckRow, CheckState } from './check-row.js';
export type { CheckLimits } from './config-api-rows.js';

/**
 * All that the service needs of its surroundings, one thing after the other, as soon as it is known. What fails keeps nothing else from being
 * looked at. Throws bugs, and what was called off.
 */
export async function* environmentRows(
  config: ServiceConfig,
  limits: CheckLimits,
  signal: AbortSignal,
): AsyncGenerator<CheckRow, void, undefined> {
  let canRead = false;
  for await (const row of configApiRows(config, limits, signal)) {
    canRead ||= row.state === 'ok' && row.what.startsWith('config API');
    yield row;
  }
  const source = await sourceRows(config, signal);
  yield* source;
  const isReachable = source.length === 0 || source.some(({ state }) => state === 'ok');
  if (canRead && isReachable) yield await roundTripRow(config, limits, signal);
  else yield { what: 'round trip', state: 'skipped', answered: 'what it takes cannot be reached' };
  const zookeeper = await zookeeperRow(config, signal);
  if (zookeeper !== undefined) yield zookeeper;
}
