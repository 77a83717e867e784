import { isDeepStrictEqual } from 'node:util';
import type { CacheReader, Transition } from '../cache/index.js';
import { projectOf, type EntityOf, type Kind } from '../model/index.js';
import type { Plan } from '../planning/index.js';
import { ManagedController, type AnyController, type ManagedControllerParts } from './managed-controller.js';
import type { WorkQueue } from './queue/index.js';
import type { ControllerSpec } from './spec.js';

/** What a feed is made of. */
export interface FeedParts {
  readonly cache: CacheReader;
  /** Where its keys wait. */
  readonly queue: WorkQueue<string>;
}

/** Hears of changes in the cache and queues the keys that they touch. */
export interface Feed {
  readonly name: string;
  /** An object was created, changed or deleted. */
  changed(transition: Transition, cause: 'live' | 'resync'): void;
  /** Queues every key. */
  all(): void;
  /** Queues these keys: something that is no object has changed for them. */
  some(keys: Iterable<string>): void;
  /** How many keys wait. */
  readonly length: number;
  /** Makes the controller that works on what is queued. */
  controller(parts: ManagedControllerParts): AnyController;
}

/** A controller of which nothing is known but its name and the kinds that it touches. */
export interface AnyControllerSpec {
  readonly name: string;
  /** The kinds of which the cache has to hold every object. */
  readonly kinds: readonly Kind[];
  feed(parts: FeedParts): Feed;
}

/** Any controller, for who treats all alike: its keys, what it sees and its plans stay among its own. */
export function anyController<Key extends string, Seen, P extends Plan>(
  spec: ControllerSpec<Key, Seen, P>,
): AnyControllerSpec {
  return {
    name: spec.name,
    // The table has no other keys than kinds.
    kinds: Object.keys(spec.touches) as Kind[],
    feed: ({ cache, queue }) => new ControllerFeed(spec, cache, queue as unknown as WorkQueue<Key>),
  };
}

class ControllerFeed<Key extends string, Seen, P extends Plan> implements Feed {
  public constructor(
    private readonly spec: ControllerSpec<Key, Seen, P>,
    private readonly cache: CacheReader,
    private readonly queue: WorkQueue<Key>,
  ) {}

  public get name(): string {
    return this.spec.name;
  }

  public get length(): number {
    return this.queue.length;
  }

  public changed(transition: Transition, cause: 'live' | 'resync'): void {
    const { spec, cache, queue } = this;
    const touches = spec.touches[transition.kind] as
      ((entity: EntityOf, reader: CacheReader) => Iterable<Key>) | undefined;
    if (touches === undefined) return;
    // What another controller awaits is news to that one only: a key that fails, and has what it wrote to read again, would never wait.
    if (cause === 'live' && spec.heedsUnchanged !== true && isDeepStrictEqual(transition.before, transition.after))
      return;
    const keys = new Set<Key>();
    for (const entity of [transition.before, transition.after]) {
      if (entity !== undefined) for (const key of touches(entity, cache)) keys.add(key);
    }
    if (keys.size === 0) return;
    const causer = spec.causeOf === undefined ? projectOfChange(transition) : spec.causeOf(transition, cache);
    for (const key of keys) queue.add(key, cause, causer);
  }

  public all(): void {
    for (const key of this.spec.keys(this.cache)) this.queue.add(key, 'resync');
  }

  public some(keys: Iterable<string>): void {
    // Who asks for them has them from this controller.
    for (const key of keys) this.queue.add(key as Key, 'live');
  }

  public controller(parts: ManagedControllerParts): AnyController {
    return new ManagedController(this.spec, this.queue, parts);
  }
}

function projectOfChange({ before, after }: Transition): string | undefined {
  const entity = after ?? before;
  return entity === undefined ? undefined : projectOf(entity);
}
