import type { z } from 'zod';

/**
 * What each operation of the config API is: whether it changes anything, whether sending it again does no harm, and which
 * of the two timeouts bounds it. A create may have happened although its answer was lost, so it is not sent again.
 */
export const operations = {
  get: { access: 'read', repeatable: true, timeout: 'request' },
  'get-many': { access: 'read', repeatable: true, timeout: 'request' },
  list: { access: 'read', repeatable: true, timeout: 'list' },
  'bulk-list': { access: 'read', repeatable: true, timeout: 'list' },
  watch: { access: 'read', repeatable: true, timeout: 'list' },
  'fqname-to-id': { access: 'read', repeatable: true, timeout: 'request' },
  'id-to-fqname': { access: 'read', repeatable: true, timeout: 'request' },
  create: { access: 'write', repeatable: false, timeout: 'request' },
  update: { access: 'write', repeatable: true, timeout: 'request' },
  delete: { access: 'write', repeatable: true, timeout: 'request' },
  'ref-update': { access: 'write', repeatable: true, timeout: 'request' },
  'ref-relax': { access: 'write', repeatable: true, timeout: 'request' },
  'prop-collection-update': { access: 'write', repeatable: true, timeout: 'request' },
} as const satisfies Record<string, { access: 'read' | 'write'; repeatable: boolean; timeout: 'request' | 'list' }>;

/** The header that carries the id of a request: the API server puts it into the notifications that the request causes. */
export const requestIdHeader = 'X-Request-Id';

/** What a request does, by its name in `operations`. @useDeclaredType */
export type Operation = keyof typeof operations;

/** A request to the config API, before it is bound to a server, a token or an attempt. */
export interface ApiRequest<T> {
  readonly operation: Operation;
  /** Kind of the object that is read or written, dashed; `unknown` where the request does not say. */
  readonly kind: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, such as `/virtual-ips?count=True`. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** What a good answer looks like: parsed JSON in, the result out. An empty answer is `undefined`. */
  readonly answer: z.ZodType<T>;
  /** Of whom it is: those who send a lot take turns with the others. Defaults to nobody in particular. */
  readonly lane?: string;
  /** Asked just before it is sent, and before each repeat: what may not be sent any more rejects with `aborted`. Defaults to always. */
  readonly mayBeSent?: () => boolean;
  /** Called before it is sent again: whoever counts what comes of it counts once more. */
  readonly onRepeat?: () => void;
  /** Told of the answer, whatever its status, before it is looked at. It holds no token. */
  readonly onAnswer?: (answer: { readonly status: number; readonly body: string }) => void;
  /** More headers: the token. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The one interface that all policies share: retry, limit, authentication and recording each wrap another sender.
 *
 * Rejects with a `SvcMonitorError`; which codes, see `ConfigReader` and `ConfigWriter`.
 */
export interface RequestSender {
  send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T>;
}
