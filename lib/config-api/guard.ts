import { SvcMonitorError } from '../base/errors/index.js';
import type { ApiRequest, RequestSender } from './request.js';

/**
 * Does not send what its maker may not send any more. It is asked last, after the wait for a permit, a token or a repeat, and for each repeat:
 * a process that thaws in the middle of its work may have waited for long. Rejects with `aborted` then.
 */
export class GuardedSender implements RequestSender {
  public constructor(private readonly next: RequestSender) {}

  public async send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    if (request.mayBeSent?.() === false) throw new SvcMonitorError('aborted', 'this may not be written any more');
    return this.next.send(request, signal);
  }
}
