import { randomUUID } from 'node:crypto';
import { withTimeout, type Clock } from '../../base/clock/index.js';
import { hasCode, toSvcMonitorError, type SvcMonitorError } from '../../base/errors/index.js';
import { contenderPrefix, placeOf } from './lock-nodes.js';
import { isPassing, leadershipFailure } from './zookeeper-failure.js';
import type { ZookeeperSession } from './zookeeper-session.js';

/** What a {@link Candidacy} is made of. */
export interface CandidacyOptions {
  readonly session: ZookeeperSession;
  readonly servers: readonly string[];
  /** The node below which the contenders meet. */
  readonly path: string;
  /** How this contender calls itself. */
  readonly name: string;
  readonly clock: Clock;
  /** The ensemble has confirmed that this contender leads; asked at that time (monotonic, milliseconds). */
  readonly onLeading: (askedAt: number) => void;
  /** Another one leads: what it calls itself, if that could be read. */
  readonly onStandby: (leader: string | undefined) => void;
  /** A call has failed, and is tried again on the same session. */
  readonly onTrouble: (error: SvcMonitorError) => void;
}

/** So often in a session the ensemble is asked. */
const looksPerSession = 6;
const retryMs = 100;

/**
 * The part that one session takes in an election, by the protocol of kazoo's locks (`lock-nodes.ts`): one node of ours, of which the
 * ensemble says again and again where it stands. A watch on the node before ours, and a connection that comes up again, only have it
 * asked sooner.
 */
export class Candidacy {
  private readonly prefix = contenderPrefix(randomUUID().replaceAll('-', ''));
  private node = '';
  /** The name of whoever leads, by its node. */
  private known: { readonly node: string; readonly name: string | undefined } | undefined;
  private isFirst = false;
  private isWoken = false;
  private resolvePause: () => void = () => undefined;

  public constructor(private readonly options: CandidacyOptions) {}

  /** Takes part until the session is over, the node is gone, or the ensemble has not answered for a whole session; says which. */
  public async run(signal: AbortSignal): Promise<SvcMonitorError> {
    const { session } = this.options;
    const unheard = session.onConnected(this.wake);
    void session.ended.then(this.wake);
    try {
      await this.untilDone(() => this.enter(), signal);
      for (;;) {
        this.isWoken = false;
        await this.untilDone(() => this.look(), signal);
        await this.pause(session.timeoutMs / looksPerSession, signal);
      }
    } catch (error) {
      return toSvcMonitorError(error);
    } finally {
      unheard();
    }
  }

  /** Tries it again while that may help, for the length of a session at most. */
  private async untilDone(step: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { session, servers, clock, onTrouble } = this.options;
    const startedAt = clock.monotonic();
    for (;;) {
      try {
        await step();
        return;
      } catch (error) {
        const failure = toSvcMonitorError(error);
        if (!isPassing(failure)) throw failure;
        onTrouble(failure);
        if (clock.monotonic() - startedAt >= session.timeoutMs) {
          throw leadershipFailure('ZooKeeper has not answered for the length of a session', servers, 'timeout');
        }
      }
      await this.pause(retryMs, signal);
    }
  }

  // A node can have been made although the answer was lost: it is looked for by what only we can have called it.
  private async enter(): Promise<void> {
    const { session, path, name } = this.options;
    await session.ensure(path);
    const made = (await session.children(path)).find((node) => node.startsWith(this.prefix));
    this.node = made ?? lastOf(await session.createContender(below(path, this.prefix), name));
  }

  private async look(): Promise<void> {
    const { session, path, clock, onLeading } = this.options;
    if (!this.isFirst) {
      const place = placeOf(this.node, await session.children(path));
      if (place === undefined) throw this.gone();
      if (place.predecessor !== undefined) {
        await this.standBy(place.leader, place.predecessor);
        return;
      }
    }
    // Whoever comes later stands behind us.
    this.isFirst = true;
    const askedAt = clock.monotonic();
    if (!(await session.confirm(below(path, this.node)))) throw this.gone();
    onLeading(askedAt);
  }

  private async standBy(leader: string, predecessor: string): Promise<void> {
    const { session, path, onStandby } = this.options;
    const nearest = await session.data(below(path, predecessor), this.wake);
    // Gone in between: there is nothing to wait for.
    if (nearest === undefined) this.wake();
    else if (leader === predecessor) this.known = { node: leader, name: nearest };
    else if (this.known?.node !== leader) {
      this.known = { node: leader, name: await session.data(below(path, leader)) };
    }
    onStandby(this.known?.name);
  }

  private readonly wake = (): void => {
    this.isWoken = true;
    this.resolvePause();
  };

  private async pause(ms: number, signal: AbortSignal): Promise<void> {
    if (this.isWoken) return;
    const woken = new Promise<void>((resolve) => {
      this.resolvePause = resolve;
    });
    try {
      await withTimeout(this.options.clock, ms, signal, () => woken);
    } catch (error) {
      if (!hasCode(error, 'timeout')) throw error;
    }
  }

  private gone(): SvcMonitorError {
    return leadershipFailure('our node in the election is gone', this.options.servers, 'NO_NODE');
  }
}

function below(path: string, node: string): string {
  return `${path}/${node}`;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
