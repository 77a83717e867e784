import type { ConfigReader, ListEntry, ListOptions, ObjectPage } from '../../../../lib/config-api/index.js';
import { SvcMonitorError, throwIfAborted } from '../../../../lib/base/errors/index.js';
import { parseObject, type ConfigObject, type Kind } from '../../../../lib/model/index.js';
import type { Raw } from './objects.js';

/** A config API in memory: what it shows is what the test says, when the test says. */
export class ScriptedReader implements ConfigReader {
  /** Every single read and every list, in order: `get <uuid>`, `list <kind>`, `confirm <uuid>,...`. */
  public readonly log: string[] = [];
  /** Uuids that lists leave out, as a list that is torn by its pages does. */
  public readonly leftOut = new Set<string>();
  private readonly objects = new Map<string, { readonly kind: Kind; readonly raw: Raw }>();
  private readonly failures = new Map<string, unknown[]>();
  private readonly held = new Map<string, Promise<void>>();

  public put(kind: Kind, ...raws: readonly Raw[]): this {
    for (const raw of raws) this.objects.set(raw.uuid, { kind, raw });
    return this;
  }

  public remove(uuid: string): this {
    this.objects.delete(uuid);
    return this;
  }

  /** The next so many requests of this kind (a line of the log) fail. */
  public fail(line: string, error: unknown = new SvcMonitorError('unavailable', 'down'), times = 1): this {
    this.failures.set(
      line,
      Array.from({ length: times }, () => error),
    );
    return this;
  }

  /** Requests with this line of the log answer, with what was true when they were sent, once released. */
  public hold(line: string): () => void {
    let release: () => void = () => undefined;
    this.held.set(line, new Promise((resolve) => (release = resolve)));
    return () => {
      this.held.delete(line);
      release();
    };
  }

  public times(line: string): number {
    return this.log.filter((entry) => entry === line).length;
  }

  public async get<K extends Kind>(
    kind: K,
    uuid: string,
    _options: object,
    signal: AbortSignal,
  ): Promise<ConfigObject<K>> {
    const found = this.objects.get(uuid);
    await this.answer(`get ${uuid}`, signal);
    if (found?.kind !== kind) throw new SvcMonitorError('not-found', 'Unknown id');
    return parseObject(kind, found.raw);
  }

  public async getMany<K extends Kind>(
    kind: K,
    uuids: readonly string[],
    _options: object,
    signal: AbortSignal,
  ): Promise<ObjectPage<K>> {
    const found = uuids.flatMap((uuid) => this.objects.get(uuid) ?? []).filter((entry) => entry.kind === kind);
    await this.answer(`get ${uuids.join(',')}`, signal);
    return pageOf(
      kind,
      found.map(({ raw }) => raw),
    );
  }

  public async *listDetail<K extends Kind>(
    kind: K,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<ObjectPage<K>> {
    const raws = [...this.objects.values()]
      .filter((entry) => entry.kind === kind)
      .map(({ raw }) => raw)
      .filter(({ uuid }) => options.uuids?.includes(uuid) ?? !this.leftOut.has(uuid));
    await this.answer(options.uuids === undefined ? `list ${kind}` : `confirm ${options.uuids.join(',')}`, signal);
    yield pageOf(kind, raws, options.isKnown);
  }

  public list(): Promise<readonly ListEntry[]> {
    throw new Error('the cache does not list plainly');
  }

  public count(): Promise<number> {
    throw new Error('the cache does not count');
  }

  public fqNameToUuid(): Promise<string | undefined> {
    throw new Error('the cache does not ask for names');
  }

  public uuidToFqName(): Promise<undefined> {
    throw new Error('the cache does not ask for uuids');
  }

  private async answer(line: string, signal: AbortSignal): Promise<void> {
    this.log.push(line);
    await this.held.get(line);
    throwIfAborted(signal);
    const failure = this.failures.get(line)?.shift();
    if (failure !== undefined) throw failure as Error;
  }
}

function pageOf<K extends Kind>(
  kind: K,
  raws: readonly Raw[],
  isKnown: ListOptions['isKnown'] = () => false,
): ObjectPage<K> {
  const objects: ConfigObject<K>[] = [];
  const rejected: SvcMonitorError[] = [];
  const unchanged: string[] = [];
  for (const raw of raws) {
    try {
      const object = parseObject(kind, raw);
      if (isKnown(object.uuid, object.id_perms?.last_modified ?? '')) unchanged.push(object.uuid);
      else objects.push(object);
    } catch (error) {
      rejected.push(error as SvcMonitorError);
    }
  }
  return { objects, rejected, unchanged };
}
