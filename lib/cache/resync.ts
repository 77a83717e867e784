import { onAbort, type Clock } from '../base/clock/index.js';
import type { ConfigReader, ObjectPage } from '../config-api/reader.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { definitionOf, toEntity, type Kind } from '../model/index.js';
import type { Transition } from './cache-reader.js';
import type { CacheListener } from './listener.js';
import type { ObjectCache } from './object-cache.js';
import type { CacheObservers } from './observer.js';
import { parseVersion, versionOf } from './versions.js';
import { isChange, isNews, type Refresher } from './refresher.js';
import type { Unannounced } from './unannounced.js';

const retryDelaysMs = [500, 1_000, 2_000, 5_000, 10_000];

/** How the full reads fare. Times are wall clock, milliseconds since 1970. */
export interface ResyncStatus {
  readonly running: boolean;
  readonly lastFinishedAt?: number;
  readonly lastError?: string;
}

/**
 * Full reads: finds what was created, changed and deleted while nobody told us.
 *
 * One runs at a time; one more follows if it is asked for meanwhile. A failed one is tried again with growing delays.
 */
export class Resync {
  private readonly lifetime = new AbortController();
  private readonly waiters = new Set<() => void>();
  private wanted = false;
  private isFollowed = false;
  private running = false;
  private everFinished = false;
  private failures = 0;
  private lastFinishedAt: number | undefined;
  private lastError: string | undefined;
  private readonly unread: Set<Kind>;
  private wake: () => void = () => undefined;

  public constructor(
    private readonly options: {
      readonly reader: ConfigReader;
      readonly cache: ObjectCache;
      readonly refresher: Refresher;
      readonly listener: CacheListener;
      readonly observers: CacheObservers;
      readonly unannounced: Unannounced;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly metrics: Metrics;
      readonly resyncIntervalMs: number;
    },
  ) {
    this.unread = new Set(options.cache.kinds);
  }

  public get status(): ResyncStatus {
    return {
      running: this.running,
      ...(this.lastFinishedAt === undefined ? {} : { lastFinishedAt: this.lastFinishedAt }),
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    };
  }

  /** The kinds of which no full read has ended well yet, in the order in which they are read. */
  public get unreadKinds(): readonly Kind[] {
    return [...this.unread];
  }

  /** Begins the loop; the first full read at once. */
  public start(): void {
    this.wanted = true;
    void this.loop();
  }

  /** Whether the change stream is followed from now on: what it told of is not found by reads only. */
  public follow(isFollowed: boolean): void {
    this.isFollowed = isFollowed;
  }

  /** Asks for a full read as soon as one can begin. */
  public request(isFollowed = this.isFollowed): void {
    this.isFollowed = isFollowed;
    this.wanted = true;
    this.wake();
  }

  /** Ends the loop and the read under way. */
  public close(): void {
    this.lifetime.abort(new SvcMonitorError('closed', 'the cache was stopped'));
    this.options.unannounced.close();
    this.wake();
  }

  /** Resolves when the first full read has ended well; rejects with `aborted` or `closed`. */
  public async waitForFirst(signal: AbortSignal): Promise<void> {
    if (this.everFinished) return;
    const either = AbortSignal.any([signal, this.lifetime.signal]);
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        release();
        resolve();
      };
      this.waiters.add(done);
      const release = onAbort(either, () => {
        this.waiters.delete(done);
        reject(
          this.lifetime.signal.aborted
            ? new SvcMonitorError('closed', 'the cache was stopped')
            : new SvcMonitorError('aborted', 'called off', { cause: signal.reason }),
        );
      });
    });
  }

  private async loop(): Promise<void> {
    while (!this.lifetime.signal.aborted) {
      if (this.wanted) await this.runOnce();
      await this.untilNext();
    }
  }

  // Until the interval ends, somebody asks, or a failed read is due again.
  private async untilNext(): Promise<void> {
    if (this.lifetime.signal.aborted || (this.wanted && this.failures === 0)) return;
    const delay =
      this.failures > 0
        ? (retryDelaysMs[Math.min(this.failures, retryDelaysMs.length) - 1] ?? 0)
        : this.options.resyncIntervalMs;
    await new Promise<void>((resolve) => {
      const timer = this.options.clock.schedule(delay, () => {
        this.wanted = true;
        resolve();
      });
      this.wake = (): void => {
        if (this.failures > 0 && !this.lifetime.signal.aborted) return;
        timer.cancel();
        resolve();
      };
    });
    this.wake = () => undefined;
  }

  private async runOnce(): Promise<void> {
    const { clock, logger, metrics, listener } = this.options;
    const startedAt = clock.monotonic();
    this.wanted = false;
    this.running = true;
    this.options.unannounced.readBegins(this.isFollowed);
    try {
      const { kinds } = this.options.cache;
      for (const kind of kinds) await this.readKind(kind);
      for (const kind of kinds) {
        for (const uuid of this.options.cache.uuids(kind)) await this.options.refresher.followReferences(kind, uuid);
      }
      this.everFinished = true;
      this.options.unannounced.readEnds();
      this.failures = 0;
      this.lastFinishedAt = clock.now();
      this.lastError = undefined;
      metrics.increment('resyncs_total', { outcome: 'success' });
      metrics.observe('resync_seconds', {}, (clock.monotonic() - startedAt) / 1000);
      logger.info('full read finished', { durationMs: Math.round(clock.monotonic() - startedAt) });
      listener.synced();
      for (const done of this.waiters) done();
      this.waiters.clear();
    } catch (error) {
      if (this.lifetime.signal.aborted) return;
      this.wanted = true;
      this.failures += 1;
      const message = error instanceof Error ? error.message : String(error);
      const isNews = this.lastError !== message;
      this.lastError = message;
      metrics.increment('resyncs_total', { outcome: 'failure' });
      const fields = { failures: this.failures, ...errorFields(error) };
      if (isNews) logger.warn('full read failed, trying again', fields);
      else logger.debug('full read failed, trying again', fields);
    } finally {
      this.running = false;
    }
  }

  private async readKind(kind: Kind): Promise<void> {
    const { cache, reader } = this.options;
    const began = cache.sequence;
    const listed = new Set<string>();
    const options = { fields: definitionOf(kind).fields, isKnown: this.knows(kind) };
    const pages = reader.listDetail(kind, options, this.lifetime.signal);
    for await (const page of pages) this.takePage(kind, page, began, listed);
    const missing = [...cache.uuids(kind)].filter(
      (uuid) => !listed.has(uuid) && !cache.touchedSince(kind, uuid, began),
    );
    if (missing.length > 0) await this.confirmGone(kind, missing, began);
    this.unread.delete(kind);
    this.options.metrics.set('objects_cached', { kind }, cache.size(kind));
  }

  /** What need not be parsed again: each write moves `last_modified`. */
  private knows(kind: Kind): (uuid: string, lastModified: string) => boolean {
    const { cache } = this.options;
    return (uuid, lastModified) =>
      cache.get(kind, uuid) !== undefined && cache.versions.isLatest(uuid, parseVersion(lastModified));
  }

  private takePage<K extends Kind>(kind: K, page: ObjectPage<K>, began: number, listed: Set<string>): void {
    const { cache, listener, observers, clock, refresher } = this.options;
    const see = (transition: Transition): void => {
      observers.seen(transition, { readAfter: began, at: clock.monotonic() });
      this.announce(transition);
    };
    for (const error of page.rejected) {
      const uuid = error.details['uuid'];
      if (typeof uuid === 'string') listed.add(uuid);
      listener.rejected(error);
    }
    for (const uuid of page.unchanged) {
      listed.add(uuid);
      listener.accepted(uuid);
      const entity = cache.get(kind, uuid);
      if (entity === undefined || cache.touchedSince(kind, uuid, began)) continue;
      see({ kind, uuid, before: entity, after: entity } as unknown as Transition);
    }
    for (const object of page.objects) {
      listed.add(object.uuid);
      listener.accepted(object.uuid);
      if (cache.touchedSince(kind, object.uuid, began)) continue;
      const version = versionOf(object);
      if (cache.versions.isStale(object.uuid, version, clock.monotonic())) {
        refresher.reconsider(kind, object.uuid);
        continue;
      }
      cache.versions.seen(object.uuid, version);
      see(cache.put(kind, toEntity(kind, object), { readAfter: began }) as Transition);
    }
  }

  // A list may lag or be torn by its pages: only what a second look does not find either is gone.
  private async confirmGone(kind: Kind, uuids: readonly string[], began: number): Promise<void> {
    const { cache, reader, refresher } = this.options;
    const found = new Set<string>();
    for await (const page of reader.listDetail(
      kind,
      { uuids, fields: definitionOf(kind).fields },
      this.lifetime.signal,
    )) {
      this.takePage(kind, page, began, found);
    }
    for (const uuid of uuids) {
      if (found.has(uuid) || cache.touchedSince(kind, uuid, began)) continue;
      refresher.drop(kind, uuid, cache.nextSequence(), 'resync');
      if (this.everFinished) this.repaired(kind, uuid, 'delete');
    }
  }

  private announce(transition: Transition): void {
    if (!this.everFinished || !isNews(transition, this.options.observers)) return;
    if (isChange(transition)) {
      const operation = transition.before === undefined ? 'create' : 'update';
      this.repaired(transition.kind, transition.uuid, operation);
    }
    this.options.listener.changed(transition, 'resync');
  }

  private repaired(kind: Kind, uuid: string, operation: 'create' | 'update' | 'delete'): void {
    this.options.metrics.increment('resync_repairs_total', { kind, operation });
    this.options.unannounced.found(kind, uuid);
  }
}
