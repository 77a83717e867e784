import {
  Informer,
  ObjectCache,
  type CacheListener,
  type CacheObserver,
  type Moment,
  type ObjectRef,
  type Sight,
  type Transition,
} from '../../../../lib/cache/index.js';
import type { Change, RejectedMessage } from '../../../../lib/change-stream/index.js';
import { ManualClock } from '../../../../lib/base/clock/index.js';
import type { SvcMonitorError } from '../../../../lib/base/errors/index.js';
import { silentLogger } from '../../../../lib/base/log/index.js';
import type { Metrics } from '../../../../lib/base/metrics/index.js';
import type { EntityOf, Kind } from '../../../../lib/model/index.js';
import { ScriptedReader } from './scripted-reader.js';

/** A listener that keeps what it is told. */
export class RecordingListener implements CacheListener {
  public readonly transitions: { readonly transition: Transition; readonly cause: 'live' | 'resync' }[] = [];
  public readonly rejections: SvcMonitorError[] = [];
  public readonly acceptances: string[] = [];
  public readonly messages: RejectedMessage[] = [];
  public syncs = 0;

  /** Told of by this: in the middle of a change the test can look at the cache. */
  public onChanged: (transition: Transition) => void = () => undefined;

  public changed(transition: Transition, cause: 'live' | 'resync'): void {
    this.transitions.push({ transition, cause });
    this.onChanged(transition);
  }

  public rejected(error: SvcMonitorError): void {
    this.rejections.push(error);
  }

  public accepted(uuid: string): void {
    this.acceptances.push(uuid);
  }

  public messageRejected(message: RejectedMessage): void {
    this.messages.push(message);
  }

  public synced(): void {
    this.syncs += 1;
  }

  /** What was announced: `<create|update|delete> <uuid> <live|resync>`. */
  public get announced(): readonly string[] {
    return this.transitions.map(({ transition: { uuid, before, after }, cause }) => {
      const operation = before === undefined ? 'create' : after === undefined ? 'delete' : 'update';
      return `${operation} ${uuid} ${cause}`;
    });
  }

  public clear(): void {
    this.transitions.length = 0;
    this.rejections.length = 0;
    this.acceptances.length = 0;
  }
}

/** An observer that keeps what it is told; it awaits and needs what the test says. */
export class RecordingObserver implements CacheObserver {
  public readonly changes: { readonly change: Change; readonly moment: Moment }[] = [];
  public readonly sights: { readonly transition: Transition; readonly sight: Sight }[] = [];
  /** The uuids of objects of which every change is awaited. */
  public readonly awaited = new Set<string>();
  /** What has to be known for an object, by its uuid. */
  public readonly needed = new Map<string, readonly ObjectRef[]>();

  public heard(change: Change, moment: Moment): void {
    this.changes.push({ change, moment });
  }

  public seen(transition: Transition, sight: Sight): void {
    this.sights.push({ transition, sight });
  }

  public awaits(_kind: Kind, uuid: string): boolean {
    return this.awaited.has(uuid);
  }

  public needs(_kind: Kind, { uuid }: EntityOf): readonly ObjectRef[] {
    return this.needed.get(uuid) ?? [];
  }

  /** What was seen of an object: what it was and is. */
  public of(uuid: string): readonly Transition[] {
    return this.sights.map(({ transition }) => transition).filter((transition) => transition.uuid === uuid);
  }

  public clear(): void {
    this.changes.length = 0;
    this.sights.length = 0;
  }
}

/** All kinds but those that nothing but a name is known of. */
const cached: readonly Kind[] = [
  'virtual-network',
  'virtual-machine-interface',
  'instance-ip',
  'floating-ip',
  'virtual-ip',
];

export const resyncIntervalMs = 300_000;

/** An informer on a scripted config API, a manual clock and a listener that keeps what it is told. */
export class CacheStage {
  public readonly clock = new ManualClock();
  public readonly cache = new ObjectCache(this.clock, cached);
  public readonly reader = new ScriptedReader();
  public readonly listener = new RecordingListener();
  public readonly observer = new RecordingObserver();
  /** Counters, by name and labels: `resyncs_total success`. */
  public readonly counted = new Map<string, number>();
  public readonly informer: Informer;

  public constructor(readDelayMs = 0) {
    const metrics: Metrics = {
      increment: (name, labels) => {
        const key = [name, ...Object.values(labels)].join(' ');
        this.counted.set(key, (this.counted.get(key) ?? 0) + 1);
      },
      set: () => undefined,
      observe: () => undefined,
    };
    const { clock, cache, reader, listener, observer } = this;
    this.informer = new Informer({
      clock,
      cache,
      reader,
      listener,
      observers: [observer],
      metrics,
      logger: silentLogger,
      resyncIntervalMs,
      readDelayMs,
    });
  }

  public update(kind: Change['kind'], uuid: string, requestId?: string): Promise<void> {
    return this.deliver('UPDATE', kind, uuid, requestId === undefined ? {} : { requestId });
  }

  public create(kind: Change['kind'], uuid: string, object?: unknown): Promise<void> {
    return this.deliver('CREATE', kind, uuid, object === undefined ? {} : { object });
  }

  public delete(kind: Change['kind'], uuid: string, delta: Partial<Change> = {}): Promise<void> {
    return this.deliver('DELETE', kind, uuid, delta);
  }

  public uuids(kind: Kind): readonly string[] {
    return [...this.cache.uuids(kind)].sort();
  }

  private deliver(
    operation: Change['operation'],
    kind: Change['kind'],
    uuid: string,
    delta: Partial<Change>,
  ): Promise<void> {
    return this.informer.deliver({ operation, kind, uuid, ...delta });
  }
}
