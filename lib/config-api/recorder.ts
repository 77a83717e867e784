import type { Clock } from '../base/clock/index.js';
import { toSvcMonitorError, type ErrorCode } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { operations, requestIdHeader, type ApiRequest, type Operation, type RequestSender } from './request.js';

/** One request that was sent, each repeat for itself. */
export interface RequestRecord {
  readonly operation: Operation;
  readonly access: 'read' | 'write';
  /** Kind of the object that was read or written, dashed; `unknown` where the request does not say. */
  readonly kind: string;
  readonly method: ApiRequest<unknown>['method'];
  /** Path and query. */
  readonly path: string;
  /** What the API server puts into the notifications that the request causes. */
  readonly requestId: string;
  /** When it was sent. Wall clock, milliseconds since 1970. */
  readonly sentAt: number;
  readonly outcome: 'ok' | ErrorCode;
  readonly seconds: number;
  /** The status of the answer. Absent: none came. */
  readonly status?: number;
  /** What was sent with a write. It is sent as JSON; it may hold names of others. */
  readonly body?: unknown;
  /** The body of the answer to a write, of any length: others' text, but for the token, which it never holds. */
  readonly answer?: string;
}

/** See {@link RecordingSender}. */
export interface RecorderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** A fresh id, for each request that has none. */
  readonly requestId: () => string;
  /** Told of each request when it has ended. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

/** A request on its way. */
interface Sent {
  readonly request: ApiRequest<unknown>;
  readonly requestId: string;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Monotonic time, milliseconds. */
  readonly startedAt: number;
  answer?: { readonly status: number; readonly body: string };
}

/** Counts and times each request as it is sent: repeats one by one, the wait in line and the backoff left out. */
export class RecordingSender implements RequestSender {
  public constructor(
    private readonly next: RequestSender,
    private readonly options: RecorderOptions,
  ) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const { clock, requestId: newId } = this.options;
    const requestId = request.headers?.[requestIdHeader] ?? newId();
    const sent: Sent = { request, requestId, at: clock.now(), startedAt: clock.monotonic() };
    const named: ApiRequest<T> = {
      ...request,
      headers: { ...request.headers, [requestIdHeader]: requestId },
      onAnswer: (answer) => {
        sent.answer = answer;
        request.onAnswer?.(answer);
      },
    };
    try {
      const result = await this.next.send(named, signal);
      this.record(sent, 'ok');
      return result;
    } catch (error) {
      this.record(sent, toSvcMonitorError(error).code);
      throw error;
    }
  }

  private record({ request, requestId, at, startedAt, answer }: Sent, outcome: 'ok' | ErrorCode): void {
    const { operation, kind, method, path, body } = request;
    const { access } = operations[operation];
    const { clock, metrics } = this.options;
    const seconds = (clock.monotonic() - startedAt) / 1000;
    metrics.increment('config_api_requests_total', { operation, kind, outcome });
    metrics.observe('config_api_request_seconds', { operation }, seconds);
    this.notify({
      ...{ operation, access, kind, method, path, requestId, sentAt: at, outcome, seconds },
      ...(answer === undefined ? {} : { status: answer.status }),
      // Of reads neither is told: what they answer can be all there is.
      ...(access === 'read' || body === undefined ? {} : { body }),
      ...(access === 'read' || answer === undefined ? {} : { answer: answer.body }),
    });
  }

  private notify(record: RequestRecord): void {
    try {
      this.options.onRequest?.(record);
    } catch (error) {
      // A write that was made must not be reported as failed because an onlooker did.
      this.options.logger.error('the hook for config API requests failed', errorFields(error));
    }
  }
}
