import { AxiosTransport, type HttpRequest, type HttpTransport } from '../../lib/index.js';
import { serve } from '../processes/serve.js';
import { NodeHttpTransport } from './node-http-transport.js';

/** A request to be sent as it stands. */
export type BareRequest = Pick<HttpRequest, 'method' | 'body'> & { readonly path: string };

/** How requests are sent: on connections of their own or on reused ones, by the library's transport or by axios on Node's own HTTP. */
export type BareWay = 'fresh' | 'reused' | 'node-fresh' | 'node-reused';

/** What a flood took. Milliseconds. */
export interface FloodTimes {
  readonly ms: number;
  /** Of this process, user and system. */
  readonly cpuMs: number;
}

const transports: Readonly<Record<BareWay, HttpTransport>> = {
  fresh: new AxiosTransport({ keepAlive: false }),
  reused: new AxiosTransport({ keepAlive: true }),
  'node-fresh': new NodeHttpTransport(false),
  'node-reused': new NodeHttpTransport(true),
};

const headers = {
  Accept: 'application/json',
  'Content-Type': 'application/json; charset="UTF-8"',
  'User-Agent': 'bare',
  'X-Contrail-Useragent': 'bare',
};

async function send(transport: HttpTransport, url: string, { method, path, body }: BareRequest): Promise<void> {
  const request = { method, url: `${url}${path}`, headers, ...(body === undefined ? {} : { body }) };
  await transport.send(request, new AbortController().signal);
}

const commands = {
  /** Sends rounds one after the other, the requests of a round at once; resolves to the time of each round. Milliseconds. */
  rounds: async (options: {
    readonly url: string;
    readonly rounds: readonly (readonly BareRequest[])[];
  }): Promise<readonly number[]> => {
    const times: number[] = [];
    for (const round of options.rounds) {
      const startedAt = performance.now();
      await Promise.all(round.map((request) => send(transports.fresh, options.url, request)));
      times.push(performance.now() - startedAt);
    }
    return times;
  },
  /** Sends requests, a bounded number at once; resolves to what all take. `way` defaults to `fresh`. */
  flood: async (options: {
    readonly url: string;
    readonly requests: readonly BareRequest[];
    readonly concurrency: number;
    readonly way?: BareWay;
  }): Promise<FloodTimes> => {
    const startedAt = performance.now();
    const usedBefore = process.cpuUsage();
    const { url, requests, way = 'fresh' } = options;
    let next = 0;
    const sendOn = async (): Promise<void> => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        await send(transports[way], url, request);
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, sendOn));
    const { user, system } = process.cpuUsage(usedBefore);
    return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 };
  },
};

/** What the process that sends bare requests can be asked to do. */
export type BareCommands = typeof commands;

serve(commands, () => {
  for (const transport of Object.values(transports)) transport.close();
  return Promise.resolve();
});
