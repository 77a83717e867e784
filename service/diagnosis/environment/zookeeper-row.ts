import { readContenders } from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { failedRow, type CheckRow } from './check-row.js';

/** ZooKeeper, where it decides who leads: whether it can be reached, and who leads. Undefined: it is not asked. Throws bugs, and what was called off. */
export async function zookeeperRow({ leadership }: ServiceConfig, signal: AbortSignal): Promise<CheckRow | undefined> {
  if (leadership.mode !== 'zookeeper') return undefined;
  const { path, zookeeper } = leadership;
  const what = `ZooKeeper ${zookeeper.servers.join(', ')}`;
  const row = (answered: string): CheckRow => ({ what, state: 'ok', answered: `it answers; ${answered}` });
  try {
    const contenders = await readContenders({ ...zookeeper, path }, signal);
    if (contenders === undefined) return row(`nobody has ever stood for leader at ${path}: who starts first makes it`);
    const { count, leaderName } = contenders;
    return row(leaderName === undefined ? `nobody leads at ${path}` : `of ${count} at ${path}, ${leaderName} leads`);
  } catch (error) {
    return failedRow(what, error, {
      setting: 'zookeeper.hosts',
      advice: 'Check address and port (2181 as a rule), and that ZooKeeper runs; or set leadership.mode to none.',
    });
  }
}
