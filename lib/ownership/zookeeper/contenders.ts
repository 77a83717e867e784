import { SystemClock, type Clock } from '../../base/clock/index.js';
import { hasCode } from '../../base/errors/index.js';
import { placeOf } from './lock-nodes.js';
import { ZookeeperSession } from './zookeeper-session.js';

/** Where contenders for leadership are looked for. */
export interface ContendersOptions {
  /** Each `host:port`, IPv6 addresses in brackets. */
  readonly servers: readonly string[];
  /** The node below which they meet. */
  readonly path: string;
  /** Milliseconds. Connecting may take that long. */
  readonly sessionTimeoutMs: number;
  readonly clock?: Clock;
}

/** Who stands for leader. */
export interface Contenders {
  readonly count: number;
  /** What the one that leads calls itself, or the name of its node if it does not say. Undefined: nobody leads. */
  readonly leaderName?: string;
}

/**
 * Looks who stands for leader, without taking part. Undefined: nobody ever has there. Rejects with `leadership-failed` if ZooKeeper cannot be
 * asked, or `aborted`.
 */
export async function readContenders(options: ContendersOptions, signal: AbortSignal): Promise<Contenders | undefined> {
  const { servers, path, sessionTimeoutMs, clock = new SystemClock() } = options;
  const session = new ZookeeperSession({ servers, sessionTimeoutMs, clock });
  try {
    await session.open(signal);
    const nodes = await session.children(path);
    const contenders = nodes.filter((node) => placeOf(node, nodes) !== undefined);
    const leader = contenders.map((node) => placeOf(node, nodes)?.leader).find((node) => node !== undefined);
    if (leader === undefined) return { count: contenders.length };
    const said = await session.data(`${path.replace(/\/$/, '')}/${leader}`);
    return { count: contenders.length, leaderName: said === undefined || said === '' ? leader : said };
  } catch (error) {
    if (hasCode(error, 'leadership-failed') && error.details.reason === 'NO_NODE') return undefined;
    throw error;
  } finally {
    await session.close();
  }
}
