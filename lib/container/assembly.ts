import { SystemClock, type Clock } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { silentLogger, type Logger } from '../base/log/index.js';
import { silentMetrics, type Metrics } from '../base/metrics/index.js';
import { ObjectCache, watchedFields, type CacheObserver, type CacheReader } from '../cache/index.js';
import type { WatchedFields } from '../change-stream/index.js';
import { KeyedWorkQueue, type Feed } from '../controller/index.js';
import { defaultManagers, type AnyManager, type BackgroundTask, type ManagerParts } from '../managers/index.js';
import type { Kind } from '../model/index.js';
import type { NewQueue } from './factories.js';

/** What the managers of a monitor have made: what they touch is what the cache holds. */
export interface Assembly {
  readonly cache: ObjectCache;
  readonly observers: readonly CacheObserver[];
  readonly feeds: readonly Feed[];
  readonly tasks: readonly BackgroundTask[];
}

/** What an assembly is made of. */
export interface AssemblyParts {
  readonly managers: readonly AnyManager[];
  /** Values of settings, by name. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly newQueue: NewQueue;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Has each manager make its controllers, and a cache of the kinds that they touch.
 *
 * @throws SvcMonitorError `invalid-configuration` if two controllers have one name
 */
export function assemble(parts: AssemblyParts): Assembly {
  const { managers, settings, newQueue, clock, logger, metrics } = parts;
  const view = new CacheView();
  const feeds: Feed[] = [];
  const made = managers.map((manager): ManagerParts => {
    const own: string[] = [];
    const values = Object.fromEntries(
      Object.entries(manager.settings).map(([name, { defaultValue }]) => [name, settings[name] ?? defaultValue]),
    );
    const requeue = (keys?: Iterable<string>): void => {
      for (const feed of feeds.filter(({ name }) => own.includes(name))) {
        if (keys === undefined) feed.all();
        else feed.some(keys);
      }
    };
    // The values are those of the manager's own table.
    const result = manager.create(
      { cache: view, clock, logger: logger.child({ manager: manager.name }), metrics, requeue },
      values as never,
    );
    own.push(...result.controllers.map(({ name }) => name));
    return result;
  });
  const specs = made.flatMap(({ controllers }) => controllers);
  const names = specs.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) {
    const problems = twice.map((name) => `two controllers are called ${name}`);
    throw new SvcMonitorError('invalid-configuration', 'the managers do not go together', { details: { problems } });
  }
  const cache = new ObjectCache(clock, new Set<Kind>(specs.flatMap(({ kinds }) => kinds)));
  view.of(cache);
  feeds.push(...specs.map((spec) => spec.feed({ cache, queue: newQueue(spec.name) })));
  const observers = made.flatMap(({ observers: own = [] }) => own);
  return { cache, observers, feeds, tasks: made.flatMap(({ tasks = [] }) => tasks) };
}

/** What a `WatchSource` has to watch for these managers: what a cache for them reads, and what changes it. Defaults to the managers that a monitor has by default. */
export function fieldsToWatch(managers: readonly AnyManager[] = defaultManagers): WatchedFields {
  const clock = new SystemClock();
  const outside = { clock, logger: silentLogger, metrics: silentMetrics };
  // Nothing of it runs: it is made to learn what it touches.
  const newQueue: NewQueue = (name) => new KeyedWorkQueue({ name, clock });
  return watchedFields(assemble({ managers, settings: {}, newQueue, ...outside }).cache.kinds);
}

// What the cache holds follows from the controllers, and they are made with it.
class CacheView implements CacheReader {
  private cache: CacheReader | undefined;

  public readonly get: CacheReader['get'] = (kind, uuid) => this.there().get(kind, uuid);
  public readonly find: CacheReader['find'] = (kind, index, key) => this.there().find(kind, index, key);
  public readonly keys: CacheReader['keys'] = (kind, index) => this.there().keys(kind, index);
  public readonly all: CacheReader['all'] = (kind) => this.there().all(kind);
  public readonly referrers: CacheReader['referrers'] = (kind, target, uuid) =>
    this.there().referrers(kind, target, uuid);

  public of(cache: CacheReader): void {
    this.cache = cache;
  }

  public isGone(uuid: string): boolean {
    return this.there().isGone(uuid);
  }

  public ageMs(uuid: string): number {
    return this.there().ageMs(uuid);
  }

  private there(): CacheReader {
    if (this.cache === undefined) throw new SvcMonitorError('bug', 'a manager reads the cache before it is made');
    return this.cache;
  }
}
