import { z } from 'zod';
import type { HttpRequest, HttpResponse } from './http-transport.js';
import type { ConfigApiAuth } from './options.js';
import { baseUrl } from './server-list.js';

/** How to log in at Keystone; see {@link ConfigApiAuth}. */
export type KeystoneCredentials = Extract<ConfigApiAuth, { mode: 'keystone' }>;

/** A version of Keystone's API. */
export type KeystoneVersion = 'v3' | 'v2';

/** Where the login goes. */
export interface KeystoneEndpoint {
  readonly version: KeystoneVersion;
  /** The endpoint as configured, without a slash at its end. */
  readonly base: string;
  /** What tokens are asked for from. */
  readonly tokens: string;
}

/** A token as it was given out. */
export interface GivenToken {
  readonly token: string;
  /** How long it lives, by Keystone's own clock; undefined where it does not say. Milliseconds. */
  readonly lifetimeMs?: number;
}

const versionInPath = /(?:^|\/)v(\d)(?:\.\d+)?(?:\/|$)/;
const time = z.string().transform((text) => Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`));
const times = { issued_at: time.optional().catch(undefined), expires_at: time.optional().catch(undefined) };
const answerOfV3 = z.object({ token: z.object(times) });
const answerOfV2 = z.object({
  access: z.object({
    token: z.object({
      id: z.string().min(1),
      issued_at: times.issued_at,
      expires: times.expires_at,
    }),
  }),
});

/**
 * Where a login goes, and by which version. A URL that names the tokens themselves, as the original's `AUTHN_URL` does, will do.
 *
 * @throws SvcMonitorError `invalid-configuration` if the URL cannot be used
 */
export function endpointOf({ url, apiVersion = 'auto' }: KeystoneCredentials): KeystoneEndpoint {
  const base = baseUrl(url).replace(/(?:\/auth)?\/tokens$/, '');
  const version = apiVersion === 'auto' ? (versionOf(base) === '2' ? 'v2' : 'v3') : apiVersion;
  return { version, base, tokens: version === 'v3' ? `${base}/auth/tokens` : `${base}/tokens` };
}

/** Whether the URL names a version of the API. */
export function hasVersion({ base }: KeystoneEndpoint): boolean {
  return versionOf(base) !== undefined;
}

function versionOf(base: string): string | undefined {
  return versionInPath.exec(new URL(base).pathname)?.[1];
}

/** The request of a login by password, scoped to the project. */
export function loginRequest(
  endpoint: KeystoneEndpoint,
  credentials: KeystoneCredentials,
  password: string,
): HttpRequest {
  const body = endpoint.version === 'v3' ? bodyOfV3(credentials, password) : bodyOfV2(credentials, password);
  return {
    method: 'POST',
    url: endpoint.tokens,
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** The token of an answer; undefined if there is none in it. */
export function tokenIn({ version }: KeystoneEndpoint, response: HttpResponse): GivenToken | undefined {
  if (response.status !== 200 && response.status !== 201) return undefined;
  const body = parsed(response.body);
  if (version === 'v2') {
    const answer = answerOfV2.safeParse(body);
    if (!answer.success) return undefined;
    const { id, issued_at: issuedAt, expires } = answer.data.access.token;
    return given(id, { issuedAt, expiresAt: expires }, response);
  }
  const token = response.headers['x-subject-token'];
  if (token === undefined || token === '') return undefined;
  const answer = answerOfV3.safeParse(body);
  const { issued_at: issuedAt, expires_at: expiresAt } = answer.success ? answer.data.token : {};
  return given(token, { issuedAt, expiresAt }, response);
}

/** By both of Keystone's times: ours may be another. Where it does not say when it was issued, the answer has its date. */
function given(
  token: string,
  { issuedAt, expiresAt }: { readonly issuedAt?: number | undefined; readonly expiresAt?: number | undefined },
  { headers }: HttpResponse,
): GivenToken {
  const from = issuedAt ?? Date.parse(headers['date'] ?? '');
  const lifetimeMs = (expiresAt ?? NaN) - from;
  return lifetimeMs > 0 ? { token, lifetimeMs } : { token };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // No JSON, so no answer of Keystone: the schema says so.
    return undefined;
  }
}

function bodyOfV3(credentials: KeystoneCredentials, password: string): unknown {
  const { username, projectName, userDomain = 'default', projectDomain = 'default' } = credentials;
  return {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: username, domain: { name: userDomain }, password } },
      },
      scope: { project: { name: projectName, domain: { name: projectDomain } } },
    },
  };
}

function bodyOfV2({ username, projectName }: KeystoneCredentials, password: string): unknown {
  return { auth: { passwordCredentials: { username, password }, tenantName: projectName } };
}
