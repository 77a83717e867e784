import {
  SvcMonitorError,
  type ConflictingObject,
  type DetailsOf,
  type ErrorCode,
  type ErrorDetails,
  type Remedy,
} from '../base/errors/index.js';
import { explainConnectionFailure, peers } from '../base/peer/index.js';
import type { HttpResponse } from './http-transport.js';
import { operations, type ApiRequest } from './request.js';

/** What the statuses of the config API mean (docs/opensdn.md, 5.1). Others are no answers of an API server. */
const codeOfStatus: ReadonlyMap<number, ErrorCode> = new Map([
  [400, 'bad-request'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [405, 'bad-request'],
  [409, 'conflict'],
  [412, 'quota-exceeded'],
  [413, 'bad-request'],
  // Malformed requests are answered with 500 too (recording 11); nothing tells them from a server in trouble.
  [500, 'unavailable'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
]);

const notAnApiServer: Remedy = {
  setting: 'config_api.urls',
  advice: 'something else than an API server answers there, such as a proxy or a dashboard: check config_api.urls',
};

const longestMessage = 300;
const longestBody = 1000;
const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

/** Which request an error is about; `server` is the base URL. */
export type RequestContext = Pick<ApiRequest<unknown>, 'operation' | 'method' | 'path'> & { readonly server: string };

/**
 * The error that an answer which is no success stands for, with method, path, server, status and the beginning of the body as details.
 *
 * `conflict` also has what the text names (recordings 08 and 16): `referrers` and `children`, each a list of
 * {@link ConflictingObject}, or `existingUuid`.
 *
 * @param response its body must hold no secret
 */
export function errorOfAnswer(context: RequestContext, response: HttpResponse): SvcMonitorError {
  const text = textOf(response.body);
  const code = codeOf(context, response, text);
  const said = text === '' ? '' : `: ${cut(text, longestMessage)}`;
  return new SvcMonitorError(code, `${subject(context)} was answered ${response.status}${said}`, {
    details: {
      ...contextDetails(context),
      status: response.status,
      body: cut(response.body, longestBody),
      ...(code === 'conflict' ? conflictDetails(text) : {}),
      ...remedyFor(code, response, text),
    },
  });
}

function remedyFor(code: ErrorCode, { body }: HttpResponse, text: string): Remedy {
  const wantsTls = explainConnectionFailure(peers.configApi, '', body);
  if (wantsTls?.kind === 'tls-wanted')
    return { setting: wantsTls.setting, answer: cut(text, longestMessage), advice: wantsTls.advice };
  const answer = text === '' ? {} : { answer: cut(text, longestMessage) };
  if (code === 'bad-answer' && isHtml(body)) return { ...answer, ...notAnApiServer };
  return code === 'unauthorized' || code === 'forbidden' || code === 'unavailable' ? answer : {};
}

/** The error for an answer that reports success and is not what the config API sends. */
export function badAnswer(
  context: RequestContext,
  response: HttpResponse,
  problems: readonly string[],
): SvcMonitorError {
  return new SvcMonitorError(
    'bad-answer',
    `${subject(context)} was answered ${response.status} with something else than expected`,
    {
      details: {
        ...contextDetails(context),
        status: response.status,
        body: cut(response.body, longestBody),
        problems,
        ...(isHtml(response.body) ? { answer: cut(textOf(response.body), longestMessage), ...notAnApiServer } : {}),
      },
    },
  );
}

/** The error with the request that it is about. */
export function withContext(context: RequestContext, error: SvcMonitorError): SvcMonitorError {
  return new SvcMonitorError(error.code, `${subject(context)}: ${error.message}`, {
    details: { ...error.details, ...contextDetails(context) },
  });
}

function subject(context: RequestContext): string {
  return `${context.method} ${context.path.split('?', 1)[0] ?? ''}`;
}

function contextDetails(context: RequestContext): ErrorDetails {
  return { method: context.method, path: cut(context.path, longestMessage), server: context.server };
}

function codeOf(context: RequestContext, response: HttpResponse, text: string): ErrorCode {
  if (response.status === 404 && !isAboutAnObject(context, response, text)) return 'bad-answer';
  return codeOfStatus.get(response.status) ?? 'bad-answer';
}

/** Whether a 404 says that an object does not exist. Anything else must not pass for that: the object would be forgotten. */
function isAboutAnObject(context: RequestContext, response: HttpResponse, text: string): boolean {
  // A list of nothing is answered 200 with an empty list; 404 is what the API server makes of a failed read of its database.
  if (operations[context.operation].timeout === 'list') return false;
  // A path that the server does not know (recording 11), and the page of some proxy.
  return !text.startsWith("Not found: '/") && !(isHtml(response.body) && preformatted(response.body) === undefined);
}

function conflictDetails(text: string): DetailsOf<'conflict'> {
  const existing = new RegExp(`already exists with uuid: (${uuid})`).exec(text)?.[1];
  if (existing !== undefined) return { existingUuid: existing.toLowerCase() };
  const objects = objectsOf(text);
  if (objects.length === 0) return {};
  return text.includes('children still present') ? { children: objects } : { referrers: objects };
}

function objectsOf(text: string): readonly ConflictingObject[] {
  // Only the end of each URL: an expression that begins with `http://` would, on a text full of those, look through it again from each.
  const hrefs = text.matchAll(new RegExp(`/([a-z][a-z0-9-]*)/(${uuid})`, 'g'));
  return [...hrefs].map(([, kind = '', id = '']) => ({ kind, uuid: id.toLowerCase() }));
}

/** What the server says: most answers are plain text, some (412, recording 21) an HTML page with the text in a `<pre>`. */
function textOf(body: string): string {
  const text = isHtml(body) ? (preformatted(body) ?? titleOf(body)) : body;
  return text.replace(/\s+/g, ' ').trim();
}

function isHtml(body: string): boolean {
  return /^\s*<(?:!doctype|html)/i.test(body);
}

function preformatted(body: string): string | undefined {
  const text = /<pre>([^<]*)<\/pre>/i.exec(body)?.[1];
  return text === undefined ? undefined : unescapeHtml(text);
}

function titleOf(body: string): string {
  return unescapeHtml(/<title>([^<]*)<\/title>/i.exec(body)?.[1] ?? 'an HTML page');
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&#039;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
