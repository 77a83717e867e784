import type { Change, DecodedMessage } from '../change-stream/change.js';
import type { ChangeSink } from '../change-stream/source.js';
import { untilAborted, type Clock } from '../base/clock/index.js';
import type { ConfigReader } from '../config-api/reader.js';
import { ownRequestIdPrefix } from '../config-api/index.js';
import { hasCode, type SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import {
  definitionOf,
  parseObject,
  refsField,
  type ConfigObject,
  type EntityOf,
  type Kind,
  type Reference,
} from '../model/index.js';
import { BoundedMap } from '../base/collections/index.js';
import type { Echoes } from './echoes.js';
import type { CacheListener } from './listener.js';
import type { ObjectCache } from './object-cache.js';
import { CacheObservers, type CacheObserver } from './observer.js';
import { OwnRequests } from './own-requests.js';
import { Refresher } from './refresher.js';
import { Resync } from './resync.js';
import { Unannounced, type UnannouncedStatus } from './unannounced.js';

const rememberedCreates = 10_000;
const rememberedOthers = 10_000;

/** What an informer is made of. */
export interface InformerOptions {
  readonly reader: ConfigReader;
  readonly cache: ObjectCache;
  readonly listener: CacheListener;
  /** Told of all that is heard and seen, before anybody acts on it. Defaults to none. */
  readonly observers?: readonly CacheObserver[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of writes of ours and of what is heard. Defaults to nobody. */
  readonly echoes?: Echoes;
  /** Time between full reads, milliseconds. */
  readonly resyncIntervalMs: number;
  /** How long a changed object waits for more changes before it is read. Milliseconds; defaults to 0. */
  readonly readDelayMs?: number;
}

/** How the cache is kept up, and how plans touch it. */
export interface CacheKeeper {
  /**
   * Reads objects again now; resolves when the cache holds them. Rejects with `aborted` when the signal fires (the reads go on), or
   * `closed`.
   */
  refresh(kind: Kind, uuids: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * A write of ours to the object is about to be sent with that request-id (`newOwnRequestId`). What its notifications say is known once
   * it is noted by `assume`: they cause no read.
   */
  announce(uuid: string, requestId: string): void;
  /** A write of ours may have been carried out, or not: the object is read again, some time. */
  doubt(kind: Kind, uuid: string): void;
  /**
   * A write that was announced has been answered, or has failed. If another one of ours to the same object was under way meanwhile, the
   * order in which the server made them is not known: the object is read again.
   */
  answered(kind: Kind, uuid: string): void;
  /** The id of the last request by which somebody else has changed the object, as far as that was heard of. */
  lastOther?(uuid: string): string | undefined;
  /**
   * Notes what a write of ours has made of an object, ahead of the notification of it. Undefined: it is deleted, and all controllers are told.
   * Otherwise all are told but the one that wrote it, `by`, whose plan goes on from there; without a name none is.
   */
  assume<K extends Kind>(kind: K, uuid: string, entity: EntityOf<K> | undefined, by?: string): void;
}

/**
 * Keeps the cache: takes changes from the stream, reads what changed, and reads everything after each (re)connect and every
 * `resyncIntervalMs`. Live changes overtake a full read: what they touched meanwhile it leaves alone.
 */
export class Informer implements ChangeSink, CacheKeeper {
  private readonly refresher: Refresher;
  private readonly resync: Resync;
  private readonly observers: CacheObservers;
  private readonly unannounced: Unannounced;
  private readonly ownRequests = new OwnRequests();
  /** The objects to which writes of ours are under way: how many, and whether two were so at once. */
  private readonly underWay = new Map<string, { readonly count: number; readonly overlap: boolean }>();
  /** By object: the last request of somebody else. */
  private readonly others = new BoundedMap<string>(rememberedOthers);
  /** The requests whose CREATE told what matters of an object. What else they do to it comes at once, and matters less. */
  private readonly createdBy = new BoundedMap<string>(rememberedCreates);

  public constructor(private readonly options: InformerOptions) {
    this.observers = new CacheObservers(options.observers ?? []);
    this.unannounced = new Unannounced(options.clock, options.logger);
    const parts = { ...options, observers: this.observers, unannounced: this.unannounced };
    this.refresher = new Refresher({ ...parts, readDelayMs: options.readDelayMs ?? 0 });
    this.resync = new Resync({ ...parts, refresher: this.refresher });
  }

  /** How the full reads fare. */
  public get resyncStatus(): Resync['status'] {
    return this.resync.status;
  }

  /** What full reads have found that nobody had announced; undefined if nothing within the last hour. */
  public get unannouncedStatus(): UnannouncedStatus | undefined {
    return this.unannounced.status();
  }

  /** The kinds that have not been read in full yet. */
  public get unreadKinds(): Resync['unreadKinds'] {
    return this.resync.unreadKinds;
  }

  /** Begins the full reads. */
  public start(): void {
    this.resync.start();
  }

  /** Resolves when everything has been read once. Rejects with `aborted` or `closed`. */
  public waitForSync(signal: AbortSignal): Promise<void> {
    return this.resync.waitForFirst(signal);
  }

  /** Ends all reading. Deliveries under way reject with `closed`: their changes are not acknowledged. */
  public stop(): void {
    this.resync.close();
    this.refresher.close();
    this.options.echoes?.gap();
  }

  public connected(): void {
    this.missing();
    this.resync.request(true);
  }

  public resumed(): void {
    // Nothing was missed: the cache is as whole as it was.
    this.resync.follow(true);
  }

  public missed(): void {
    this.missing();
    this.resync.request();
  }

  public disconnected(reason: SvcMonitorError): void {
    // Told to people by the source, which goes on trying; what was missed is read after the next connect.
    this.options.metrics.increment('errors_total', { code: reason.code });
    this.resync.follow(false);
    this.missing();
  }

  private missing(): void {
    this.unannounced.gap();
    this.options.echoes?.gap();
  }

  public async deliver(change: Change): Promise<void> {
    try {
      await this.take(change);
    } catch (error) {
      // A bug: whoever delivers reports it. What the change was about is read anew.
      if (!hasCode(error, 'closed', 'aborted')) this.resync.request();
      throw error;
    }
  }

  private async take(change: Change): Promise<void> {
    const { cache, clock, metrics } = this.options;
    const { kind, operation, uuid, requestId } = change;
    metrics.increment('changes_total', { kind, operation });
    const sequence = cache.nextSequence();
    if (requestId !== undefined && !isOwn(change)) this.others.set(uuid, requestId);
    this.unannounced.heard(uuid);
    this.options.echoes?.heard(uuid);
    this.observers.heard(change, { sequence, at: clock.monotonic() });
    if (operation === 'DELETE') await this.deleted(change, sequence);
    if (!cache.holds(kind) || operation === 'DELETE' || this.isKnown(change)) return;
    if (operation === 'CREATE' && (await this.created(change))) return;
    const ofItsCreate = requestId !== undefined && this.createdBy.get(uuid) === requestId;
    await this.refresher.refresh(kind, uuid, {
      created: operation === 'CREATE',
      mayWait: ofItsCreate,
      ...(isOwn(change) ? {} : { heardAt: clock.now() }),
    });
  }

  public skipped(message: Exclude<DecodedMessage, { readonly outcome: 'change' }>): void {
    if (message.outcome === 'ignored') {
      this.options.echoes?.heard();
      this.options.metrics.increment('changes_ignored_total', { reason: message.reason });
      return;
    }
    const { reason, problems, type, uuid, bytes } = message.rejected;
    this.options.metrics.increment('messages_rejected_total', { reason });
    this.options.logger.warn('message rejected', { reason, problems, type, uuid, bytes });
    this.options.listener.messageRejected(message.rejected);
  }

  public async refresh(kind: Kind, uuids: readonly string[], signal: AbortSignal): Promise<void> {
    // The reads go on: others may wait for them, too.
    const reads = uuids.map((uuid) => this.refresher.refresh(kind, uuid, { urgent: true }));
    await untilAborted(Promise.all(reads), signal);
  }

  public announce(uuid: string, requestId: string): void {
    const { cache } = this.options;
    cache.versions.writing(uuid);
    this.options.echoes?.sending(uuid);
    this.ownRequests.add(requestId);
    const others = this.underWay.get(uuid);
    this.underWay.set(uuid, { count: (others?.count ?? 0) + 1, overlap: others !== undefined });
  }

  public answered(kind: Kind, uuid: string): void {
    const { count = 1, overlap = false } = this.underWay.get(uuid) ?? {};
    if (count > 1) {
      this.underWay.set(uuid, { count: count - 1, overlap });
      return;
    }
    this.underWay.delete(uuid);
    this.options.echoes?.ended(uuid);
    if (overlap) this.doubt(kind, uuid);
  }

  public doubt(kind: Kind, uuid: string): void {
    this.refresher.reconsider(kind, uuid);
  }

  public lastOther(uuid: string): string | undefined {
    return this.others.get(uuid);
  }

  public assume<K extends Kind>(kind: K, uuid: string, entity: EntityOf<K> | undefined, by?: string): void {
    const { cache } = this.options;
    this.refresher.overtake(uuid);
    if (entity === undefined) {
      const transition = cache.remove(kind, uuid, cache.nextSequence());
      // What it is to others the notification cannot tell any more: the object is gone by then.
      if (transition.before !== undefined) this.options.listener.changed(transition, 'live');
      return;
    }
    this.options.echoes?.made(uuid);
    cache.versions.wrote(uuid);
    const transition = cache.put(kind, entity, { touched: cache.nextSequence() });
    if (by !== undefined) this.options.listener.changed(transition, 'live', by);
  }

  private async deleted({ kind, uuid }: Change, sequence: number): Promise<void> {
    const { cache } = this.options;
    if (cache.holds(kind)) {
      this.refresher.overtake(uuid);
      this.refresher.drop(kind, uuid, sequence, 'live');
    }
    const losers = cache.kinds.filter((held) => definitionOf(held).losesReferencesTo.includes(kind));
    await Promise.all(
      losers.flatMap((held) =>
        [...cache.referrersOf(held, kind, uuid)].map((referrer) => {
          this.unannounced.heard(referrer);
          return this.refresher.refresh(held, referrer);
        }),
      ),
    );
  }

  /**
   * Whether a change brings nothing new: we made it, and noted what it makes of the object. What others do to the object has notifications
   * of its own.
   */
  private isKnown({ kind, uuid, requestId }: Change): boolean {
    return this.ownRequests.has(requestId) && !this.observers.awaits(kind, uuid);
  }

  // What a CREATE carries is used only for an object that nobody has spoken of yet: else it may be older than what we know.
  private async created(change: Change): Promise<boolean> {
    const { cache, logger } = this.options;
    const { kind } = change;
    cache.versions.created(change.uuid, this.options.clock.monotonic());
    const isFirst = cache.get(kind, change.uuid) === undefined && !cache.isGone(change.uuid);
    if (!isFirst || change.object === undefined || this.refresher.isReading(change.uuid)) return false;
    let object: ConfigObject;
    try {
      object = parseObject(kind, change.object);
    } catch (error) {
      if (!hasCode(error, 'invalid-object')) throw error;
      logger.debug('object of a CREATE is not whole, reading it', errorFields(error));
      return false;
    }
    if (!namesItsReferences(kind, object, (target) => cache.holds(target))) return false;
    if (change.requestId !== undefined) this.createdBy.set(change.uuid, change.requestId);
    await this.refresher.accept(kind, object);
    return true;
  }
}

// A CREATE carries references as its sender wrote them: some by name alone.
function namesItsReferences(
  kind: Kind,
  object: Readonly<Record<string, unknown>>,
  isHeld: (target: Kind) => boolean,
): boolean {
  return definitionOf(kind)
    .references.filter(isHeld)
    .every((target) => {
      const references = object[refsField(target)];
      return !Array.isArray(references) || references.every((reference: Reference) => reference.uuid !== undefined);
    });
}

function isOwn(change: Change): boolean {
  return change.requestId?.startsWith(ownRequestIdPrefix) === true;
}
