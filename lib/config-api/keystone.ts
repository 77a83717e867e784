import { withTimeout, type Clock, untilAborted } from '../base/clock/index.js';
import { SvcMonitorError, toSvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import type { TokenSource } from './authentication.js';
import type { HttpResponse, HttpTransport } from './http-transport.js';
import type { ConfigApiAuth } from './options.js';
import { baseUrl } from './server-list.js';

type KeystoneCredentials = Extract<ConfigApiAuth, { mode: 'keystone' }>;

/** See {@link KeystoneTokens}. */
export interface KeystoneOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for one login. Milliseconds. */
  readonly timeoutMs: number;
}

const leastTimeBetweenLoginsMs = 1000;
const tokenInAnswer = 'x-subject-token';

/**
 * Tokens of Keystone v3, by password, scoped to a project.
 *
 * The login is made when a request is refused, not before, and whoever waits for a token waits for the same one. There is at
 * most one login a second: while Keystone is away, or gives tokens that the config API refuses, requests fail with
 * `unauthorized` at once. The cause tells what Keystone did; what it said stays out, it may repeat what it was sent.
 */
export class KeystoneTokens implements TokenSource {
  // Private for the runtime too: whoever prints the object does not print them.
  readonly #credentials: KeystoneCredentials;
  #token: string | undefined;
  private readonly url: string;
  private login: Promise<string> | undefined;
  private last: { readonly startedAt: number; readonly failure?: SvcMonitorError } | undefined;

  public constructor(
    credentials: KeystoneCredentials,
    private readonly options: KeystoneOptions,
  ) {
    this.#credentials = credentials;
    this.url = `${baseUrl(credentials.url)}/auth/tokens`;
  }

  public current(): string | undefined {
    return this.#token;
  }

  public async renew(rejected: string | undefined, signal: AbortSignal): Promise<string> {
    // Another request has renewed it meanwhile.
    if (this.#token !== undefined && this.#token !== rejected) return this.#token;
    this.login ??= this.logIn().finally(() => {
      this.login = undefined;
    });
    return untilAborted(this.login, signal);
  }

  private async logIn(): Promise<string> {
    const startedAt = this.options.clock.monotonic();
    if (this.last !== undefined && startedAt - this.last.startedAt < leastTimeBetweenLoginsMs) {
      throw this.unauthorized('the last login was less than a second ago', this.last.failure);
    }
    this.last = { startedAt };
    try {
      const token = tokenOf(await this.post());
      this.#token = token;
      this.options.logger.info('logged in at Keystone', { url: this.url });
      return token;
    } catch (error) {
      const failure = toSvcMonitorError(error);
      this.last = { startedAt, failure };
      throw this.unauthorized('Keystone gave no token', failure);
    }
  }

  private post(): Promise<HttpResponse> {
    const { transport, clock, timeoutMs } = this.options;
    const request = {
      method: 'POST' as const,
      url: this.url,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: JSON.stringify(loginBody(this.#credentials)),
    };
    // No caller's signal: others wait for the login too.
    const { signal } = new AbortController();
    return withTimeout(clock, timeoutMs, signal, (until) => transport.send(request, until));
  }

  private unauthorized(message: string, cause: SvcMonitorError | undefined): SvcMonitorError {
    return new SvcMonitorError('unauthorized', message, { cause, details: { url: this.url } });
  }
}

function tokenOf(response: HttpResponse): string {
  const token = response.headers[tokenInAnswer];
  if ((response.status === 200 || response.status === 201) && token !== undefined && token !== '') return token;
  throw new SvcMonitorError('unauthorized', `Keystone answered ${response.status}, without a token`, {
    details: { status: response.status },
  });
}

function loginBody(credentials: KeystoneCredentials): unknown {
  const { username, password, projectName, userDomain = 'default', projectDomain = 'default' } = credentials;
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
