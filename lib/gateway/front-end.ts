import type { Buffer } from 'node:buffer';

/** A request to the API server's Neutron extension, as the gateway has it from its client. */
export interface NeutronRequest {
  readonly resource: 'floatingip' | 'port';
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** An answer of the API server, or in its place. */
export interface UpstreamAnswer {
  readonly status: number;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** The API server that a request is for. */
export interface Upstream {
  /**
   * Sends a request to the same API server with the caller's own headers (token untouched), or another body or path.
   *
   * @param request without a `body`, a POST or PUT has the one that the caller has sent, and others have none
   * @throws SvcMonitorError `unavailable` if there is no answer, `bad-answer` if it is too long, `aborted`
   */
  send(
    request: { readonly method: string; readonly path: string; readonly body?: Buffer },
    signal: AbortSignal,
  ): Promise<UpstreamAnswer>;
}

/** Makes of requests to the API server's Neutron extension what users expect of them. */
export interface NeutronFrontEnd {
  /**
   * Answers a request.
   *
   * @param signal fires when nobody waits for the answer any more, or it has taken too long
   * @returns undefined: pass the request on unchanged
   */
  handle(request: NeutronRequest, upstream: Upstream, signal: AbortSignal): Promise<UpstreamAnswer | undefined>;
}
