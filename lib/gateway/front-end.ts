/** A request of the Neutron plugin that a gateway may change. */
export interface NeutronRequest {
  readonly resource: 'floatingip' | 'port';
  /** As they came: names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** What the API server has answered, or what is answered in its place. */
export interface UpstreamAnswer {
  readonly status: number;
  /** As they came: names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** Sends a request to the same API server with the caller's own headers (token untouched), or another body or path. */
export interface Upstream {
  send(
    request: { readonly method: string; readonly path: string; readonly body?: Buffer },
    signal: AbortSignal,
  ): Promise<UpstreamAnswer>;
}

/** What a gateway changes in requests of the Neutron plugin, and in their answers. */
export interface NeutronFrontEnd {
  /** Answers the request. Undefined: it is to be passed on unchanged, and nothing of it was sent. */
  handle(request: NeutronRequest, upstream: Upstream, signal: AbortSignal): Promise<UpstreamAnswer | undefined>;
}
