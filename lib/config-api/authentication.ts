import { validateHeaderValue } from 'node:http';
import { hasCode, SvcMonitorError } from '../base/errors/index.js';
import { tokenHeader } from './http-sender.js';
import type { ApiRequest, RequestSender } from './request.js';

/** Where tokens come from. */
export interface TokenSource {
  /** The token to send, if one is known. */
  current(): string | undefined;
  /**
   * Another token than the one that was rejected (undefined: none was sent); undefined if there can be none.
   * Rejects with `unauthorized` or `aborted`.
   */
  renew(rejected: string | undefined, signal: AbortSignal): Promise<string | undefined>;
}

/** No token at all (`aaa_mode=no-auth`). */
export const noToken: TokenSource = {
  current: () => undefined,
  renew: () => Promise.resolve(undefined),
};

/** One token, given from outside, that is never renewed. */
export class FixedToken implements TokenSource {
  // Private for the runtime too: whoever prints the object does not print the token.
  readonly #token: string;

  /** @throws SvcMonitorError `invalid-configuration` if no header can carry it, as with the line break at the end of a file */
  public constructor(token: string) {
    try {
      validateHeaderValue(tokenHeader, token);
    } catch {
      const problem = 'the token has characters that no HTTP header can carry';
      throw new SvcMonitorError('invalid-configuration', problem, { details: { problems: [problem] } });
    }
    this.#token = token;
  }

  public current(): string {
    return this.#token;
  }

  public renew(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

/**
 * Sends something with the token that is known. On 401 it gets another one and sends once more, a create too: a request that was
 * refused has done nothing. A second 401 is `unauthorized`.
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
    if (!hasCode(error, 'unauthorized')) throw error;
    const fresh = await tokens.renew(token, signal);
    if (fresh === undefined) throw error;
    return send(fresh);
  }
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
