import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const script = fileURLToPath(new URL('./support/gateway-process.js', import.meta.url));
const mebibyte = 1_048_576;
const gibibyte = 1_024 * mebibyte;
const chunk = Buffer.alloc(65_536, 'x');

interface Memory {
  readonly rss: number;
  readonly highest: number;
}

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

describe('the memory of the gateway', () => {
  let server: Server;
  let child: ChildProcess;
  let url: string;
  let taken: number;
  const clients: Socket[] = [];

  /** Answers with as many bytes as the path says, when it has read what it was sent. */
  const startServer = async (): Promise<string> => {
    server = createServer((request, response) => {
      request.on('data', (data: Buffer) => (taken += data.length));
      request.once('end', () => {
        const bytes = Number(request.url?.slice(1));
        response.setHeader('content-length', bytes);
        // A client that goes away breaks it off.
        pipeline(bodyOf(bytes), response).catch(() => undefined);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const memory = async (): Promise<Memory> => {
    child.send('memory');
    const [told] = (await once(child, 'message')) as [Memory];
    return told;
  };
  const send = (path: string, length: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-length': length };
      const request = httpRequest(`${url}${path}`, { method: 'PUT', headers }, (answer: IncomingMessage) => {
        let read = 0;
        answer.on('data', (data: Buffer) => (read += data.length));
        answer.once('end', () => {
          resolve(read);
        });
        answer.once('error', reject);
      });
      request.once('error', reject);
      bodyOf(length).pipe(request);
    });

  before(async () => {
    const behind = await startServer();
    child = fork(script, [behind], { execArgv: ['--expose-gc'] });
    const [told] = (await once(child, 'message')) as [{ readonly url: string }];
    ({ url } = told);
    taken = 0;
    await send('/1000000', 1_000_000);
  });

  after(async () => {
    for (const client of clients) client.destroy();
    child.disconnect();
    await once(child, 'exit');
    server.close();
    server.closeAllConnections();
  });

  describe('when a body of 1 GB goes through', () => {
    it('should hold as little of it as of a short one, in both directions', async () => {
      const { rss } = await memory();
      taken = 0;
      await send('/0', gibibyte);
      expect(taken).to.equal(gibibyte);
      expect(await send(`/${gibibyte}`, 0)).to.equal(gibibyte);
      expect((await memory()).highest - rss).to.be.lessThan(150 * mebibyte);
    });
  });

  describe('when 1,000 clients do not read what they have asked for', () => {
    it('should hold no more for each than the sockets do', async () => {
      const { rss } = await memory();
      const { hostname, port } = new URL(url);
      const begun = Array.from({ length: 1_000 }, async () => {
        const client = connect(Number(port), hostname);
        clients.push(client);
        client.write(`GET /${10 * mebibyte} HTTP/1.1\r\nHost: h\r\n\r\n`);
        await once(client, 'data');
        client.pause();
      });
      await Promise.all(begun);
      // All of the answers together are 10 GB.
      expect((await memory()).rss - rss).to.be.lessThan(400 * mebibyte);
    });
  });
});
