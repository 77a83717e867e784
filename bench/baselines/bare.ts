import { AxiosTransport, type HttpRequest } from '../../lib/index.js';
import { serve } from '../processes/serve.js';

/** A request to be sent as it stands. */
export type BareRequest = Pick<HttpRequest, 'method' | 'body'> & { readonly path: string };

const transport = new AxiosTransport({ keepAlive: false });

const headers = {
  Accept: 'application/json',
  'Content-Type': 'application/json; charset="UTF-8"',
  'User-Agent': 'bare',
  'X-Contrail-Useragent': 'bare',
};

async function send(url: string, { method, path, body }: BareRequest): Promise<void> {
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
      await Promise.all(round.map((request) => send(options.url, request)));
      times.push(performance.now() - startedAt);
    }
    return times;
  },
  /** Sends requests, a bounded number at once; resolves to the time that all take. Milliseconds. */
  flood: async (options: {
    readonly url: string;
    readonly requests: readonly BareRequest[];
    readonly concurrency: number;
  }): Promise<number> => {
    const startedAt = performance.now();
    const { requests } = options;
    let next = 0;
    const sendOn = async (): Promise<void> => {
      for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
        await send(options.url, request);
      }
    };
    await Promise.all(Array.from({ length: options.concurrency }, sendOn));
    return performance.now() - startedAt;
  },
};

/** What the process that sends bare requests can be asked to do. */
export type BareCommands = typeof commands;

serve(commands, () => {
  transport.close();
  return Promise.resolve();
});
