import type { RejectedMessage } from '../change-stream/index.js';
import type { Clock } from '../base/clock/index.js';
import type { SvcMonitorError } from '../base/errors/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { errorFields } from '../base/log/index.js';
import { problemOf, problemTypes, type Problem, type ProblemType } from '../base/problems/index.js';

const shownMessages = 20;

/** Keeps what could not be parsed: objects until they are fine or gone, and the last messages. Each is logged once. */
export class RejectionLog {
  private readonly objects = new Map<string, Problem<ProblemType>>();
  private readonly messages: Problem<ProblemType>[] = [];

  public constructor(
    private readonly parts: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics },
  ) {}

  /** An object does not have the shape of its kind. */
  public objectRejected(error: SvcMonitorError): void {
    const { kind, uuid, problems } = error.details;
    const kindText = typeof kind === 'string' ? kind : 'unknown';
    const uuidText = typeof uuid === 'string' ? uuid : 'unknown';
    this.parts.metrics.increment('objects_rejected_total', { kind: kindText });
    const known = this.objects.get(uuidText);
    if (known === undefined)
      this.parts.logger.warn('object rejected', { kind: kindText, uuid: uuidText, problems, ...errorFields(error) });
    const problem = problemOf(problemTypes, 'object', {
      kind: kindText,
      uuid: uuidText,
      message: Array.isArray(problems) ? problems.join('; ') : error.message,
      since: known?.since ?? this.parts.clock.now(),
    });
    this.objects.set(uuidText, problem);
  }

  /** The object is fine, or gone. */
  public objectAccepted(uuid: string): void {
    if (this.objects.size > 0) this.objects.delete(uuid);
  }

  /** A message could not be understood; counted and logged by who received it. */
  public messageRejected(message: RejectedMessage): void {
    const problem = problemOf(problemTypes, 'message', {
      ...(message.type === undefined ? {} : { kind: message.type }),
      ...(message.uuid === undefined ? {} : { uuid: message.uuid }),
      message: [message.reason, ...message.problems].join('; '),
      since: this.parts.clock.now(),
    });
    this.messages.push(problem);
    if (this.messages.length > shownMessages) this.messages.shift();
  }

  /** All of them, objects first. */
  public problems(): readonly Problem<ProblemType>[] {
    return [...this.objects.values(), ...this.messages];
  }
}
