import type { Change, DecodedMessage } from '../change-stream/change.js';
import type { ChangeSink } from '../change-stream/source.js';
import { untilAborted, type Clock } from '../base/clock/index.js';
import type { ConfigReader } from '../config-api/reader.js';
import { ownRequestIdPrefix } from '../config-api/index.js';
import { hasCode, type SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { parseObject, type ConfigObject, type Reference } from '../model/index.js';
import { cachedFields, isCachedKind, toEntity, type CachedKind, type Entities, type Entity } from './entities.js';
import { BoundedMap } from '../base/collections/bounded-map.js';
import type { CacheListener } from './listener.js';
import type { ObjectCache } from './object-cache.js';
import { Refresher } from './refresher.js';
import { RequestsByOrder } from '../managers/octavia-vip/history/requests-by-order.js';
import { Resync } from './resync.js';

const rememberedCreates = 10_000;

/** What an informer is made of. */
export interface InformerOptions {
  readonly reader: ConfigReader;
  readonly cache: ObjectCache;
  readonly listener: CacheListener;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
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
  refresh(kind: CachedKind, uuids: readonly string[], signal: AbortSignal): Promise<void>;
  /**
   * A write of ours to the object is about to be sent with that request-id (`newOwnRequestId`). What its notifications say is known once
   * it is noted by `assume`: they cause no read.
   */
  announce(uuid: string, requestId: string): void;
  /** A write of ours may have been carried out, or not: the object is read again, some time. */
  doubt(kind: CachedKind, uuid: string): void;
  /** Notes what a write of ours has made of an object, ahead of the notification of it. Undefined: it is deleted. */
  assume<K extends CachedKind>(kind: K, uuid: string, entity: Entities[K] | undefined): void;
}

/**
 * Keeps the cache: takes changes from the stream, reads what changed, and reads everything after each (re)connect and every
 * `resyncIntervalMs`. Live changes overtake a full read: what they touched meanwhile it leaves alone.
 */
export class Informer implements ChangeSink, CacheKeeper {
  private readonly refresher: Refresher;
  private readonly resync: Resync;
  private readonly byOrder: RequestsByOrder;
  /** The requests whose CREATE told what matters of an object. What else they do to it comes at once, and matters less. */
  private readonly createdBy = new BoundedMap<string>(rememberedCreates);

  public constructor(private readonly options: InformerOptions) {
    this.refresher = new Refresher({ ...options, readDelayMs: options.readDelayMs ?? 0 });
    this.resync = new Resync({ ...options, refresher: this.refresher });
    this.byOrder = new RequestsByOrder(options);
  }

  /** How the full reads fare. */
  public get resyncStatus(): Resync['status'] {
    return this.resync.status;
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
  }

  public connected(): void {
    this.resync.request();
  }

  public resumed(): void {
    // Nothing was missed: the cache is as whole as it was.
  }

  public missed(): void {
    this.resync.request();
  }

  public disconnected(reason: SvcMonitorError): void {
    // Told to people by the source, which goes on trying; what was missed is read after the next connect.
    this.options.metrics.increment('errors_total', { code: reason.code });
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

  private async take(received: Change): Promise<void> {
    this.options.metrics.increment('changes_total', { kind: received.kind, operation: received.operation });
    const sequence = this.options.cache.nextSequence();
    const change = this.withRequestId(received, sequence);
    if (isOwn(change)) this.options.cache.traces.ownRequestSeen();
    if (change.kind === 'virtual-machine') return this.virtualMachineChanged(change);
    if (!isCachedKind(change.kind)) return;
    if (change.operation === 'DELETE') {
      this.deleted(change.kind, change, sequence);
      return;
    }
    if (change.kind === 'floating-ip') this.traceUpdate(change, sequence);
    if (this.isKnown(change.kind, change)) return;
    if (change.operation === 'CREATE' && (await this.created(change.kind, change))) return;
    const ofItsCreate = change.requestId !== undefined && this.createdBy.get(change.uuid) === change.requestId;
    await this.refresher.refresh(change.kind, change.uuid, {
      created: change.operation === 'CREATE',
      mayWait: ofItsCreate,
      ...(isOwn(change) ? {} : { heardAt: this.options.clock.now() }),
    });
  }

  public skipped(message: Exclude<DecodedMessage, { readonly outcome: 'change' }>): void {
    if (message.outcome === 'ignored') {
      this.options.metrics.increment('changes_ignored_total', { reason: message.reason });
      return;
    }
    const { reason, problems, type, uuid, bytes } = message.rejected;
    this.options.metrics.increment('messages_rejected_total', { reason });
    this.options.logger.warn('message rejected', { reason, problems, type, uuid, bytes });
    this.options.listener.messageRejected(message.rejected);
  }

  public async refresh(kind: CachedKind, uuids: readonly string[], signal: AbortSignal): Promise<void> {
    // The reads go on: others may wait for them, too.
    const reads = uuids.map((uuid) => this.refresher.refresh(kind, uuid, { urgent: true }));
    await untilAborted(Promise.all(reads), signal);
  }

  public announce(uuid: string, requestId: string): void {
    const { cache, clock } = this.options;
    cache.versions.writing(uuid);
    cache.traces.writing(uuid, requestId, clock.monotonic());
  }

  public doubt(kind: CachedKind, uuid: string): void {
    this.refresher.reconsider(kind, uuid);
  }

  public assume<K extends CachedKind>(kind: K, uuid: string, entity: Entities[K] | undefined): void {
    const { cache } = this.options;
    this.refresher.overtake(uuid);
    if (entity === undefined) {
      cache.remove(kind, uuid, cache.nextSequence());
      return;
    }
    cache.versions.wrote(uuid);
    cache.put(kind, entity, { touched: cache.nextSequence() });
  }

  private async virtualMachineChanged(change: Change): Promise<void> {
    if (change.operation !== 'DELETE') return;
    const ports = this.options.cache.find('virtual-machine-interface', 'portsByVirtualMachine', change.uuid);
    await Promise.all(ports.map(({ uuid }) => this.refresher.refresh('virtual-machine-interface', uuid)));
  }

  private deleted(kind: CachedKind, change: Change, sequence: number): void {
    if (change.requestId !== undefined) this.traceDelete(kind, change, change.requestId);
    this.refresher.overtake(change.uuid);
    this.refresher.drop(kind, change.uuid, sequence, 'live');
  }

  /**
   * Whether a change brings nothing new: we made it, and noted what it makes of the object. What others do to the object has notifications
   * of its own. Of a floating ip that was detached each one is looked at: it may be what a restore waits for.
   */
  private isKnown(kind: CachedKind, change: Change): boolean {
    const { cache } = this.options;
    if (change.requestId === undefined || !cache.traces.isOwnRequest(change.requestId)) return false;
    if (kind === 'floating-ip' && cache.traces.detachedTrace(change.uuid) !== undefined) return false;
    return true;
  }

  // What a CREATE carries is used only for an object that nobody has spoken of yet: else it may be older than what we know.
  private async created(kind: CachedKind, change: Change): Promise<boolean> {
    const { cache, logger } = this.options;
    cache.versions.created(change.uuid, this.options.clock.monotonic());
    const isFirst = cache.get(kind, change.uuid) === undefined && !cache.isGone(change.uuid);
    if (!isFirst || change.object === undefined || this.refresher.isReading(change.uuid)) return false;
    let object: ConfigObject<CachedKind>;
    try {
      object = parseObject(kind, change.object);
    } catch (error) {
      if (!hasCode(error, 'invalid-object')) throw error;
      logger.debug('object of a CREATE is not whole, reading it', errorFields(error));
      return false;
    }
    if (!namesItsReferences(kind, object)) return false;
    if (change.requestId !== undefined) this.createdBy.set(change.uuid, change.requestId);
    await this.refresher.accept(kind, object);
    return true;
  }

  private withRequestId(change: Change, sequence: number): Change {
    const requestId = change.requestId ?? this.byOrder.requestIdOf(change, sequence);
    return requestId === undefined ? change : { ...change, requestId };
  }

  private traceUpdate(change: Change, sequence: number): void {
    const { cache, clock } = this.options;
    if (change.requestId === undefined) return;
    if (isOwn(change)) cache.traces.ownUpdateSeen(change.uuid, change.requestId);
    else {
      const update = { requestId: change.requestId, sequence, at: clock.monotonic() };
      // With an object it has an id only if it shows the floating ip detached: no write of ours does that to one that is recorded.
      cache.traces.floatingIpUpdated(change.uuid, update, change.object !== undefined);
    }
  }

  private traceDelete(kind: CachedKind, change: Change, requestId: string): void {
    const { traces } = this.options.cache;
    if (kind === 'virtual-machine-interface') traces.portDeleted(change.uuid, requestId);
    if (kind !== 'instance-ip') return;
    const known: Entity<'instance-ip'> | undefined =
      this.options.cache.get('instance-ip', change.uuid) ?? parsedInstanceIp(change.object);
    for (const port of known?.portUuids ?? []) traces.portDeleted(port, requestId);
  }
}

// A CREATE carries references as its sender wrote them: some by name alone.
function namesItsReferences(kind: CachedKind, object: Readonly<Record<string, unknown>>): boolean {
  return cachedFields[kind].every((field) => {
    const references = field.endsWith('_refs') ? object[field] : undefined;
    return !Array.isArray(references) || references.every((reference: Reference) => reference.uuid !== undefined);
  });
}

function isOwn(change: Change): boolean {
  return change.requestId?.startsWith(ownRequestIdPrefix) === true;
}

function parsedInstanceIp(raw: unknown): Entity<'instance-ip'> | undefined {
  try {
    return toEntity('instance-ip', parseObject('instance-ip', raw));
  } catch (error) {
    if (hasCode(error, 'invalid-object')) return undefined;
    throw error;
  }
}
