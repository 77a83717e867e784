import { Agent } from 'node:http';
import axios, { type AxiosInstance } from 'axios';
import type { HttpRequest, HttpResponse, HttpTransport } from '../../lib/index.js';

/** axios as it comes, on Node's own HTTP: what the library's transport is held against. */
export class NodeHttpTransport implements HttpTransport {
  private readonly client: AxiosInstance;
  private readonly agent: Agent;

  public constructor(keepAlive: boolean) {
    this.agent = new Agent({ keepAlive });
    this.client = axios.create({
      adapter: 'http',
      httpAgent: this.agent,
      proxy: false,
      maxRedirects: 0,
      responseType: 'text',
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
    });
  }

  public async send({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.client.request<string>({ method, url, headers: { ...headers }, data: body, signal });
    return { status: response.status, headers: {}, body: response.data };
  }

  public close(): void {
    this.agent.destroy();
  }
}
