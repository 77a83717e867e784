import { ManualClock } from '../../../../lib/base/clock/index.js';
import { SvcMonitorError } from '../../../../lib/base/errors/index.js';
import { ObjectCache, type CacheKeeper } from '../../../../lib/cache/index.js';
import type {
  ConfigWriter,
  MapUpdate,
  NewObject,
  PropertiesUpdate,
  ReferenceUpdate,
} from '../../../../lib/config-api/index.js';
import type { EntityOf, Kind } from '../../../../lib/model/index.js';
import { PlanApplier } from '../../../../lib/planning/index.js';
import { uuidOf } from '../../../support/change-messages.js';
import { KeptMetrics } from '../../../support/kept.js';

/** What a write was, as one line. */
type Line = string;

/** A cache with a writer that writes to nothing but its log, and a keeper that reads what the test says. */
export class PlanStage implements ConfigWriter, CacheKeeper {
  public readonly clock = new ManualClock();
  public readonly cache = new ObjectCache(this.clock);
  public readonly metrics = new KeptMetrics();
  /** Every write that was asked for, in the order in which it was. */
  public readonly writes: Line[] = [];
  /** Every reference that was written, as the writer was told. */
  public readonly references: ReferenceUpdate[] = [];
  /** Every object that was to be made, as the writer was told. */
  public readonly created: NewObject[] = [];
  /** The request-ids of what was written, in its order; none of creates and deletes. */
  public readonly requestIds: (string | undefined)[] = [];
  /** What was announced: `<uuid> <request-id>`. */
  public readonly announced: Line[] = [];
  /** What was read again: `<kind> <uuid>`, or `later <kind> <uuid>`. */
  public readonly refreshed: Line[] = [];
  public readonly applier: PlanApplier;
  private readonly failures = new Map<Line, unknown>();
  private readonly held = new Map<Line, Promise<void>>();
  private readonly reads = new Map<string, () => void>();
  private made = 0;

  public constructor() {
    const { cache, clock, metrics } = this;
    this.applier = new PlanApplier({ controller: 'test', writer: this, cache, keeper: this, clock, metrics });
  }

  /** Puts an object into the cache, as a read would. */
  public put<K extends Kind>(kind: K, entity: EntityOf<K>): this {
    this.cache.put(kind, entity, { touched: this.cache.nextSequence() });
    return this;
  }

  public remove(kind: Kind, uuid: string): this {
    this.cache.remove(kind, uuid, this.cache.nextSequence());
    return this;
  }

  /** The write that reads like this fails, once. */
  public fail(line: Line, error: unknown): this {
    this.failures.set(line, error);
    return this;
  }

  public failNotFound(line: Line): this {
    return this.fail(line, new SvcMonitorError('not-found', 'not there'));
  }

  /** The write that reads like this does not end before the answer is called. */
  public hold(line: Line): () => void {
    let release: () => void = () => undefined;
    this.held.set(line, new Promise((resolve) => (release = resolve)));
    return release;
  }

  /** When the object is read again, this is what comes of it. */
  public onRead(kind: Kind, uuid: string, action: () => void): this {
    this.reads.set(`${kind} ${uuid}`, action);
    return this;
  }

  public refresh(kind: Kind, uuids: readonly string[]): Promise<void> {
    for (const uuid of uuids) {
      this.refreshed.push(`${kind} ${uuid}`);
      this.reads.get(`${kind} ${uuid}`)?.();
    }
    return Promise.resolve();
  }

  public announce(uuid: string, requestId: string): void {
    this.announced.push(`${uuid} ${requestId}`);
  }

  /** One write of a test never overlaps another, unless the test says what follows. */
  public answered: (kind: Kind, uuid: string) => void = () => undefined;

  public doubt(kind: Kind, uuid: string): void {
    this.refreshed.push(`later ${kind} ${uuid}`);
  }

  public assume<K extends Kind>(kind: K, uuid: string, entity: EntityOf<K> | undefined): void {
    if (entity === undefined) this.remove(kind, uuid);
    else this.put(kind, entity);
  }

  public async create(kind: Kind, object: NewObject): Promise<string> {
    this.created.push(object);
    await this.written(`create ${kind} ${object.fqName.join(':')}`);
    this.made += 1;
    return uuidOf(0x7000 + this.made);
  }

  public updateProperties({ kind, uuid, properties, requestId }: PropertiesUpdate): Promise<void> {
    this.requestIds.push(requestId);
    return this.written(`set ${kind} ${uuid} ${JSON.stringify(properties)}`);
  }

  public delete(kind: Kind, uuid: string): Promise<void> {
    return this.written(`delete ${kind} ${uuid}`);
  }

  public updateReference(update: ReferenceUpdate): Promise<void> {
    const { kind, uuid, refUuid, operation, requestId } = update;
    this.references.push(update);
    this.requestIds.push(requestId);
    return this.written(`${operation} ${kind} ${uuid} -> ${refUuid}`);
  }

  public relaxReference(uuid: string, refUuid: string): Promise<void> {
    return this.written(`relax ${uuid} -> ${refUuid}`);
  }

  public updateMap({ uuid, field, updates, requestId }: MapUpdate): Promise<void> {
    this.requestIds.push(requestId);
    const changes = updates.map((update) =>
      update.operation === 'set' ? `set ${update.key}=${update.value}` : `delete ${update.key}`,
    );
    return this.written(`${field} ${uuid} ${changes.join(', ')}`);
  }

  private async written(line: Line): Promise<void> {
    this.writes.push(line);
    await this.held.get(line);
    const failure = this.failures.get(line);
    this.failures.delete(line);
    if (failure !== undefined) throw failure as Error;
  }
}
