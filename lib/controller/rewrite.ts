import type { CacheKeeper, CacheReader, ObjectCache } from '../cache/index.js';
import { newOwnRequestId, type ConfigWriter } from '../config-api/index.js';
import type { OwnEntry } from './spec.js';

/** What writing anew takes. */
export interface RewriteParts {
  readonly cache: CacheReader & Pick<ObjectCache, 'sequence' | 'touchedSince'>;
  readonly keeper: CacheKeeper;
  readonly writer: ConfigWriter;
}

/**
 * Writes an entry of our own anew, as it is, and tells the cache as of any other write of ours. Rejects with what the config API answers.
 */
export async function rewrite(entry: OwnEntry, parts: RewriteParts, signal: AbortSignal): Promise<void> {
  const { cache, keeper, writer } = parts;
  const { on, field, key, value } = entry;
  const { kind, uuid } = on;
  const requestId = newOwnRequestId();
  const announcedAt = cache.sequence;
  keeper.announce(uuid, requestId);
  try {
    await writer.updateMap({ kind, uuid, field, updates: [{ operation: 'set', key, value }], requestId }, signal);
    const entity = cache.get(kind, uuid);
    if (entity === undefined || cache.touchedSince(kind, uuid, announcedAt)) keeper.doubt(kind, uuid);
    else keeper.assume(kind, uuid, entity);
  } catch (error) {
    keeper.doubt(kind, uuid);
    throw error;
  } finally {
    keeper.answered(kind, uuid);
  }
}
