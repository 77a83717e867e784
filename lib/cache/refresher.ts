import { isDeepStrictEqual } from 'node:util';
import { sleep, type Clock, type Timer } from '../base/clock/index.js';
import type { ConfigReader } from '../config-api/reader.js';
import { hasCode, isAborted, isNotFound, SvcMonitorError, throwIfAborted } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import { definitionOf, toEntity, type ConfigObject, type EntityOf, type Kind } from '../model/index.js';
import type { ObjectRef, Transition } from './cache-reader.js';
import type { CacheListener } from './listener.js';
import { ObjectReads } from './object-reads.js';
import type { ObjectCache } from './object-cache.js';
import type { CacheObservers } from './observer.js';
import { versionOf, type Version } from './versions.js';

interface SecondLook {
  readonly version: Version;
  readonly heardAt: number;
}

interface Reading {
  /** Our wall clock when the last change by somebody else was heard, milliseconds since 1970; undefined if none was. */
  heardAt: number | undefined;
  /** Somebody waits for it: an answer that it is not there counts at once. */
  urgent: boolean;
  /** It waits for longer than for more changes of one moment. */
  readonly isPatient: boolean;
  /** Ends the wait for more changes. */
  hurry: () => void;
  /** A change came since the read began: read once more. */
  dirty: boolean;
  /** We wrote the object, or it was deleted, since the read began: what it brings is out of date. */
  overtaken: boolean;
  created: boolean;
  readonly done: Promise<void>;
  /** Resolves when a read has failed, and is to be tried again. */
  readonly failed: Promise<void>;
  readonly reportFailure: () => void;
}

function isClean(reading: Reading): boolean {
  return !reading.dirty && !reading.overtaken;
}

function isFresh(reading: Reading): boolean {
  return !reading.overtaken;
}

// How many times longer than others a read waits that may.
const patience = 10;
const retryDelaysMs = [100, 250, 500];
// An answer that is out of date is asked for again so long; what it says then is believed.
const staleDelaysMs = [50, 100, 200, 400, 800, 1_600];
// One that may be is believed, and looked at again after so long.
const secondLooksMs = [500, 1_000, 2_000];

/** How a read came about. */
export interface ReadCause {
  /** By a CREATE. */
  readonly created?: boolean;
  /** By a change that somebody else made: our wall clock when it was heard, milliseconds since 1970. */
  readonly heardAt?: number;
  /** Somebody waits for it: not to be delayed for changes that may follow. */
  readonly urgent?: boolean;
  /** What it brings is no more than the rest of a CREATE that told what matters: it makes way for what follows from that. */
  readonly mayWait?: boolean;
}

/**
 * Reads objects into the cache, one read at a time for each object. Changes that come within `readDelayMs` share a read; one that comes
 * while its object is read causes one more, however many there are. Answers that are out of date are asked for again (see `Versions`).
 */
export class Refresher {
  private readonly readings = new Map<string, Reading>();
  private readonly looking = new Map<string, Timer>();
  private readonly lifetime = new AbortController();
  private readonly reads: ObjectReads;

  public constructor(
    private readonly parts: {
      readonly reader: ConfigReader;
      readonly cache: ObjectCache;
      readonly listener: CacheListener;
      readonly observers: CacheObservers;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly readDelayMs: number;
    },
  ) {
    this.reads = new ObjectReads({ ...parts, signal: this.lifetime.signal });
  }

  /**
   * Reads the object (again); resolves when the cache holds it as it was at the time of this call or later, and what it references, as
   * far as that can be read.
   * Failures that may pass are tried again until they have. Rejects only with `closed`.
   */
  public refresh(kind: Kind, uuid: string, cause: ReadCause = {}): Promise<void> {
    return this.read(kind, uuid, cause).done;
  }

  /** Reads the object (again) some time; nobody waits. */
  public reconsider(kind: Kind, uuid: string): void {
    void this.readAside(kind, uuid);
  }

  /** Marks a read under way as out of date: the object was just written, or deleted. */
  public overtake(uuid: string): void {
    const running = this.readings.get(uuid);
    if (running !== undefined) running.overtaken = true;
  }

  /** Whether the object is being read at this moment. */
  public isReading(uuid: string): boolean {
    return this.readings.has(uuid);
  }

  /** Takes a new object that came whole. */
  public async accept<K extends Kind>(kind: K, object: ConfigObject<K>): Promise<void> {
    this.parts.cache.versions.seen(object.uuid, versionOf(object));
    this.put(kind, toEntity(kind, object), { readAfter: this.parts.cache.sequence, created: true });
    await this.followReferences(kind, object.uuid);
  }

  /** The object is gone. */
  public drop(kind: Kind, uuid: string, touched: number, cause: 'live' | 'resync'): void {
    const { cache, clock, observers } = this.parts;
    const transition = cache.remove(kind, uuid, touched);
    observers.seen(transition, { readAfter: touched, at: clock.monotonic() });
    this.parts.listener.accepted(uuid);
    if (transition.before !== undefined) this.parts.listener.changed(transition, cause);
  }

  /**
   * Reads what the object references and the cache lacks: its CREATE may have been lost. Does not wait for those that cannot be read at
   * once: one bad object must hold up neither the others nor a full read. They are tried again, and announced when they come.
   */
  public async followReferences(kind: Kind, uuid: string): Promise<void> {
    const { cache } = this.parts;
    const entity = cache.get(kind, uuid);
    if (entity === undefined) return;
    const wanted = [...referencesOf(kind, entity), ...this.parts.observers.needs(kind, entity)];
    const missing = wanted
      .filter((reference) => cache.holds(reference.kind))
      .filter((reference) => cache.get(reference.kind, reference.uuid) === undefined && !cache.isGone(reference.uuid));
    await Promise.all(
      missing.map((reference) => {
        const { done, failed } = this.read(reference.kind, reference.uuid, { urgent: true });
        return Promise.race([done, failed]);
      }),
    );
    // Of what was never there nobody else speaks: whoever waits for it has to look again.
    const now = cache.get(kind, uuid);
    if (now === undefined || !missing.some((reference) => cache.isGone(reference.uuid))) return;
    this.parts.listener.changed({ kind, uuid, before: now, after: now } as unknown as Transition, 'live');
  }

  /** Ends all reading; those that wait reject with `closed`. */
  public close(): void {
    this.lifetime.abort(new SvcMonitorError('closed', 'the cache was stopped'));
    for (const reading of this.readings.values()) reading.hurry();
    for (const timer of this.looking.values()) timer.cancel();
    this.looking.clear();
  }

  private read(kind: Kind, uuid: string, cause: ReadCause): Reading {
    const running = this.readings.get(uuid);
    if (running !== undefined) {
      running.dirty = true;
      running.created ||= cause.created === true;
      running.heardAt = cause.heardAt ?? running.heardAt;
      running.urgent ||= cause.urgent === true;
      if (running.urgent || (running.isPatient && cause.mayWait !== true)) running.hurry();
      return running;
    }
    let settle: () => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    let reportFailure: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => {
      reportFailure = resolve;
    });
    const reading: Reading = {
      dirty: false,
      overtaken: false,
      created: cause.created === true,
      heardAt: cause.heardAt,
      urgent: cause.urgent === true,
      isPatient: cause.mayWait === true,
      hurry: () => undefined,
      done,
      failed,
      reportFailure,
    };
    this.readings.set(uuid, reading);
    const delayMs = cause.mayWait === true ? this.parts.readDelayMs * patience : this.parts.readDelayMs;
    this.readWithReferences(kind, uuid, { reading, delayMs }).then(settle, fail);
    return reading;
  }

  private async readWithReferences(
    kind: Kind,
    uuid: string,
    { reading, delayMs }: { readonly reading: Reading; readonly delayMs: number },
  ): Promise<void> {
    if (!reading.urgent && delayMs > 0) await this.waitForMore(reading, delayMs);
    await this.readUntilClean(kind, uuid, reading);
    await this.followReferences(kind, uuid);
  }

  private async waitForMore(reading: Reading, delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.parts.clock.schedule(delayMs, resolve);
      reading.hurry = (): void => {
        timer.cancel();
        resolve();
      };
    });
    reading.hurry = () => undefined;
  }

  private async readUntilClean(kind: Kind, uuid: string, reading: Reading): Promise<void> {
    try {
      let failures = 0;
      let staleAnswers = 0;
      do {
        reading.dirty = false;
        reading.overtaken = false;
        const outcome = await this.readOrPause(kind, uuid, reading, { failures, staleAnswers });
        failures = outcome === 'failed' ? failures + 1 : 0;
        staleAnswers = outcome === 'stale' ? staleAnswers + 1 : 0;
      } while (failures > 0 || staleAnswers > 0 || !isClean(reading));
    } finally {
      // In the same turn as the last look at it: a change that comes from now on, while references are followed, begins a new read.
      this.readings.delete(uuid);
    }
  }

  private async readOrPause(
    kind: Kind,
    uuid: string,
    reading: Reading,
    { failures, staleAnswers }: { readonly failures: number; readonly staleAnswers: number },
  ): Promise<'done' | 'failed' | 'stale'> {
    try {
      const mayBeStale = staleAnswers >= staleDelaysMs.length;
      const outcome = await this.readOnce(kind, uuid, reading, mayBeStale);
      if (outcome === 'stale') await this.pause(staleDelaysMs, staleAnswers);
      return outcome;
    } catch (error) {
      if (isAborted(error) || this.lifetime.signal.aborted) {
        throw new SvcMonitorError('closed', 'the cache was stopped', { cause: error });
      }
      if (failures === 0) {
        this.parts.logger.warn('cannot read a changed object, trying again', { kind, uuid, ...errorFields(error) });
      }
      reading.reportFailure();
      await this.pause(retryDelaysMs, failures);
      return 'failed';
    }
  }

  private async readOnce(kind: Kind, uuid: string, reading: Reading, mayBeStale: boolean): Promise<'done' | 'stale'> {
    const { cache, listener, clock } = this.parts;
    const readAfter = cache.sequence;
    throwIfAborted(this.lifetime.signal);
    let object: ConfigObject;
    try {
      object = await this.reads.read(kind, uuid);
    } catch (error) {
      if (isNotFound(error)) {
        if (!isFresh(reading)) return 'done';
        if (!mayBeStale && !reading.urgent && cache.versions.isMissingTooEarly(uuid, clock.monotonic())) return 'stale';
        this.drop(kind, uuid, cache.nextSequence(), 'live');
        return 'done';
      }
      if (hasCode(error, 'invalid-object')) {
        listener.rejected(error);
        return 'done';
      }
      throw error;
    }
    if (!isFresh(reading)) return 'done';
    const version = versionOf(object);
    if (!mayBeStale && cache.versions.isStale(uuid, version, clock.monotonic())) return 'stale';
    cache.versions.seen(uuid, version);
    this.put(kind, toEntity(kind, object), { readAfter, created: reading.created });
    const { heardAt } = reading;
    if (heardAt !== undefined && cache.versions.isOlderThanNews(version, heardAt)) {
      this.lookAgain(kind, uuid, { version, heardAt });
    }
    return 'done';
  }

  /** The answer does not show the change that was announced, it seems: asks again a few times, unless it was announced twice. */
  private lookAgain(kind: Kind, uuid: string, seen: SecondLook, looks = 0): void {
    if (looks === 0 && this.looking.has(uuid)) return;
    const delay = secondLooksMs[looks];
    if (delay === undefined || this.lifetime.signal.aborted) {
      this.parts.cache.versions.confirmed(seen.version, seen.heardAt);
      this.looking.delete(uuid);
      return;
    }
    const timer = this.parts.clock.schedule(delay, () => {
      void this.readAside(kind, uuid).then(() => {
        if (this.parts.cache.versions.latest(uuid) === seen.version) this.lookAgain(kind, uuid, seen, looks + 1);
        else this.looking.delete(uuid);
      });
    });
    this.looking.set(uuid, timer);
  }

  /** Reads for nobody in particular. Never rejects: failures that may pass are tried again, and a bug is told here. */
  private async readAside(kind: Kind, uuid: string): Promise<void> {
    try {
      await this.refresh(kind, uuid);
    } catch (error) {
      if (!hasCode(error, 'closed'))
        this.parts.logger.error('an object could not be read', { kind, uuid, ...errorFields(error) });
    }
  }

  private put<K extends Kind>(
    kind: K,
    entity: EntityOf<K>,
    origin: { readonly readAfter: number; readonly created: boolean },
  ): void {
    const { cache, listener, observers, clock } = this.parts;
    const transition: Transition = cache.put(kind, entity, {
      ...origin,
      touched: cache.nextSequence(),
    });
    observers.seen(transition, { readAfter: origin.readAfter, at: clock.monotonic() });
    listener.accepted(entity.uuid);
    if (isNews(transition, observers)) listener.changed(transition, 'live');
  }

  private async pause(delaysMs: readonly number[], turn: number): Promise<void> {
    const delay = delaysMs[Math.min(turn, delaysMs.length - 1)] ?? 0;
    try {
      await sleep(this.parts.clock, delay, this.lifetime.signal);
    } catch (error) {
      throw new SvcMonitorError('closed', 'the cache was stopped', { cause: error });
    }
  }
}

/** Whether there is anything to look at. What our own writes bring back is no news; what somebody awaits always is. */
export function isNews(transition: Transition, observers: Pick<CacheObservers, 'awaits'>): boolean {
  return observers.awaits(transition.kind, transition.uuid) || isChange(transition);
}

/** Whether the object is another than it was. */
export function isChange(transition: Transition): boolean {
  return !isDeepStrictEqual(transition.before, transition.after);
}

function referencesOf(kind: Kind, entity: EntityOf): readonly ObjectRef[] {
  const refs: Readonly<Record<string, readonly string[]>> = entity.refs;
  return definitionOf(kind).references.flatMap((target) =>
    (refs[target] ?? []).map((uuid) => ({ kind: target, uuid })),
  );
}
