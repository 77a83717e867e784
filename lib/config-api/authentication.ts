import { hasCode, SvcMonitorError, type Remedy } from '../base/errors/index.js';
import { currentOf, refreshOf, type MaybeLive } from '../base/live/index.js';
import { canBeSent, tokenHeader } from './request-headers.js';
import type { ApiRequest, RequestSender } from './request.js';

/** What to do when the config API refuses what a {@link TokenSource} gives, or that there is nothing. */
export interface TokenRemedies {
  /** 401. */
  readonly unauthorized: Remedy;
  /** 403. */
  readonly forbidden: Remedy;
}

/** How it stands with the login at Keystone. */
export interface LoginStatus {
  /** Where tokens are asked for. */
  readonly url: string;
  /** Wall-clock time of the last one that succeeded, milliseconds since 1970. */
  readonly loggedInAt?: number;
  /** Why there is no other token now; absent when the last login succeeded. A token that is still good may be held meanwhile. */
  readonly failure?: Remedy & { readonly message: string; readonly since: number };
}

/** Where tokens come from. */
export interface TokenSource {
  readonly remedies: TokenRemedies;
  /** The token to send, if one is known. */
  current(): string | undefined;
  /**
   * Another token than the one that was rejected (undefined: none was sent); undefined if there can be none.
   * Rejects with `unauthorized` or `aborted`.
   */
  renew(rejected: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** How it stands with the login, where there is one. */
  status?(): LoginStatus;
}

/** No token at all (`aaa_mode=no-auth`). */
export const noToken: TokenSource = {
  remedies: {
    unauthorized: {
      setting: 'auth.mode',
      advice: 'the config API asks for a token: set auth.mode to keystone, or to token',
    },
    forbidden: {
      setting: 'auth.mode',
      advice: 'the config API does not let everybody in: set auth.mode to keystone, or to token',
    },
  },
  current: () => undefined,
  renew: () => Promise.resolve(undefined),
};

/** One token, given from outside, that is never renewed but from there. */
export class FixedToken implements TokenSource {
  public readonly remedies: TokenRemedies = {
    unauthorized: {
      setting: 'auth.token',
      advice:
        'the token has expired or is not one: give another in auth.token or auth.token_file, or set auth.mode to keystone',
    },
    forbidden: {
      setting: 'auth.token',
      advice: 'the token lacks the role that the config API asks for: see cloud_admin_role of the API server',
    },
  };
  // Private for the runtime too: whoever prints the object does not print the token.
  readonly #given: MaybeLive<string>;
  #token: string;

  /** @throws SvcMonitorError `invalid-configuration` if no header can carry it, as with the line break at the end of a file */
  public constructor(token: MaybeLive<string>) {
    this.#given = token;
    this.#token = currentOf(token);
    if (canBeSent(this.#token)) return;
    const problem = 'the token has characters that no HTTP header can carry';
    throw new SvcMonitorError('invalid-configuration', problem, { details: { problems: [problem] } });
  }

  public current(): string {
    const given = currentOf(this.#given);
    if (canBeSent(given)) this.#token = given;
    return this.#token;
  }

  /** Another token if there is one where it comes from. */
  public async renew(rejected: string | undefined): Promise<string | undefined> {
    await refreshOf(this.#given);
    const token = this.current();
    return token === rejected ? undefined : token;
  }
}

/**
 * Sends something with the token that is known. On 401 it gets another one and sends once more, a create too: a request that was
 * refused has done nothing. A second 401 is `unauthorized`. What is refused in the end says what to do about it.
 */
export async function withAuthentication<T>(
  tokens: TokenSource,
  signal: AbortSignal,
  send: (token: string | undefined) => Promise<T>,
): Promise<T> {
  const token = tokens.current();
  try {
    return await send(token);
  } catch (error) {
    if (!hasCode(error, 'unauthorized')) throw withRemedy(error, tokens);
    const fresh = await tokens.renew(token, signal);
    if (fresh === undefined) throw withRemedy(error, tokens);
    try {
      return await send(fresh);
    } catch (again) {
      throw withRemedy(again, tokens);
    }
  }
}

function withRemedy(error: unknown, { remedies }: TokenSource): unknown {
  if (!hasCode(error, 'unauthorized', 'forbidden')) return error;
  const remedy = remedies[error.code];
  return new SvcMonitorError(error.code, `${error.message} (${remedy.advice ?? ''})`, {
    details: { ...error.details, ...remedy },
  });
}

/** Sends requests with a token; see {@link withAuthentication}. */
export class AuthenticatingSender implements RequestSender {
  public constructor(
    private readonly next: RequestSender,
    private readonly tokens: TokenSource,
  ) {}

  public send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    return withAuthentication(this.tokens, signal, (token) => this.next.send(withToken(request, token), signal));
  }
}

function withToken<T>(request: ApiRequest<T>, token: string | undefined): ApiRequest<T> {
  return token === undefined ? request : { ...request, headers: { ...request.headers, [tokenHeader]: token } };
}
