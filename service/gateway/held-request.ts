import {
  onAbort,
  SvcMonitorError,
  toSvcMonitorError,
  type Clock,
  type NeutronFrontEnd,
  type NeutronRequest,
  type Timer,
  type UpstreamAnswer,
} from '../../lib/index.js';
import { HeldUpstream, type HeldUpstreamOptions } from './held-upstream.js';
import type { PassReason } from './metrics.js';

/** See {@link holdRequest}. */
export interface HeldRequestOptions extends Pick<HeldUpstreamOptions, 'requests' | 'gone'> {
  readonly frontEnd: NeutronFrontEnd;
  readonly request: NeutronRequest;
  readonly target: { readonly method: string; readonly path: string };
  /** How long the front end may work by itself, the waits for the API server apart. Milliseconds. */
  readonly limitMs: number;
  readonly clock: Clock;
}

/** What the front end has made of a request, and how long it waited for the API server meanwhile. Milliseconds. */
export type HeldResult = { readonly waitedMs: number } & (
  | { readonly then: 'answer'; readonly answer: UpstreamAnswer }
  | { readonly then: 'pass' }
  /** It could not look at it. `answer`: what the API server has answered to it already; it is not sent again. */
  | {
      readonly then: 'pass-unchanged';
      readonly reason: PassReason;
      readonly error: SvcMonitorError;
      readonly answer?: UpstreamAnswer;
    }
  /** It has failed when something was sent that may not be sent twice. */
  | { readonly then: 'fail'; readonly error: SvcMonitorError }
);

/**
 * Lets the front end look at a request, for a bounded time: that runs while it does not wait for the API server. Rejects with `aborted` if the
 * client goes away meanwhile.
 */
export async function holdRequest(options: HeldRequestOptions): Promise<HeldResult> {
  const { frontEnd, request, target, requests, gone, clock, limitMs } = options;
  const { body, rawHeaders } = request;
  const limit = new WorkLimit(clock, limitMs, gone);
  const upstream = new HeldUpstream({
    requests,
    // What the front end does after its end is not sent any more.
    gone: limit.signal,
    clock,
    original: { ...target, rawHeaders, body },
    onWaiting: (isWaiting) => {
      limit.pause(isWaiting);
    },
  });
  try {
    const answer = await limit.race(async () => frontEnd.handle(request, upstream, limit.signal));
    const { waitedMs } = upstream;
    if (answer !== undefined) return { then: 'answer', answer, waitedMs };
    if (!upstream.isSpent) return { then: 'pass', waitedMs };
    return afterFailure(upstream, new SvcMonitorError('bug', 'what was sent already is to be passed on'));
  } catch (error) {
    const known = toSvcMonitorError(error);
    if (gone.aborted) throw known;
    return afterFailure(upstream, known);
  } finally {
    limit.end();
  }
}

function afterFailure({ isSpent, answer, waitedMs }: HeldUpstream, error: SvcMonitorError): HeldResult {
  const reason = error.code === 'timeout' ? 'timeout' : 'failed';
  if (answer !== undefined) return { then: 'pass-unchanged', reason, error, answer, waitedMs };
  return isSpent ? { then: 'fail', error, waitedMs } : { then: 'pass-unchanged', reason, error, waitedMs };
}

/** A time limit that stands still during waits. */
class WorkLimit {
  private readonly controller = new AbortController();
  private timer: Timer | undefined;
  private waits = 0;
  private hasEnded = false;

  public constructor(
    private readonly clock: Clock,
    private readonly ms: number,
    private readonly gone: AbortSignal,
  ) {}

  /** Fires when it is over, or the client has gone. */
  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Runs the work, and no longer than the limit: rejects with `timeout` or `aborted` then, whether or not it heeds the signal. */
  public race<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      onAbort(this.controller.signal, () => {
        reject(toSvcMonitorError(this.controller.signal.reason));
      });
      const release = onAbort(this.gone, () => {
        this.controller.abort(new SvcMonitorError('aborted', 'the client has gone'));
      });
      this.schedule();
      work().finally(release).then(resolve, reject);
    });
  }

  public pause(isWaiting: boolean): void {
    this.waits += isWaiting ? 1 : -1;
    if (this.waits > 0) this.timer?.cancel();
    else this.schedule();
  }

  public end(): void {
    this.hasEnded = true;
    this.timer?.cancel();
    this.controller.abort(new SvcMonitorError('aborted', 'it is over'));
  }

  private schedule(): void {
    this.timer?.cancel();
    if (this.hasEnded) return;
    this.timer = this.clock.schedule(this.ms, () => {
      const details = { timeoutMs: this.ms };
      this.controller.abort(new SvcMonitorError('timeout', 'the front end took too long', { details }));
    });
  }
}
