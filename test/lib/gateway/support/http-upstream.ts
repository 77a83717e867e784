import { request } from 'node:http';
import type { Upstream, UpstreamAnswer } from '../../../../lib/index.js';

/** A request as the upstream has sent it. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

/** Sends requests to a server by real HTTP, with the headers of one caller, and keeps what it has sent. */
export class HttpUpstream implements Upstream {
  public readonly sent: SentRequest[] = [];

  public constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  public send(
    { method, path, body }: { readonly method: string; readonly path: string; readonly body?: Buffer },
    signal: AbortSignal,
  ): Promise<UpstreamAnswer> {
    this.sent.push({ method, path, body: body?.toString() });
    return new Promise((resolve, reject) => {
      const headers = { 'Content-Type': 'application/json', 'X-Contrail-Useragent': 'neutron', ...this.headers };
      const outgoing = request(new URL(path, this.url), { method, headers, signal, agent: false }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode: status = 0, rawHeaders } = response;
          resolve({ status, rawHeaders, body: Buffer.concat(parts) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
