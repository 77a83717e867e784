import type { ConfigWriter, MapUpdate, NewObject, PropertiesUpdate, ReferenceUpdate } from '../config-api/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import type { Kind } from '../model/index.js';
import type { Ownership } from './ownership.js';

/**
 * Writes nothing while this monitor may not act: a process that thaws in the middle of a plan sends what was on its way, and no more.
 * Rejects with `aborted` then.
 */
export class FencedWriter implements ConfigWriter {
  public constructor(private readonly parts: { readonly writer: ConfigWriter; readonly ownership: Ownership }) {}

  public async create(kind: Kind, object: NewObject, signal: AbortSignal): Promise<string> {
    return this.writer().create(kind, object, signal);
  }

  public async updateProperties(update: PropertiesUpdate, signal: AbortSignal): Promise<void> {
    return this.writer().updateProperties(update, signal);
  }

  public async delete(kind: Kind, uuid: string, signal: AbortSignal): Promise<void> {
    return this.writer().delete(kind, uuid, signal);
  }

  public async updateReference(update: ReferenceUpdate, signal: AbortSignal): Promise<void> {
    return this.writer().updateReference(update, signal);
  }

  public async relaxReference(uuid: string, refUuid: string, signal: AbortSignal): Promise<void> {
    return this.writer().relaxReference(uuid, refUuid, signal);
  }

  public async updateMap(update: MapUpdate, signal: AbortSignal): Promise<void> {
    return this.writer().updateMap(update, signal);
  }

  private writer(): ConfigWriter {
    if (!this.parts.ownership.mayAct()) throw new SvcMonitorError('aborted', 'this monitor may not act now');
    return this.parts.writer;
  }
}
