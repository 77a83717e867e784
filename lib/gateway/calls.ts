import { z } from 'zod';
import { membersOf, replaced, valueAt } from './json-text.js';

/** What a body of the Neutron plugin asks for. */
export interface NeutronCall {
  readonly operation: string;
  /** The project of the user, a uuid with dashes; undefined: it is none. */
  readonly tenant: string | undefined;
  /** Whether the plugin says that the user is an administrator. */
  readonly isAdmin: boolean;
  /** The object that it is about, a uuid with dashes; undefined: none. */
  readonly id: string | undefined;
  /** Undefined: there are none, or they are no object. */
  readonly filters: Readonly<Record<string, unknown>> | undefined;
  /** Undefined: there is none, or it is no object. */
  readonly resource: Readonly<Record<string, unknown>> | undefined;
  /** The body itself. */
  readonly text: string;
}

const anyObject = z.record(z.string(), z.unknown());
const objectOrNothing = anyObject.optional().catch(undefined);

const bodySchema = z.object({
  context: z.object({
    operation: z.string(),
    tenant: z.string().optional().catch(undefined),
    tenant_id: z.string().optional().catch(undefined),
    is_admin: z.boolean().optional().catch(undefined),
  }),
  data: z.object({
    id: z.string().optional().catch(undefined),
    filters: objectOrNothing,
    resource: objectOrNothing,
  }),
});

/** What the body asks for; undefined: it is no body of the plugin, or not one that the API server would take. */
export function parseCall(body: Buffer): NeutronCall | undefined {
  const text = textOf(body);
  const parsed = text === undefined ? undefined : bodySchema.safeParse(parseJson(text));
  if (text === undefined || parsed?.success !== true) return undefined;
  const { context, data } = parsed.data;
  return {
    operation: context.operation,
    tenant: uuidIn(context.tenant ?? context.tenant_id),
    isAdmin: context.is_admin === true,
    id: uuidIn(data.id),
    filters: data.filters,
    resource: data.resource,
    text,
  };
}

/** The body with other filters. */
export function withFilters({ text }: NeutronCall, filters: Readonly<Record<string, unknown>>): Buffer {
  const data = membersOf(text, membersOf(text, valueAt(text, 0)).get('data') ?? valueAt(text, 0));
  const span = data.get('filters');
  return Buffer.from(span === undefined ? text : replaced(text, [{ ...span, text: JSON.stringify(filters) }]));
}

/** The body with values added to its resource; of a key that is there already the added one counts. */
export function withResource({ text }: NeutronCall, added: Readonly<Record<string, string>>): Buffer {
  const data = membersOf(text, membersOf(text, valueAt(text, 0)).get('data') ?? valueAt(text, 0));
  const span = data.get('resource');
  if (span === undefined) return Buffer.from(text);
  const before = membersOf(text, span).size === 0 ? '' : ', ';
  const end = span.end - 1;
  return Buffer.from(replaced(text, [{ start: end, end, text: `${before}${JSON.stringify(added).slice(1, -1)}` }]));
}

/** A body that reads an object in the name of the same user. */
export function asRead({ text }: NeutronCall, id: string): Buffer {
  const members = membersOf(text, valueAt(text, 0));
  const operation = membersOf(text, members.get('context') ?? valueAt(text, 0)).get('operation');
  const data = members.get('data');
  const changes = [
    ...(operation === undefined ? [] : [{ ...operation, text: '"READ"' }]),
    ...(data === undefined ? [] : [{ ...data, text: JSON.stringify({ id, fields: [] }) }]),
  ];
  return Buffer.from(replaced(text, changes));
}

/** The text that the bytes stand for; undefined: it is no UTF-8. */
export function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Who sends bytes that are no text is answered by the API server.
    return undefined;
  }
}

/** The value that a text of JSON stands for; undefined: it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // As above.
    return undefined;
  }
}

/** A uuid in one of the forms in which the API server takes them, with dashes and small letters; undefined: it is none. */
export function uuidIn(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const digits = value
    .replace(/^urn:/i, '')
    .replace(/^uuid:/i, '')
    .replaceAll(/[-{}]/g, '')
    .toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(digits)) return undefined;
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, digits);
}
