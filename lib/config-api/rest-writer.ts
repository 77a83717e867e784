import { SvcMonitorError } from '../base/errors/index.js';
import { refsField, uuidSchema, type Kind } from '../model/index.js';
import { z } from 'zod';
import { anyAnswer, objectAnswers, uuidAnswer } from './answers.js';
import { requestIdHeader, type ApiRequest, type RequestSender } from './request.js';
import type {
  ConfigWriter,
  MapEntryUpdate,
  MapUpdate,
  NewObject,
  PropertiesUpdate,
  ReferenceUpdate,
  TracedUpdate,
} from './writer.js';

const createdSchema = z.looseObject({ uuid: uuidSchema });

/** {@link ConfigWriter} over REST. Timeouts, repeats and the token are the sender's. */
export class RestConfigWriter implements ConfigWriter {
  public constructor(private readonly sender: RequestSender) {}

  public async create(kind: Kind, object: NewObject, signal: AbortSignal): Promise<string> {
    refuseReferences(kind, object.properties);
    // The API server wants no parent type below the root of the configuration.
    const parent = object.parentKind === 'config-root' ? {} : { parent_type: object.parentKind };
    const created = await this.sender.send(
      {
        operation: 'create',
        kind,
        method: 'POST',
        path: `/${kind}s`,
        body: { [kind]: { ...object.properties, ...referencesOf(object), fq_name: object.fqName, ...parent } },
        answer: objectAnswers[kind].pipe(createdSchema),
      },
      signal,
    );
    return created.uuid;
  }

  public async updateProperties(update: PropertiesUpdate, signal: AbortSignal): Promise<void> {
    const { kind, uuid, properties } = update;
    refuseReferences(kind, properties);
    await this.sender.send(
      {
        operation: 'update',
        kind,
        method: 'PUT',
        path: `/${kind}/${encodeURIComponent(uuid)}`,
        body: { [kind]: properties },
        ...traceOf(update),
        answer: objectAnswers[kind],
      },
      signal,
    );
  }

  public async delete(kind: Kind, uuid: string, signal: AbortSignal): Promise<void> {
    const path = `/${kind}/${encodeURIComponent(uuid)}`;
    await this.sender.send({ operation: 'delete', kind, method: 'DELETE', path, answer: anyAnswer }, signal);
  }

  public async updateReference(update: ReferenceUpdate, signal: AbortSignal): Promise<void> {
    const body = {
      type: update.kind,
      uuid: update.uuid,
      'ref-type': update.refKind,
      'ref-uuid': update.refUuid,
      'ref-fq-name': null,
      operation: update.operation,
      attr: update.attr ?? null,
      // Without it the reference would keep others from deleting its target (recording 16).
      ...(update.operation === 'ADD' && update.relaxed !== false ? { relax_ref_for_delete: true } : {}),
    };
    await this.sender.send(
      {
        operation: 'ref-update',
        kind: update.kind,
        method: 'POST',
        path: '/ref-update',
        body,
        ...traceOf(update),
        answer: uuidAnswer,
      },
      signal,
    );
  }

  public async relaxReference(uuid: string, refUuid: string, signal: AbortSignal): Promise<void> {
    const body = { uuid, 'ref-uuid': refUuid };
    await this.sender.send(
      {
        operation: 'ref-relax',
        kind: 'unknown',
        method: 'POST',
        path: '/ref-relax-for-delete',
        body,
        answer: uuidAnswer,
      },
      signal,
    );
  }

  public async updateMap(update: MapUpdate, signal: AbortSignal): Promise<void> {
    const { kind, uuid, field, updates } = update;
    if (updates.length === 0) return;
    const body = { uuid, updates: updates.map((entry) => mapUpdate(field, entry)) };
    await this.sender.send(
      {
        operation: 'prop-collection-update',
        kind,
        method: 'POST',
        path: '/prop-collection-update',
        body,
        ...traceOf(update),
        answer: anyAnswer,
      },
      signal,
    );
  }
}

function traceOf({ requestId, onRepeat }: TracedUpdate): Pick<ApiRequest<unknown>, 'headers' | 'onRepeat'> {
  return {
    ...(requestId === undefined ? {} : { headers: { [requestIdHeader]: requestId } }),
    ...(onRepeat === undefined ? {} : { onRepeat }),
  };
}

/** The entry as recording 11 has it. */
function mapUpdate(field: string, update: MapEntryUpdate): unknown {
  if (update.operation === 'delete') return { field, operation: 'delete', position: update.key };
  return { field, operation: 'set', value: { key: update.key, value: update.value }, position: update.key };
}

/** A list of references would replace what others wrote meanwhile: there is no optimistic locking (docs/opensdn.md, 5.2). */
function refuseReferences(kind: Kind, properties: Readonly<Record<string, unknown>>): void {
  const references = Object.keys(properties).filter((name) => name.endsWith('_refs'));
  if (references.length === 0) return;
  throw new SvcMonitorError('bug', 'references are written one by one, never as a list', {
    details: { kind, references },
  });
}

function referencesOf({ references = [] }: NewObject): Readonly<Record<string, unknown>> {
  const fields: Record<string, unknown[]> = {};
  for (const { to, attr } of references) {
    (fields[refsField(to.kind)] ??= []).push({ to: to.fqName, uuid: to.uuid, attr: attr ?? null });
  }
  return fields;
}
