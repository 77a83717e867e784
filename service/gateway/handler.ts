import {
  errorFields,
  failureOf,
  hasCode,
  isAborted,
  toSvcMonitorError,
  type Clock,
  type ConnectionUse,
  type Logger,
  type NeutronFrontEnd,
  type Outages,
  type SvcMonitorError,
  type UpstreamAnswer,
} from '../../lib/index.js';
import { without } from './headers.js';
import { holdRequest } from './held-request.js';
import type { Outcome, PassReason } from './metrics.js';
import { longestLookedAt, neutronResource, readBody } from './neutron-requests.js';
import { pass, sendHead, type Exchange, type TakenBody } from './passage.js';
import type { ServerRequests } from './server-requests.js';
import type { Tally } from './tally.js';

/** See {@link GatewayHandler}. */
export interface GatewayHandlerOptions {
  readonly requests: ServerRequests;
  /** How connections to a server are used for what may be repeated. */
  readonly use: (server: string) => ConnectionUse;
  /** Absent: all is passed on. */
  readonly frontEnd?: NeutronFrontEnd;
  /** How long the front end may work on a request by itself. Milliseconds. */
  readonly changeTimeoutMs: number;
  /** So many requests are served at once. */
  readonly maxRequests: number;
  /** So many of them are looked at at once; more pass unchanged. */
  readonly maxHeld: number;
  readonly tally: Tally;
  readonly outages: Outages;
  readonly clock: Clock;
  readonly logger: Logger;
}

const part = 'gateway';
const longestLoggedPath = 200;
const framing: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);

/** Answers the requests that come to the gateway: passes them on, or has the front end answer them. */
export class GatewayHandler {
  private held = 0;

  public constructor(private readonly options: GatewayHandlerOptions) {}

  /** Never rejects. Resolves when the answer is sent, or the client has gone. */
  public async answer(exchange: Exchange): Promise<void> {
    const { tally, maxRequests } = this.options;
    const isOneTooMany = tally.begun() > maxRequests;
    let outcome: Outcome = 'aborted';
    try {
      outcome = isOneTooMany ? this.refuse(exchange) : await this.serve(exchange);
    } catch (error) {
      outcome = this.answerFailure(exchange, toSvcMonitorError(error));
    } finally {
      tally.ended(outcome);
      // The client may still be sending what nobody wants: it is dropped, so that it finds the answer.
      exchange.request.resume();
    }
  }

  private async serve(exchange: Exchange): Promise<Outcome> {
    const { request } = exchange;
    const arrivedAt = this.options.clock.monotonic();
    const resource = neutronResource(request.method ?? '', request.url ?? '');
    if (this.options.frontEnd === undefined || resource === undefined) {
      await this.pass(exchange, arrivedAt);
      return 'passed';
    }
    if (this.held >= this.options.maxHeld) {
      this.passedUnchanged(exchange, 'busy');
      await this.pass(exchange, arrivedAt);
      return 'passed-unchanged';
    }
    this.held += 1;
    try {
      return await this.hold(exchange, { frontEnd: this.options.frontEnd, resource, arrivedAt });
    } finally {
      this.held -= 1;
    }
  }

  private async hold(
    exchange: Exchange,
    what: { readonly frontEnd: NeutronFrontEnd; readonly resource: 'floatingip' | 'port'; readonly arrivedAt: number },
  ): Promise<Outcome> {
    const { request, response, gone } = exchange;
    const { requests, clock, changeTimeoutMs, tally } = this.options;
    const { method = '', url = '', rawHeaders } = request;
    // To look at a body it has to come.
    if (request.headers.expect !== undefined) response.writeContinue();
    const taken = await readBody(request, longestLookedAt, gone);
    if (!taken.isWhole) {
      this.passedUnchanged(exchange, 'too-large');
      await this.pass(exchange, what.arrivedAt, taken);
      return 'passed-unchanged';
    }
    const result = await holdRequest({
      ...{ frontEnd: what.frontEnd, requests, gone, clock },
      request: { resource: what.resource, rawHeaders, body: taken.bytes },
      target: { method, path: url },
      limitMs: changeTimeoutMs,
    });
    switch (result.then) {
      case 'answer':
        tally.added(clock.monotonic() - what.arrivedAt - result.waitedMs);
        sendWhole(exchange, result.answer);
        return 'changed';
      case 'pass':
        await this.pass(exchange, what.arrivedAt + result.waitedMs, taken);
        return 'passed';
      case 'pass-unchanged':
        this.passedUnchanged(exchange, result.reason, result.error);
        if (result.answer === undefined) await this.pass(exchange, what.arrivedAt + result.waitedMs, taken);
        else sendWhole(exchange, result.answer);
        return 'passed-unchanged';
      case 'fail':
        this.failed(exchange, result.error);
        sendText(exchange, 502, 'the gateway could not complete the request, and does not know what became of it');
        return 'failed';
    }
  }

  private async pass(exchange: Exchange, arrivedAt: number, taken?: TakenBody): Promise<void> {
    const { requests, use, clock, tally } = this.options;
    let isFirst = true;
    const onSent = (): void => {
      if (isFirst) tally.added(clock.monotonic() - arrivedAt);
      isFirst = false;
      this.reached();
    };
    await pass(exchange, { requests, use, onSent }, taken);
  }

  private refuse(exchange: Exchange): Outcome {
    const { maxRequests, logger } = this.options;
    logger.warn('the gateway refuses requests, too many are under way', { maxRequests });
    sendText(exchange, 503, `the gateway has ${maxRequests} requests under way, and takes no more`);
    return 'refused';
  }

  private answerFailure(exchange: Exchange, error: SvcMonitorError): Outcome {
    const { response, gone } = exchange;
    if (gone.aborted || isAborted(error)) {
      response.destroy();
      return 'aborted';
    }
    const wasSent = !hasCode(error, 'unavailable') || error.details['sent'] === true;
    if (wasSent) this.failed(exchange, error);
    else this.unserved(error);
    // The client sees that its answer is not whole.
    if (response.headersSent) response.destroy();
    else if (wasSent) sendText(exchange, 502, `no answer came from the API server: ${error.message}`);
    else sendText(exchange, 503, `no API server can be reached: ${error.message}`);
    return wasSent ? 'failed' : 'unserved';
  }

  private reached(): void {
    const outageMs = this.options.outages.over(part);
    if (outageMs !== undefined) this.options.logger.info('the gateway reaches an API server again', { outageMs });
  }

  private unserved(error: SvcMonitorError): void {
    const { outages, logger } = this.options;
    const isNews = outages.of(part) === undefined;
    outages.failed(part, failureOf(error, 'gateway-unserved'));
    if (isNews) logger.warn('the gateway reaches no API server, requests are answered with 503', errorFields(error));
  }

  private passedUnchanged(exchange: Exchange, reason: PassReason, error?: SvcMonitorError): void {
    this.options.tally.passed(reason);
    this.options.logger.warn('a request passes the gateway unchanged', {
      reason,
      ...requestFields(exchange),
      ...(error === undefined ? {} : errorFields(error)),
    });
  }

  private failed(exchange: Exchange, error: SvcMonitorError): void {
    const fields = { ...requestFields(exchange), ...errorFields(error) };
    this.options.logger.warn('a request through the gateway has failed', fields);
  }
}

function requestFields({ request }: Exchange): Readonly<Record<string, string>> {
  return { method: request.method ?? '', path: (request.url ?? '').slice(0, longestLoggedPath) };
}

function sendWhole(exchange: Exchange, { status, rawHeaders, body }: UpstreamAnswer): void {
  const length = ['Content-Length', String(body.length)];
  sendHead(exchange, status, undefined, [...without(rawHeaders, framing), ...length]);
  exchange.response.end(body);
}

function sendText(exchange: Exchange, status: number, text: string): void {
  const headers = ['Content-Type', 'text/plain; charset=UTF-8'];
  sendWhole(exchange, { status, rawHeaders: headers, body: Buffer.from(`${text}\n`) });
}
