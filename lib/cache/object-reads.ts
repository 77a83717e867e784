import type { Clock } from '../base/clock/index.js';
import type { ConfigReader } from '../config-api/reader.js';
import { hasCode, SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import { definitionOf, type ConfigObject, type Kind } from '../model/index.js';

/** Requests of one kind under way at once. What is asked for beyond them waits, and goes together. */
const requestsPerKind = 4;
/** Objects that are asked for in one request. */
const objectsPerRequest = 100;
/** A request that takes longer holds up nobody: it no longer counts, and what it asks for is asked for one by one as well. Milliseconds. */
const slowMs = 500;

interface Wanted<K extends Kind = Kind> {
  readonly uuid: string;
  /** It was in a request that failed, or is slow, for what may be another's fault. */
  alone: boolean;
  settled: boolean;
  readonly resolve: (object: ConfigObject<K>) => void;
  readonly reject: (error: SvcMonitorError) => void;
}

/** What an {@link ObjectReads} is made of. */
export interface ObjectReadsParts {
  readonly reader: Pick<ConfigReader, 'get' | 'getMany'>;
  readonly clock: Clock;
  /** Ends all reading. */
  readonly signal: AbortSignal;
}

/**
 * Reads single objects: each at once while few are asked for, many in one request while many are. When an availability zone dies,
 * thousands of ports change in a moment, and a request for each is what would take longest. One object that is slow, or cannot be read,
 * does not hold up the others.
 */
export class ObjectReads {
  private readonly waiting = new Map<Kind, Wanted[]>();
  private readonly underWay = new Map<Kind, number>();

  public constructor(private readonly parts: ObjectReadsParts) {}

  /** Reads the object as it is now or later. Rejects as `ConfigReader.get` does. */
  public read<K extends Kind>(kind: K, uuid: string): Promise<ConfigObject<K>> {
    return new Promise<ConfigObject<K>>((resolve, reject) => {
      const wanted: Wanted<K> = {
        uuid,
        alone: false,
        settled: false,
        resolve: (object) => {
          wanted.settled = true;
          resolve(object);
        },
        reject: (error) => {
          wanted.settled = true;
          reject(error);
        },
      };
      // What waits under a kind is of that kind.
      this.enqueue(kind, [wanted]);
    });
  }

  private enqueue(kind: Kind, wanted: readonly Wanted[]): void {
    const waiting = this.waiting.get(kind) ?? [];
    this.waiting.set(kind, waiting);
    waiting.push(...wanted);
    this.sendNext(kind);
  }

  private sendNext(kind: Kind): void {
    const waiting = this.waiting.get(kind) ?? [];
    while (waiting.length > 0 && (this.underWay.get(kind) ?? 0) < requestsPerKind) {
      const wanted = takeFrom(waiting);
      if (wanted.length > 0) this.sendCounted(kind, wanted);
    }
  }

  private sendCounted(kind: Kind, wanted: readonly Wanted[]): void {
    let isCounted = true;
    this.count(kind, 1);
    const countNoMore = (): void => {
      if (!isCounted) return;
      isCounted = false;
      this.count(kind, -1);
      this.sendNext(kind);
    };
    const timer = this.parts.clock.schedule(slowMs, () => {
      if (wanted.length > 1) this.askAlone(kind, wanted);
      countNoMore();
    });
    void this.send(kind, wanted).finally(() => {
      timer.cancel();
      countNoMore();
    });
  }

  private count(kind: Kind, change: number): void {
    this.underWay.set(kind, (this.underWay.get(kind) ?? 0) + change);
  }

  private async send(kind: Kind, wanted: readonly Wanted[]): Promise<void> {
    const { reader, signal } = this.parts;
    const [first, second] = wanted;
    if (first === undefined) return;
    if (second === undefined) {
      await reader
        .get(kind, first.uuid, { fields: definitionOf(kind).fields }, signal)
        .then(first.resolve, (error: unknown) => {
          first.reject(toSvcMonitorError(error));
        });
      return;
    }
    try {
      await this.sendMany(kind, wanted);
    } catch (error) {
      const isServers = hasCode(error, 'aborted', 'closed', 'unavailable', 'timeout');
      // Those that are asked for by themselves already get answers of their own.
      if (isServers) for (const one of wanted.filter(({ alone }) => !alone)) one.reject(toSvcMonitorError(error));
      else this.askAlone(kind, wanted);
    }
  }

  private async sendMany(kind: Kind, wanted: readonly Wanted[]): Promise<void> {
    const { reader, signal } = this.parts;
    const uuids = wanted.map(({ uuid }) => uuid);
    const page = await reader.getMany(kind, uuids, { fields: definitionOf(kind).fields }, signal);
    const objects = new Map(page.objects.map((object) => [object.uuid, object]));
    const rejected = new Map(page.rejected.map((error) => [error.details['uuid'], error]));
    for (const { uuid, settled, resolve, reject } of wanted) {
      if (settled) continue;
      const object = objects.get(uuid);
      if (object === undefined) reject(rejected.get(uuid) ?? notThere(kind, uuid));
      else resolve(object);
    }
  }

  private askAlone(kind: Kind, wanted: readonly Wanted[]): void {
    const together = wanted.filter(({ alone, settled }) => !alone && !settled);
    for (const one of together) one.alone = true;
    this.enqueue(kind, together);
  }
}

/** The next to be asked for in one request, those that are to be asked for alone one by one; none if they have got answers meanwhile. */
function takeFrom(waiting: Wanted[]): readonly Wanted[] {
  const end = waiting.slice(0, objectsPerRequest).findIndex(({ alone }) => alone);
  const taken = waiting.splice(0, end === -1 ? objectsPerRequest : Math.max(1, end));
  return taken.filter(({ settled }) => !settled);
}

function notThere(kind: Kind, uuid: string): SvcMonitorError {
  return new SvcMonitorError('not-found', 'not among those that the server has', { details: { kind, uuid } });
}
