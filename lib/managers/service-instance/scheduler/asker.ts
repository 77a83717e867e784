import { withTimeout, type Clock } from '../../../base/clock/index.js';
import { SvcMonitorError } from '../../../base/errors/index.js';
import type { TaskContext } from '../../manager.js';

/** Longest answer that is looked at. Characters: 1000 vRouters need a tenth of it. */
const longestAnswer = 16 * 1024 * 1024;

/** Asks others than the config API, each request with its time. */
export class Asker {
  public constructor(
    private readonly context: TaskContext,
    private readonly parts: { readonly clock: Clock; readonly timeoutMs: number },
  ) {}

  /** A token for those who want one; undefined: none is needed. Rejects as the login does. */
  public token(signal: AbortSignal): Promise<string | undefined> {
    return this.context.token(signal);
  }

  /**
   * Resolves to the body of an answer with status 200. Rejects with `bad-answer` (another status, or too long), `timeout`, `unavailable` or
   * `aborted`.
   */
  public async get(url: string, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string> {
    const { clock, timeoutMs } = this.parts;
    const { status, body } = await withTimeout(clock, timeoutMs, signal, (inner) =>
      this.context.transport.send({ method: 'GET', url, headers }, inner),
    );
    if (status !== 200)
      throw new SvcMonitorError('bad-answer', `answered with ${status}`, { details: { url, status } });
    if (body.length > longestAnswer)
      throw new SvcMonitorError('bad-answer', 'answered with too much', { details: { url } });
    return body;
  }
}
