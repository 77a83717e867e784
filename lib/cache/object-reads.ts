import type { ConfigReader } from '../config-api/reader.js';
import { hasCode, SvcMonitorError } from '../errors/index.js';
import type { ConfigObject } from '../schema/index.js';
import { cachedFields, type CachedKind } from './entities.js';

/** Requests of one kind under way at once. What is asked for beyond them waits, and goes together. */
const requestsPerKind = 4;
/** Objects that are asked for in one request. */
const objectsPerRequest = 100;

interface Wanted<K extends CachedKind = CachedKind> {
  readonly uuid: string;
  /** It was in a request that failed for what may be another's fault. */
  alone: boolean;
  readonly resolve: (object: ConfigObject<K>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads single objects: each at once while few are asked for, many in one request while many are. When an availability zone dies,
 * thousands of ports change in a moment, and a request for each is what would take longest.
 */
export class ObjectReads {
  private readonly waiting = new Map<CachedKind, Wanted[]>();
  private readonly underWay = new Map<CachedKind, number>();

  /** @param signal ends all reading */
  public constructor(
    private readonly reader: Pick<ConfigReader, 'get' | 'getMany'>,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the object as it is now or later. Rejects as `ConfigReader.get` does. */
  public read<K extends CachedKind>(kind: K, uuid: string): Promise<ConfigObject<K>> {
    return new Promise((resolve, reject) => {
      const waiting = this.waiting.get(kind) ?? [];
      this.waiting.set(kind, waiting);
      // What waits under a kind is of that kind.
      waiting.push({ uuid, alone: false, resolve, reject } as unknown as Wanted);
      this.sendNext(kind);
    });
  }

  private sendNext(kind: CachedKind): void {
    const underWay = this.underWay.get(kind) ?? 0;
    const waiting = this.waiting.get(kind) ?? [];
    if (underWay >= requestsPerKind || waiting.length === 0) return;
    this.underWay.set(kind, underWay + 1);
    void this.send(kind, takeFrom(waiting)).finally(() => {
      this.underWay.set(kind, (this.underWay.get(kind) ?? 1) - 1);
      this.sendNext(kind);
    });
  }

  private async send(kind: CachedKind, wanted: readonly Wanted[]): Promise<void> {
    const [first, second] = wanted;
    if (first === undefined) return;
    if (second === undefined) {
      await this.sendOne(kind, first);
      return;
    }
    try {
      await this.sendMany(kind, wanted);
    } catch (error) {
      // One object that cannot be read must not hold up the others.
      if (hasCode(error, 'aborted', 'closed', 'unavailable', 'timeout')) for (const { reject } of wanted) reject(error);
      else this.waiting.get(kind)?.push(...wanted.map((one) => Object.assign(one, { alone: true })));
    }
  }

  private async sendOne(kind: CachedKind, { uuid, resolve, reject }: Wanted): Promise<void> {
    await this.reader.get(kind, uuid, { fields: cachedFields[kind] }, this.signal).then(resolve, reject);
  }

  private async sendMany(kind: CachedKind, wanted: readonly Wanted[]): Promise<void> {
    const uuids = wanted.map(({ uuid }) => uuid);
    const page = await this.reader.getMany(kind, uuids, { fields: cachedFields[kind] }, this.signal);
    const objects = new Map(page.objects.map((object) => [object.uuid, object]));
    const rejected = new Map(page.rejected.map((error) => [error.details['uuid'], error]));
    for (const { uuid, resolve, reject } of wanted) {
      const object = objects.get(uuid);
      if (object !== undefined) resolve(object);
      else
        reject(
          rejected.get(uuid) ??
            new SvcMonitorError('not-found', 'not among those that the server has', { details: { kind, uuid } }),
        );
    }
  }
}

function takeFrom(waiting: Wanted[]): readonly Wanted[] {
  const together = waiting.slice(0, objectsPerRequest).findIndex(({ alone }) => alone);
  return waiting.splice(0, together === -1 ? objectsPerRequest : Math.max(1, together));
}
