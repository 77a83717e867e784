import { kinds, type Kind } from '../../../lib/model/index.js';
import { z } from 'zod';
import type { ServiceWrite } from '../running-service.js';
import type { Json } from './json.js';
import { pickPart } from './pick.js';

/** How what names something is shown: as it is, or as another name that always stands for it. */
export interface Shown {
  /** An object, as the config API has it. */
  object(value: Json): Json;
  /** A uuid, or some other name. */
  text(text: string): string;
}

/** A write of a running service, as it is exported. */
export interface PickedWrite {
  readonly write: ServiceWrite;
  /** What it has sent, as much of it as is exported. Undefined: it cannot be played. */
  readonly sent: SentWrite | undefined;
}

interface SentWrite {
  /** All that has a name in it, for whoever gives other names. */
  readonly named: Json;
  /** The request, and what a good answer to it says. */
  readonly as: (shown: Shown) => { readonly path: string; readonly request: Json; readonly answer: Json };
}

const kindSchema = z.custom<Kind>((name) => kinds.some((kind) => kind === name));
const uuidSchema = z.guid();

const referenceSchema = z.object({
  type: kindSchema,
  uuid: uuidSchema,
  'ref-type': kindSchema,
  'ref-uuid': uuidSchema,
  'ref-fq-name': z.null(),
  operation: z.enum(['ADD', 'DELETE']),
  attr: z.null(),
  relax_ref_for_delete: z.boolean().optional(),
});

const relaxSchema = z.object({ uuid: uuidSchema, 'ref-uuid': uuidSchema });

const entrySchema = z.discriminatedUnion('operation', [
  z.object({
    operation: z.literal('set'),
    field: z.literal('annotations'),
    value: z.object({ key: z.string(), value: z.string() }),
  }),
  z.object({ operation: z.literal('delete'), field: z.literal('annotations'), position: z.string() }),
]);
const entriesSchema = z.object({ uuid: uuidSchema, updates: z.array(entrySchema) });

/** What is exported of a write: of what was sent, what the rules write. */
export function pickWrite(write: ServiceWrite): PickedWrite {
  return { write, sent: write.bodyLength === undefined ? sentBy(write) : undefined };
}

/** All that has a name in a write, for whoever gives other names. */
export function namesIn({ write, sent }: PickedWrite): Json {
  return [write.requestId, sent?.named ?? null];
}

/** The event of a recording that a write is: a request with its answer, or, where it cannot be played, words that say why. */
export function writeEvent({ write, sent }: PickedWrite, shown: Shown, isAnonymised: boolean): Json {
  const { at, method, status, tookMs, answer = '' } = write;
  const requestId = shownRequestId(write.requestId, shown);
  if (sent === undefined || status === undefined) {
    return { mark: `${at} ${method} by request ${requestId}, answered ${status ?? 'not at all'}: ${reasonOf(write)}` };
  }
  const { path, request, answer: goodAnswer } = sent.as(shown);
  // Any other is words, which may name anything.
  const response = status < 300 ? goodAnswer : isAnonymised ? '' : answer;
  const note = `sent by the service at ${at}, answered after ${tookMs} ms`;
  return { http: { method, path, request, status, response }, request_id: requestId, note };
}

function reasonOf({ outcome, bodyLength, status }: ServiceWrite): string {
  if (bodyLength !== undefined) return `what was sent is left out, it has ${bodyLength} characters`;
  return status === undefined ? outcome : 'what was sent is left out, it has no form that is known';
}

// The id leads to the lines of the API server's log. What stands before the uuid says what the request was for.
function shownRequestId(requestId: string, shown: Shown): string {
  const [, prefix = '', uuid = requestId] =
    /^(req-svc-monitor-(?:[a-z]{1,20}-)?)([0-9a-f-]{36})$/.exec(requestId) ?? [];
  return `${prefix}${shown.text(uuid)}`;
}

function sentBy(write: ServiceWrite): SentWrite | undefined {
  const { method, path, body } = write;
  if (method !== 'POST') return sentTo(write);
  switch (path) {
    case '/ref-update':
      return reference(path, referenceSchema.safeParse(body).data);
    case '/ref-relax-for-delete':
      return reference(path, relaxSchema.safeParse(body).data);
    case '/prop-collection-update':
      return entries(path, entriesSchema.safeParse(body).data);
    default:
      return created(write);
  }
}

function reference(
  path: string,
  body: z.output<typeof referenceSchema | typeof relaxSchema> | undefined,
): SentWrite | undefined {
  if (body === undefined) return undefined;
  const { uuid, 'ref-uuid': target } = body;
  return {
    named: [uuid, target],
    as: (shown) => ({
      path,
      request: jsonOf({ ...body, uuid: shown.text(uuid), 'ref-uuid': shown.text(target) }),
      answer: { uuid: shown.text(uuid) },
    }),
  };
}

function entries(path: string, body: z.output<typeof entriesSchema> | undefined): SentWrite | undefined {
  if (body === undefined) return undefined;
  const { uuid, updates } = body;
  const pairOf = (update: (typeof updates)[number]): { readonly key: string; readonly value: string } =>
    update.operation === 'set' ? update.value : { key: update.position, value: '' };
  return {
    named: [uuid, ...updates.map(pairOf)],
    as: (shown) => ({
      path,
      request: {
        uuid: shown.text(uuid),
        updates: updates.map((update): Json => {
          const { operation, field } = update;
          const { key, value } = annotationShown(pairOf(update), shown);
          return { field, operation, ...(operation === 'set' ? { value: { key, value } } : {}), position: key };
        }),
      },
      answer: '',
    }),
  };
}

// As an annotation of an object: only ours are told.
function annotationShown(
  pair: { readonly key: string; readonly value: string },
  shown: Shown,
): { readonly key: Json; readonly value: Json } {
  const { annotations } = shownSchema.parse(shown.object({ annotations: { key_value_pair: [pair] } }));
  return annotations.key_value_pair[0];
}

const shownSchema = z.object({
  annotations: z.object({ key_value_pair: z.tuple([z.object({ key: z.string(), value: z.string().nullable() })]) }),
});

// An object of one of the kinds, as it is wrapped.
function wrapped(kind: Kind, body: unknown): Readonly<Record<string, Json>> | undefined {
  const parsed = z.record(z.string(), z.looseObject({})).safeParse(body);
  const object = parsed.data?.[kind];
  return object === undefined ? undefined : pickPart(kind, object);
}

function created({ path, body, object, status }: ServiceWrite): SentWrite | undefined {
  const kind = kinds.find((name) => path === `/${name}s`);
  const made = kind === undefined ? undefined : wrapped(kind, body);
  // A create whose object is not known cannot be made again.
  if (kind === undefined || made === undefined || (object === undefined && status === 200)) return undefined;
  return {
    named: [made, object ?? null],
    as: (shown) => ({
      path,
      request: { [kind]: shown.object(made) },
      answer: { [kind]: { uuid: object === undefined ? null : shown.text(object) } },
    }),
  };
}

function sentTo({ method, path, body }: ServiceWrite): SentWrite | undefined {
  const [, name, uuid = ''] = /^\/([a-z-]+)\/([0-9a-f-]{36})$/.exec(path) ?? [];
  const kind = kinds.find((one) => one === name);
  if (kind === undefined || !uuidSchema.safeParse(uuid).success) return undefined;
  const changed = method === 'PUT' ? wrapped(kind, body) : null;
  if (changed === undefined) return undefined;
  return {
    named: [uuid, changed],
    as: (shown) => ({
      path: `/${kind}/${shown.text(uuid)}`,
      request: changed === null ? null : { [kind]: shown.object(changed) },
      answer: changed === null ? '' : { [kind]: { uuid: shown.text(uuid) } },
    }),
  };
}

// What is undefined vanishes.
function jsonOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
