import type { ApiRequest, RequestSender } from './request.js';
import type { Semaphore } from './semaphore.js';

/** Sends a bounded number of requests at a time; the others wait in line. The time in line does not count for the timeout. */
export class LimitedSender implements RequestSender {
  public constructor(
    private readonly next: RequestSender,
    private readonly semaphore: Semaphore,
  ) {}

  public send<T>(request: ApiRequest<T>, signal: AbortSignal): Promise<T> {
    return this.semaphore.run(() => this.next.send(request, signal), signal, request.lane);
  }
}
