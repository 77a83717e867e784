import { sleep, type Clock } from '../base/clock/index.js';
import { hasCode, type SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { backoffMs } from '../base/reconnect/index.js';
import { operations, type ApiRequest, type Operation, type RequestSender } from './request.js';

/** See {@link RetryingSender}. */
export interface RetryOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** Upper bound of the delay before the first repeat, milliseconds; it doubles with each repeat up to `maxDelayMs`. */
  readonly delayMs: number;
  readonly maxDelayMs: number;
  /** Numbers from 0 up to, not including, 1. */
  readonly random: () => number;
}

/**
 * Sends again what may be sent again, after a backoff with full jitter: a delay drawn evenly from 0 to the bound, so that the
 * clients of a server that comes back do not all come back at once.
 *
 * Repeats on `unavailable` and `timeout`, reads on `bad-answer` too. Rejects with the last failure.
 */
export class RetryingSender implements RequestSender {
  public constructor(
    private readonly next: RequestSender,
    private readonly options: RetryOptions,
  ) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.next.send(request, signal);
      } catch (error) {
        if (attempt >= this.options.attempts || !mayHelp(request.operation, error)) throw error;
        await this.backOff(request.operation, { attempt, error }, signal);
        request.onRepeat?.();
      }
    }
  }

  private async backOff(
    operation: Operation,
    failed: { readonly attempt: number; readonly error: SvcMonitorError },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, logger, metrics, delayMs, maxDelayMs, random } = this.options;
    const delay = random() * backoffMs(failed.attempt - 1, delayMs, maxDelayMs);
    metrics.increment('config_api_retries_total', { operation });
    if (logger.isDebugEnabled()) {
      logger.debug('config API request failed, sending it again', {
        operation,
        attempt: failed.attempt,
        delayMs: Math.round(delay),
        code: failed.error.code,
        error: failed.error.message,
      });
    }
    await sleep(clock, delay, signal);
  }
}

function mayHelp(operation: Operation, error: unknown): error is SvcMonitorError {
  const { repeatable, access } = operations[operation];
  if (!repeatable) return false;
  return hasCode(error, 'unavailable', 'timeout') || (access === 'read' && hasCode(error, 'bad-answer'));
}
