import type { Client } from 'node-zookeeper-client';
import { hasCode, SvcMonitorError, SystemClock, withTimeout } from '../../../lib/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { failedRow, type CheckRow } from './check-row.js';

const timeoutMs = 10_000;
/** What stands between the id of a contender and its number, by kazoo's recipe. */
const mark = '__lock__';

/** Who stands for leader, as ZooKeeper has it. */
interface Contenders {
  /** Undefined: there is no such path. */
  readonly count: number | undefined;
  /** What the one that leads says of itself. */
  readonly leader?: string;
}

/** ZooKeeper, where it decides who leads: whether it can be reached, and who leads. Undefined: it is not asked. Throws bugs, and what was called off. */
export async function zookeeperRow({ leadership }: ServiceConfig, signal: AbortSignal): Promise<CheckRow | undefined> {
  if (leadership.mode !== 'zookeeper') return undefined;
  const { path, zookeeper } = leadership;
  const what = `ZooKeeper ${zookeeper.servers.join(', ')}`;
  try {
    const { count, leader } = await contendersAt(zookeeper.servers, path, signal);
    if (count === undefined) {
      return {
        what,
        state: 'ok',
        answered: `it answers; nobody has stood for leader at ${path} yet, who starts first makes it`,
      };
    }
    if (leader === undefined) return { what, state: 'ok', answered: `it answers; nobody leads at ${path}` };
    return { what, state: 'ok', answered: `it answers; of ${count} contenders at ${path}, ${leader} leads` };
  } catch (error) {
    return failedRow(what, error, {
      setting: 'zookeeper.hosts',
      advice: 'Check address and port (2181 as a rule), and that ZooKeeper runs; or set leadership.mode to none.',
    });
  }
}

async function contendersAt(servers: readonly string[], path: string, signal: AbortSignal): Promise<Contenders> {
  const library = (await import('node-zookeeper-client')).default;
  const client = library.createClient(servers.join(','), { sessionTimeout: timeoutMs, retries: 0 });
  try {
    return await withTimeout(new SystemClock(), timeoutMs, signal, async () => {
      await connected(client);
      const children = await childrenOf(client, path);
      if (children === undefined) return { count: undefined };
      const contenders = children.filter((name) => name.includes(mark)).sort(bySequence);
      const [first] = contenders;
      const leader = first === undefined ? undefined : ((await dataOf(client, `${path}/${first}`)) ?? first);
      return { count: contenders.length, ...(leader === undefined ? {} : { leader }) };
    });
  } catch (error) {
    if (!hasCode(error, 'timeout')) throw error;
    throw new SvcMonitorError(
      'timeout',
      `no session within ${timeoutMs / 1000} s: nothing answers there as ZooKeeper does`,
      {
        cause: error,
      },
    );
  } finally {
    client.close();
  }
}

function connected(client: Client): Promise<void> {
  return new Promise((resolve) => {
    client.once('connected', resolve);
    client.connect();
  });
}

function childrenOf(client: Client, path: string): Promise<readonly string[] | undefined> {
  return new Promise((resolve, reject) => {
    client.getChildren(path, (error, children) => {
      if (error instanceof Error) {
        if (error.name === 'NO_NODE') resolve(undefined);
        else reject(refused(error));
      } else resolve(children);
    });
  });
}

// Who has gone meanwhile has no data any more.
function dataOf(client: Client, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    client.getData(path, (error, data) => {
      const text = error instanceof Error ? '' : data.toString();
      resolve(text === '' ? undefined : text);
    });
  });
}

function refused(error: Error): SvcMonitorError {
  return new SvcMonitorError('unavailable', `ZooKeeper answered ${error.name}: ${error.message}`, { cause: error });
}

function bySequence(one: string, other: string): number {
  const sequence = (name: string): string => name.slice(name.indexOf(mark) + mark.length);
  return sequence(one) < sequence(other) ? -1 : 1;
}
