import { onAbort, type Clock } from '../../../base/clock/index.js';
import { SvcMonitorError, throwIfAborted, toSvcMonitorError } from '../../../base/errors/index.js';
import { errorFields, type Logger } from '../../../base/log/index.js';
import type { CacheObserver, CacheReader, Transition } from '../../../cache/index.js';
import { canonicalAddress, nameOf, type EntityOf } from '../../../model/index.js';
import type { BackgroundTask, TaskContext } from '../../manager.js';
import type { RouterSeen } from '../seen.js';
import { askAnalytics } from './analytics.js';
import { Asker } from './asker.js';
import { askAgent } from './introspect.js';
import { lookOf, type VrouterSays } from './says.js';
import type { Look, StateChange, VrouterStates } from './states.js';

/** How many agents are asked at once. */
const agentsAtOnce = 32;

/** What a {@link Lookout} is made of. */
export interface LookoutParts {
  readonly cache: CacheReader;
  readonly states: VrouterStates;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: {
    readonly analyticsServers: readonly string[];
    readonly schedulerIntervalMs: number;
    readonly schedulerTimeoutMs: number;
    readonly introspectPort: number;
    readonly schedulerVrouters: readonly string[];
  };
  /** Told of vRouters that work from now on, or not any more: once for all of a look. */
  readonly onChanged: (changes: readonly StateChange[]) => void;
}

/** That analytics does not answer, and since when: wall clock, milliseconds since 1970. */
export interface Silence {
  readonly since: number;
  readonly message: string;
}

/**
 * Looks which vRouters work: all of them at the start and at each interval, and one that is new at once. Analytics is asked first, where it is named, and an
 * agent itself of whose vRouter it says nothing. As long as no analytics server answers, nothing is known anew, and nothing changes.
 */
export class Lookout implements BackgroundTask, CacheObserver {
  public readonly name = 'vrouter-lookout';
  private readonly fresh = new Set<string>();
  private wake: (() => void) | undefined;
  private silentSince: Silence | undefined;
  private made = 0;

  public constructor(private readonly parts: LookoutParts) {}

  /** That analytics does not answer; undefined if it does, or is not asked. */
  public get silence(): Silence | undefined {
    return this.silentSince;
  }

  /** How many looks were made. */
  public get looks(): number {
    return this.made;
  }

  public seen(transition: Transition): void {
    if (transition.kind !== 'virtual-router') return;
    const { before, after, uuid } = transition;
    if (after === undefined) {
      this.fresh.delete(uuid);
      this.parts.states.forget(uuid);
    } else if (before === undefined || before.address !== after.address) {
      this.fresh.add(uuid);
      this.wake?.();
    }
  }

  public async run(context: TaskContext, signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.parts;
    const asker = new Asker(context, { clock, timeoutMs: settings.schedulerTimeoutMs });
    let nextAt = clock.monotonic();
    for (;;) {
      throwIfAborted(signal);
      const isAll = clock.monotonic() >= nextAt;
      if (isAll) nextAt = clock.monotonic() + settings.schedulerIntervalMs;
      await this.look(asker, this.routers(isAll), signal);
      this.made += 1;
      await this.rest(nextAt, signal);
    }
  }

  // All, or those that are new since the last look.
  private routers(isAll: boolean): readonly EntityOf<'virtual-router'>[] {
    const { cache } = this.parts;
    const fresh = [...this.fresh];
    this.fresh.clear();
    if (isAll) return [...cache.all('virtual-router')];
    return fresh.flatMap((uuid) => cache.get('virtual-router', uuid) ?? []);
  }

  // Until it is time for all, or something new is there.
  private rest(until: number, signal: AbortSignal): Promise<void> {
    if (this.fresh.size > 0) return Promise.resolve();
    const { clock } = this.parts;
    return new Promise((resolve, reject) => {
      const timer = clock.schedule(Math.max(0, until - clock.monotonic()), () => this.wake?.());
      const release = onAbort(signal, () => {
        timer.cancel();
        this.wake = undefined;
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
      this.wake = (): void => {
        timer.cancel();
        release();
        this.wake = undefined;
        resolve();
      };
    });
  }

  private async look(asker: Asker, routers: readonly EntityOf<'virtual-router'>[], signal: AbortSignal): Promise<void> {
    if (routers.length === 0) return;
    const known = await this.analytics(asker, signal);
    if (known === undefined) return;
    const changes: StateChange[] = [];
    const waiting = [...routers];
    const work = async (): Promise<void> => {
      for (let router = waiting.shift(); router !== undefined; router = waiting.shift()) {
        const look = await this.lookAt(asker, router, { said: known.get(nameOf(router)), signal });
        const change = this.note({ uuid: router.uuid, name: nameOf(router) }, look);
        if (change !== undefined) changes.push(change);
      }
    };
    await Promise.all(Array.from({ length: agentsAtOnce }, work));
    if (changes.length > 0) this.parts.onChanged(changes);
  }

  private note(router: RouterSeen, look: Look): StateChange | undefined {
    const { cache, states, logger } = this.parts;
    // It may have gone while it was asked.
    if (cache.get('virtual-router', router.uuid) === undefined) return undefined;
    const change = states.looked(router, look);
    if (change?.became === 'working') logger.info('a vRouter works', { vrouter: router.name });
    if (change?.became === 'dead') logger.warn('a vRouter does not work', { vrouter: router.name });
    return change;
  }

  private async lookAt(
    asker: Asker,
    router: EntityOf<'virtual-router'>,
    { said, signal }: { readonly said: VrouterSays | undefined; readonly signal: AbortSignal },
  ): Promise<Look> {
    const { settings, logger } = this.parts;
    const name = nameOf(router);
    if (settings.schedulerVrouters.length > 0 && !settings.schedulerVrouters.includes(name)) return 'bad';
    if (said !== undefined) return lookOf(said);
    const host = hostOf(router.address);
    if (host === undefined) return 'bad';
    try {
      return lookOf(await askAgent(asker, { host, port: settings.introspectPort }, signal));
    } catch (error) {
      throwIfAborted(signal);
      logger.debug('the agent of a vRouter does not answer', { vrouter: name, ...errorFields(error) });
      return 'bad';
    }
  }

  // What analytics says; nothing of any, where it is not asked; undefined: it does not answer.
  private async analytics(asker: Asker, signal: AbortSignal): Promise<ReadonlyMap<string, VrouterSays> | undefined> {
    const { settings, logger, clock } = this.parts;
    if (settings.analyticsServers.length === 0) return new Map();
    try {
      const says = await askAnalytics(asker, settings.analyticsServers, signal);
      if (this.silentSince !== undefined) logger.info('analytics answers again');
      this.silentSince = undefined;
      return says;
    } catch (error) {
      throwIfAborted(signal);
      if (this.silentSince === undefined) logger.warn('analytics does not answer', errorFields(error));
      const { message } = toSvcMonitorError(error);
      this.silentSince = { since: this.silentSince?.since ?? clock.now(), message };
      return undefined;
    }
  }
}

function hostOf(address: string | undefined): string | undefined {
  const canonical = canonicalAddress(address ?? '');
  return canonical?.includes(':') === true ? `[${canonical}]` : canonical;
}
