import type { Clock } from '../base/clock/index.js';
import { toSvcMonitorError, type ErrorCode } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { operations, type ApiRequest, type Operation, type RequestSender } from './request.js';

/** One request that was sent, each repeat for itself. */
export interface RequestRecord {
  readonly operation: Operation;
  readonly access: 'read' | 'write';
  /** Kind of the object that was read or written, dashed; `unknown` where the request does not say. */
  readonly kind: string;
  /** Path and query. */
  readonly path: string;
  readonly outcome: 'ok' | ErrorCode;
  readonly seconds: number;
}

/** See {@link RecordingSender}. */
export interface RecorderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of each request when it has ended. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
}

/** Counts and times each request as it is sent: repeats one by one, the wait in line and the backoff left out. */
export class RecordingSender implements RequestSender {
  public constructor(
    private readonly next: RequestSender,
    private readonly options: RecorderOptions,
  ) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const startedAt = this.options.clock.monotonic();
    try {
      const answer = await this.next.send(request, signal);
      this.record(request, 'ok', startedAt);
      return answer;
    } catch (error) {
      this.record(request, toSvcMonitorError(error).code, startedAt);
      throw error;
    }
  }

  private record(request: ApiRequest<unknown>, outcome: 'ok' | ErrorCode, startedAt: number): void {
    const { operation, kind, path } = request;
    const { clock, metrics } = this.options;
    const seconds = (clock.monotonic() - startedAt) / 1000;
    metrics.increment('config_api_requests_total', { operation, kind, outcome });
    metrics.observe('config_api_request_seconds', { operation }, seconds);
    this.notify({ operation, access: operations[operation].access, kind, path, outcome, seconds });
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
