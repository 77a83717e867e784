import type { Json } from '../../fixtures/index.js';

/** A request for both servers. Texts such as `<<3>>` stand for the uuid that each of them gave to what the third create made. */
export interface ComparedRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Which of the creates it is, if it is one. */
  readonly makes?: number;
  /** To be called if the answer is 200: what the sequence knows from then on. */
  readonly taken?: () => void;
}

/** What a server answered. */
export interface ServerAnswer {
  readonly status: number;
  /** Parsed where it is JSON, else text. */
  readonly body: unknown;
}

/** The uuid of what a create has made, dashed. */
export const made = (number: number): string => `<<${number}>>`;

/** The same without dashes, as Neutron writes projects. */
export const madeUndashed = (number: number): string => `<<${number}:u>>`;

/** A request to Neutron's endpoints, as an administrator of a project. */
export function neutronRequest(tenant: number, what: string, data: Json): ComparedRequest {
  const [resource = '', operation = ''] = what.split(' ');
  const context = { operation, tenant: madeUndashed(tenant), tenant_id: madeUndashed(tenant), is_admin: true };
  return { method: 'POST', path: `/neutron/${resource}`, body: { context, data } };
}

/** What a request is about, in a word or two: `POST /virtual-ips`, `port UPDATE`. */
export function outline({ method, path, body }: ComparedRequest): string {
  const [, first = '', second = ''] = path.split(/[/?]/);
  if (first !== 'neutron') return `${method} /${first}`;
  return `${second} ${(body as { readonly context: { readonly operation: string } }).context.operation}`;
}
