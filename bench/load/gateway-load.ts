import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serve } from '../processes/serve.js';

/** What a request took by each of two ways, in the order of asking. Milliseconds. */
export interface TwoWays {
  readonly direct: readonly number[];
  readonly through: readonly number[];
}

const chunk = Buffer.alloc(65_536, 'x');
const slow = new Set<Socket>();

/** Takes bodies of any length and answers with any length: `GET /<bytes>`. */
const bulk = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    const bytes = Number(request.url?.slice(1) ?? 0);
    response.setHeader('content-length', bytes);
    pipeline(bodyOf(bytes), response).catch(() => undefined);
  });
});

function bodyOf(bytes: number): Readable {
  let left = bytes;
  return new Readable({
    read(): void {
      const next = Math.min(left, chunk.length);
      left -= next;
      this.push(next === 0 ? null : chunk.subarray(0, next));
    },
  });
}

/** One request on a connection of its own, as Neutron's plugin sends them; resolves when the answer is read. */
function send(url: string, method: string, body: Buffer | Readable, length: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': length };
    const request = httpRequest(url, { method, headers, agent: false }, (answer: IncomingMessage) => {
      answer.resume();
      answer.once('end', resolve);
      answer.once('error', reject);
    });
    request.once('error', reject);
    if (Buffer.isBuffer(body)) request.end(body);
    else body.pipe(request);
  });
}

const commands = {
  /** Sends the same request by both ways in turn, each at that pace, whether or not the last one is answered. */
  pace: async (options: {
    readonly direct: string;
    readonly through: string;
    readonly path: string;
    readonly body: string;
    readonly perSecond: number;
    readonly count: number;
  }): Promise<TwoWays> => {
    const times = { direct: [] as number[], through: [] as number[] };
    const body = Buffer.from(options.body);
    const running: Promise<void>[] = [];
    const startedAt = performance.now();
    const everyMs = 1_000 / options.perSecond / 2;
    for (let sent = 0; sent < options.count * 2; sent += 1) {
      const dueIn = startedAt + sent * everyMs - performance.now();
      if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
      const way = sent % 2 === 0 ? 'direct' : 'through';
      const askedAt = performance.now();
      const one = send(`${options[way]}${options.path}`, 'POST', body, body.length);
      running.push(one.then(() => void times[way].push(performance.now() - askedAt)));
    }
    await Promise.all(running);
    return times;
  },
  /** Starts the server of long bodies. Resolves to its URL. */
  startBulk: async (): Promise<string> => {
    await new Promise<void>((resolve) => bulk.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(bulk.address() as AddressInfo).port}`;
  },
  /** Sends a body of that length, and has one of that length answered. */
  longBodies: async ({ url, bytes }: { readonly url: string; readonly bytes: number }): Promise<void> => {
    await send(`${url}/0`, 'PUT', bodyOf(bytes), bytes);
    await send(`${url}/${bytes}`, 'GET', Buffer.alloc(0), 0);
  },
  /** Clients that ask for a long answer and read only its beginning. Resolves when each has got that. */
  slowClients: async (options: {
    readonly url: string;
    readonly clients: number;
    readonly bytes: number;
  }): Promise<void> => {
    const { hostname, port } = new URL(options.url);
    const begun = Array.from({ length: options.clients }, async () => {
      const socket = connect(Number(port), hostname);
      slow.add(socket);
      socket.on('error', () => undefined);
      socket.write(`GET /${options.bytes} HTTP/1.1\r\nHost: h\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
    });
    await Promise.all(begun);
  },
};

/** What the process that loads a gateway can be asked to do. */
export type GatewayLoadCommands = typeof commands;

serve(commands, () => {
  for (const socket of slow) socket.destroy();
  bulk.close();
  bulk.closeAllConnections();
  return Promise.resolve();
});
