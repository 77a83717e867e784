import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What has gone by a {@link ByteTap} since it was looked at last, as Latin-1: both directions, whatever the connections. */
export interface Tapped {
  readonly asked: string;
  readonly answered: string;
}

/** Lets TCP connections through and keeps what goes by. For one conversation at a time. */
export class ByteTap {
  private readonly sockets = new Set<Socket>();
  private asked: Buffer[] = [];
  private answered: Buffer[] = [];

  private constructor(private readonly server: Server) {}

  /** @param target URL of the server behind it */
  public static async start(target: string): Promise<ByteTap> {
    const { hostname, port } = new URL(target);
    const server = createServer({ allowHalfOpen: true });
    const tap = new ByteTap(server);
    server.on('connection', (client) => {
      const behind = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      client.on('data', (data) => tap.asked.push(data));
      behind.on('data', (data) => tap.answered.push(data));
      for (const socket of [client, behind]) {
        tap.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => tap.sockets.delete(socket));
      }
      client.pipe(behind).pipe(client);
      client.once('close', () => behind.destroy());
      behind.once('close', () => client.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What has gone by since the last call. */
  public take(): Tapped {
    const taken = { asked: asText(this.asked), answered: asText(this.answered) };
    this.asked = [];
    this.answered = [];
    return taken;
  }

  public async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

function asText(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString('latin1');
}

/** A message without what is of one connection only: the two headers, and where its chunks begin and end. */
export function message(text: string): string {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return text;
  const head = text
    .slice(0, end)
    .split('\r\n')
    .filter((line) => !/^(connection|keep-alive):/i.test(line))
    .join('\r\n');
  const body = text.slice(end + 4);
  return `${head}\r\n\r\n${/^transfer-encoding:.*chunked/im.test(head) ? whole(body) : body}`;
}

function whole(chunked: string): string {
  let body = '';
  let rest = chunked;
  for (;;) {
    const end = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.slice(0, end), 16);
    if (end === -1 || !(length > 0)) return body;
    body += rest.slice(end + 2, end + 2 + length);
    rest = rest.slice(end + 4 + length);
  }
}
