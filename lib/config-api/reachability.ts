import type { Clock } from '../base/clock/index.js';
import { SvcMonitorError, type ErrorCode } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import { failureOf, type Outages, type ProblemType } from '../base/problems/index.js';
import { operations, type ApiRequest, type RequestSender } from './request.js';

/** See {@link ReachabilitySender}. */
export interface ReachabilityOptions {
  readonly outages: Outages;
  readonly clock: Clock;
  readonly logger: Logger;
}

const part = 'config-api';

// Any other answer, a 404 or a 409 too, shows that the API server is there and knows who we are.
const problemOf: Partial<Readonly<Record<ErrorCode, ProblemType>>> = {
  unavailable: 'config-api-unreachable',
  timeout: 'config-api-unreachable',
  unauthorized: 'config-api-unauthorized',
  'bad-answer': 'config-api-odd',
};
const silentCodes: ReadonlySet<ErrorCode> = new Set(['aborted', 'closed', 'bug']);

/**
 * Notes whether the config API serves us, by how whole requests end, repeats included: an outage begins with one that fails while none that
 * began after it has succeeded, and ends with the next that is answered. One that hangs among others that are answered is none.
 *
 * That reads, or writes, are forbidden is an outage of its own: it ends when one of the same sort is allowed.
 */
export class ReachabilitySender implements RequestSender {
  private lastAnswerAt = -Infinity;

  public constructor(
    private readonly next: RequestSender,
    private readonly options: ReachabilityOptions,
  ) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    const startedAt = this.options.clock.monotonic();
    try {
      const answer = await this.next.send(request, signal);
      this.answered();
      const outageMs = this.options.outages.over(forbiddenPart(request));
      if (outageMs !== undefined) this.options.logger.info('the config API allows requests again', { outageMs });
      return answer;
    } catch (error) {
      if (SvcMonitorError.is(error) && !silentCodes.has(error.code)) this.failed(request, error, startedAt);
      throw error;
    }
  }

  private failed(request: ApiRequest<unknown>, error: SvcMonitorError, startedAt: number): void {
    const type = problemOf[error.code];
    if (type === undefined) this.answered();
    else if (this.lastAnswerAt < startedAt) this.begin(part, error, type);
    if (error.code === 'forbidden') this.begin(forbiddenPart(request), error, 'config-api-forbidden');
  }

  private answered(): void {
    this.lastAnswerAt = this.options.clock.monotonic();
    const outageMs = this.options.outages.over(part);
    if (outageMs !== undefined) this.options.logger.info('the config API answers again', { outageMs });
  }

  private begin(name: string, error: SvcMonitorError, type: ProblemType): void {
    const { outages, logger } = this.options;
    const known = outages.of(name);
    const failure = failureOf(error, type);
    outages.failed(name, failure);
    if (known?.type === failure.type) return;
    const { setting, advice } = failure;
    logger.warn('the config API does not serve us, going on trying', {
      problem: failure.type,
      ...(setting === undefined ? {} : { setting }),
      advice,
      ...errorFields(error),
    });
  }
}

function forbiddenPart({ operation }: ApiRequest<unknown>): string {
  return `${part}:${operations[operation].access}`;
}
