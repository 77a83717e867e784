import { untilAborted, withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, remedyOf, SvcMonitorError, toSvcMonitorError, type Remedy } from '../base/errors/index.js';
import { currentOf, refreshOf } from '../base/live/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import { peers } from '../base/peer/index.js';
import { backoffMs } from '../base/reconnect/index.js';
import type { LoginStatus, TokenRemedies, TokenSource } from './authentication.js';
import { explained } from './connection-errors.js';
import type { HttpTransport } from './http-transport.js';
import {
  endpointOf,
  loginRequest,
  tokenIn,
  type GivenToken,
  type KeystoneCredentials,
  type KeystoneEndpoint,
} from './keystone-login.js';
import { refusalOf } from './keystone-refusals.js';

/** See {@link KeystoneTokens}. */
export interface KeystoneOptions {
  readonly transport: HttpTransport;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Time for one login. Milliseconds. */
  readonly timeoutMs: number;
}

const leastTimeBetweenLoginsMs = 1000;
/** Of its life, until a token is renewed: of one that lives for an hour nine minutes are left to mend a Keystone that is away. */
const usedShare = 0.85;
const longestPauseMs = 60_000;

interface HeldToken {
  readonly token: string;
  /** When it is to be renewed, by the monotonic clock; Infinity where its end is not known. */
  readonly renewAt: number;
}

/**
 * Tokens of Keystone, by password, scoped to a project.
 *
 * The first login is made when a request is refused, not before, and whoever waits for a token waits for the same one. A token that comes
 * to its end is renewed by the way, while requests go on with it: none waits for that, and a Keystone that is away then is asked again after
 * a pause that doubles. How long a token lives is reckoned by Keystone's own times and counted by the monotonic clock: it does not matter
 * what the clocks of the two machines show.
 *
 * There is at most one login a second: while Keystone is away, or gives tokens that the config API refuses, requests without a good token
 * fail with `unauthorized` at once. The cause tells what Keystone did.
 */
export class KeystoneTokens implements TokenSource {
  public readonly remedies: TokenRemedies = {
    unauthorized: {
      setting: 'auth.url',
      advice:
        'the config API refuses a token that Keystone has just given: see that both go by the same Keystone, and by the same time',
    },
    forbidden: {
      setting: 'auth.username',
      advice:
        'the user lacks the role that the config API asks for: give it in the project of auth.project_name, see cloud_admin_role of the API server',
    },
  };
  // Private for the runtime too: whoever prints the object does not print them.
  readonly #credentials: KeystoneCredentials;
  #held: HeldToken | undefined;
  private readonly endpoint: KeystoneEndpoint;
  private login: Promise<string> | undefined;
  private last: { readonly startedAt: number; readonly failure?: SvcMonitorError } | undefined;
  private failedInRow = 0;
  private failing: { readonly since: number; readonly message: string; readonly remedy: Remedy } | undefined;
  private loggedInAt: number | undefined;

  /** @throws SvcMonitorError `invalid-configuration` if the URL cannot be used */
  public constructor(
    credentials: KeystoneCredentials,
    private readonly options: KeystoneOptions,
  ) {
    this.#credentials = credentials;
    this.endpoint = endpointOf(credentials);
  }

  public current(): string | undefined {
    if (this.isDue()) this.renewAhead();
    return this.#held?.token;
  }

  public async renew(rejected: string | undefined, signal: AbortSignal): Promise<string> {
    // Another request has renewed it meanwhile.
    const known = this.#held?.token;
    if (known !== undefined && known !== rejected) return known;
    return untilAborted(this.sharedLogin(), signal);
  }

  /** See {@link LoginStatus}. */
  public status(): LoginStatus {
    const { failing, loggedInAt } = this;
    return {
      url: this.endpoint.tokens,
      ...(loggedInAt === undefined ? {} : { loggedInAt }),
      ...(failing === undefined
        ? {}
        : { failure: { since: failing.since, message: failing.message, ...failing.remedy } }),
    };
  }

  private isDue(): boolean {
    const { clock } = this.options;
    if (this.#held === undefined || this.login !== undefined || clock.monotonic() < this.#held.renewAt) return false;
    const pauseMs =
      this.failedInRow === 0 ? 0 : backoffMs(this.failedInRow - 1, leastTimeBetweenLoginsMs, longestPauseMs);
    return this.sinceLastLoginMs() >= Math.max(pauseMs, leastTimeBetweenLoginsMs);
  }

  private sinceLastLoginMs(): number {
    return this.last === undefined ? Infinity : this.options.clock.monotonic() - this.last.startedAt;
  }

  private renewAhead(): void {
    const isFirst = this.failedInRow === 0;
    this.sharedLogin().catch((error: unknown) => {
      // The line of a whole outage; those whose token is refused meanwhile fail by themselves.
      if (!isFirst || hasCode(toSvcMonitorError(error).cause, 'closed')) return;
      this.options.logger.warn('token of Keystone not renewed before its end, going on with it', errorFields(error));
    });
  }

  private sharedLogin(): Promise<string> {
    this.login ??= this.logIn().finally(() => {
      this.login = undefined;
    });
    return this.login;
  }

  private async logIn(): Promise<string> {
    const { clock, logger } = this.options;
    const startedAt = clock.monotonic();
    if (this.sinceLastLoginMs() < leastTimeBetweenLoginsMs) {
      throw this.unauthorized('the last login was less than a second ago', this.last?.failure);
    }
    this.last = { startedAt };
    try {
      const { token, lifetimeMs } = await this.ask();
      this.#held = { token, renewAt: lifetimeMs === undefined ? Infinity : startedAt + lifetimeMs * usedShare };
      this.failedInRow = 0;
      this.failing = undefined;
      this.loggedInAt = clock.now();
      logger.info('logged in at Keystone', {
        url: this.endpoint.tokens,
        ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      });
      return token;
    } catch (error) {
      const failure = toSvcMonitorError(error);
      this.last = { startedAt, failure };
      this.failedInRow += 1;
      const remedy = remedyOf(failure.details);
      this.failing = { since: this.failing?.since ?? clock.now(), message: failure.message, remedy };
      throw this.unauthorized('Keystone gave no token', failure);
    }
  }

  private async ask(): Promise<GivenToken> {
    const { transport, clock, timeoutMs } = this.options;
    await refreshOf(this.#credentials.password);
    const password = currentOf(this.#credentials.password);
    const request = loginRequest(this.endpoint, this.#credentials, password);
    // No caller's signal: others wait for the login too.
    const { signal } = new AbortController();
    try {
      const response = await withTimeout(clock, timeoutMs, signal, (until) => transport.send(request, until));
      const given = tokenIn(this.endpoint, response);
      if (given === undefined) throw refusalOf(this.endpoint, response, password);
      return given;
    } catch (error) {
      if (hasCode(error, 'unavailable', 'timeout', 'bad-answer')) throw explained(error, peers.keystone);
      throw error;
    }
  }

  private unauthorized(message: string, cause: SvcMonitorError | undefined): SvcMonitorError {
    const why = cause === undefined ? '' : `: ${cause.message}`;
    const remedy = cause === undefined ? {} : remedyOf(cause.details);
    return new SvcMonitorError('unauthorized', `${message}${why}`, {
      cause,
      details: { url: this.endpoint.tokens, ...remedy },
    });
  }
}
