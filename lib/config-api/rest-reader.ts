import { isNotFound, SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import {
  fqNameSchema,
  parseObject,
  toDashed,
  uuidOf,
  uuidSchema,
  type ConfigObject,
  type Kind,
} from '../model/index.js';
import { z } from 'zod';
import { countAnswers, objectAnswers, pageAnswers, uuidAnswer, type RawPage } from './answers.js';
import { listRequest, queryString, type ListForm, type PageRequest } from './list-request.js';
import type { ConfigReader, ListEntry, ListOptions, ObjectPage, ReadOptions } from './reader.js';
import type { RequestSender } from './request.js';

/** See {@link RestConfigReader}. */
export interface RestConfigReaderOptions {
  readonly sender: RequestSender;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const defaultPageSize = 256;
const listEntrySchema = z.looseObject({ uuid: uuidSchema, fq_name: fqNameSchema });
/** What tells an object's state. */
const stateSchema = z.object({ uuid: z.string(), id_perms: z.object({ last_modified: z.string() }) });
const fqNameAnswer = z.looseObject({ fq_name: fqNameSchema, type: z.string() });

/** {@link ConfigReader} over REST. Timeouts, repeats and the token are the sender's. */
export class RestConfigReader implements ConfigReader {
  public constructor(private readonly options: RestConfigReaderOptions) {}

  public async get<K extends Kind>(
    kind: K,
    uuid: string,
    options: ReadOptions,
    signal: AbortSignal,
  ): Promise<ConfigObject<K>> {
    const raw = await this.options.sender.send(
      {
        operation: 'get',
        kind,
        method: 'GET',
        path: `/${kind}/${encodeURIComponent(uuid)}?${queryString(readQuery(options))}`,
        answer: objectAnswers[kind],
      },
      signal,
    );
    return parseObject(kind, raw);
  }

  public async getMany<K extends Kind>(
    kind: K,
    uuids: readonly string[],
    options: Pick<ReadOptions, 'fields'>,
    signal: AbortSignal,
  ): Promise<ObjectPage<K>> {
    // Without `obj_uuids` the server lists all.
    if (uuids.length === 0) return { objects: [], rejected: [], unchanged: [] };
    const request = listRequest(kind, 'detail', { ...options, uuids });
    const page = await this.options.sender.send(
      { ...request, operation: 'get-many', answer: pageAnswers[kind] },
      signal,
    );
    return objectPage(kind, page.entries);
  }

  public async list(kind: Kind, options: ListOptions, signal: AbortSignal): Promise<readonly ListEntry[]> {
    const entries: ListEntry[] = [];
    for await (const page of this.pages(kind, 'names', options, signal)) {
      for (const raw of page.entries) {
        const entry = this.listEntry(kind, raw);
        if (entry !== undefined) entries.push(entry);
      }
    }
    return entries;
  }

  public async count(kind: Kind, options: ListOptions, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (const part of partsOf(options)) {
      count += await this.options.sender.send(
        { ...listRequest(kind, 'count', part), answer: countAnswers[kind] },
        signal,
      );
    }
    return count;
  }

  public async *listDetail<K extends Kind>(
    kind: K,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<ObjectPage<K>, void, void> {
    for await (const page of this.pages(kind, 'detail', options, signal))
      yield objectPage(kind, page.entries, options.isKnown);
  }

  public async fqNameToUuid(kind: Kind, fqName: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    const body = { type: kind, fq_name: fqName };
    const request = { operation: 'fqname-to-id', kind, method: 'POST', path: '/fqname-to-id', body } as const;
    const answer = await orUndefined(this.options.sender.send({ ...request, answer: uuidAnswer }, signal));
    return answer?.uuid;
  }

  public async uuidToFqName(
    uuid: string,
    signal: AbortSignal,
  ): Promise<{ readonly fqName: readonly string[]; readonly kind: string } | undefined> {
    const request = { operation: 'id-to-fqname', kind: 'unknown', method: 'POST', path: '/id-to-fqname' } as const;
    const answer = await orUndefined(
      this.options.sender.send({ ...request, body: { uuid }, answer: fqNameAnswer }, signal),
    );
    return answer === undefined ? undefined : { fqName: answer.fq_name, kind: toDashed(answer.type) };
  }

  private async *pages(
    kind: Kind,
    form: ListForm,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<RawPage, void, void> {
    for (const part of partsOf(options)) {
      if (part.uuids !== undefined) yield await this.page(kind, form, part, signal);
      else yield* this.markedPages(kind, form, part, signal);
    }
  }

  private async *markedPages(
    kind: Kind,
    form: ListForm,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncGenerator<RawPage, void, void> {
    const limit = options.pageSize ?? defaultPageSize;
    const seen = new Set<string>();
    let marker: string | undefined = '';
    while (marker !== undefined) {
      const page: RawPage = await this.page(kind, form, { ...options, page: { marker, limit } }, signal);
      seen.add(marker);
      marker = page.marker;
      // Pages that lead back would be read for ever.
      if (marker !== undefined && seen.has(marker)) {
        throw new SvcMonitorError('bad-answer', 'the pages of a list lead back to one that was read', {
          details: { kind },
        });
      }
      yield page;
    }
  }

  private page(
    kind: Kind,
    form: ListForm,
    options: ListOptions & { readonly page?: PageRequest },
    signal: AbortSignal,
  ): Promise<RawPage> {
    const request = listRequest(kind, form, options, options.page);
    return this.options.sender.send({ ...request, answer: pageAnswers[kind] }, signal);
  }

  private listEntry(kind: Kind, raw: unknown): ListEntry | undefined {
    const result = listEntrySchema.safeParse(raw);
    if (result.success) return { uuid: result.data.uuid, fqName: result.data.fq_name };
    this.options.metrics.increment('objects_rejected_total', { kind });
    this.options.logger.warn('an entry of a list cannot be understood and is left out', { kind, uuid: uuidOf(raw) });
    return undefined;
  }
}

function readQuery(options: ReadOptions): Readonly<Record<string, string>> {
  if (options.fields !== undefined) {
    // The identity comes with any field; an empty list of fields would be read as no wish at all.
    const fields = options.fields.length === 0 ? ['fq_name'] : options.fields;
    return { fields: fields.join(','), exclude_hrefs: 'True' };
  }
  if (options.everything === true) return { exclude_hrefs: 'True' };
  return { exclude_back_refs: 'True', exclude_children: 'True', exclude_hrefs: 'True' };
}

/** One part for each page of uuids, or the options as they are. No uuids are no parts: without `obj_uuids` the server lists all. */
function* partsOf(options: ListOptions): Generator<ListOptions, void, void> {
  if (options.uuids === undefined) {
    yield options;
    return;
  }
  const uuids = [...new Set(options.uuids)];
  const size = options.pageSize ?? defaultPageSize;
  for (let start = 0; start < uuids.length; start += size)
    yield { ...options, uuids: uuids.slice(start, start + size) };
}

function objectPage<K extends Kind>(
  kind: K,
  entries: readonly unknown[],
  isKnown?: ListOptions['isKnown'],
): ObjectPage<K> {
  const objects: ConfigObject<K>[] = [];
  const rejected: SvcMonitorError[] = [];
  const unchanged: string[] = [];
  for (const entry of entries) {
    const raw = unwrapped(kind, entry);
    const known = isKnown === undefined ? undefined : knownUuid(raw, isKnown);
    if (known !== undefined) {
      unchanged.push(known);
      continue;
    }
    try {
      objects.push(parseObject(kind, raw));
    } catch (error) {
      if (!SvcMonitorError.is(error)) throw error;
      rejected.push(error);
    }
  }
  return { objects, rejected, unchanged };
}

function knownUuid(raw: unknown, isKnown: NonNullable<ListOptions['isKnown']>): string | undefined {
  const state = stateSchema.safeParse(raw);
  if (!state.success) return undefined;
  const { uuid, id_perms: idPerms } = state.data;
  return isKnown(uuid, idPerms.last_modified) ? uuid : undefined;
}

function unwrapped(kind: Kind, entry: unknown): unknown {
  return typeof entry === 'object' && entry !== null ? (entry as Readonly<Record<string, unknown>>)[kind] : undefined;
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
