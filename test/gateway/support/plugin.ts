import { once } from 'node:events';
import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';

/** A request of Neutron's, and what came of it. */
export interface Answered {
  readonly resource: string;
  readonly operation: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** Parsed; undefined: it was no JSON. */
  readonly answer: unknown;
}

/** Who looks at what goes through. */
export interface PluginHooks {
  /** Before a request is sent on: what it returns is handed to `answered`. */
  readonly asked: (request: Pick<Answered, 'resource' | 'operation' | 'data'>) => unknown;
  readonly answered: (exchange: Answered, asked: unknown) => void;
}

const bodySchema = z.object({
  context: z.object({ operation: z.string() }),
  data: z.record(z.string(), z.unknown()),
});

/**
 * Stands where the Neutron plugin is: has several gateways, and takes turns. What was under way at one that was killed is asked at the next: what may
 * be repeated, and deletes, of which a port that is gone by then is as good as done (Octavia takes it so).
 */
export class Plugin {
  private readonly server = createServer((request, response) => {
    void this.serve(request, response);
  });
  private readonly agent = new Agent({ keepAlive: false });
  private readonly gateways: string[] = [];
  private readonly underWay = new Map<string, Set<() => void>>();
  private turn = 0;
  private creating = 0;

  public constructor(private readonly hooks: PluginHooks) {}

  public async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  public get url(): string {
    const address = this.server.address();
    if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Whether a create is under way: nobody can tell whether it may be repeated. */
  public get isCreating(): boolean {
    return this.creating > 0;
  }

  public add(gateway: string): void {
    this.gateways.push(gateway);
  }

  /** The gateway is no more: what is under way there breaks off. */
  public remove(gateway: string): void {
    this.gateways.splice(this.gateways.indexOf(gateway), 1);
    for (const breakOff of this.underWay.get(gateway) ?? []) breakOff();
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    this.agent.destroy();
    await once(this.server, 'close');
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const parsed = bodySchema.safeParse(body.length === 0 ? undefined : JSON.parse(body.toString()));
    const resource = request.url?.replace('/neutron/', '') ?? '';
    const operation = parsed.data?.context.operation ?? '';
    const asked = { resource, operation, data: parsed.data?.data ?? {} };
    const noted = this.hooks.asked(asked);
    if (operation === 'CREATE') this.creating += 1;
    const { status, headers, text } = await this.inTurns(request, body, operation);
    if (operation === 'CREATE') this.creating -= 1;
    this.hooks.answered({ ...asked, status, answer: parsedText(text) }, noted);
    response.writeHead(status, headers).end(text);
  }

  private async inTurns(request: IncomingMessage, body: Buffer, operation: string): Promise<Reply> {
    for (let isAgain = false; ; isAgain = true) {
      const gateway = this.gateways[this.turn % this.gateways.length];
      this.turn += 1;
      if (gateway === undefined) throw new Error('there is no gateway');
      const reply = await this.ask(gateway, request, body);
      if (reply === undefined) continue;
      const isGone = reply.status === 400 && /NotFound/.test(reply.text);
      return isAgain && operation === 'DELETE' && isGone ? { status: 200, headers: {}, text: '""' } : reply;
    }
  }

  // Undefined: it was killed meanwhile.
  private ask(gateway: string, { method, url, headers }: IncomingMessage, body: Buffer): Promise<Reply | undefined> {
    const all = this.underWay.get(gateway) ?? new Set();
    this.underWay.set(gateway, all);
    return new Promise((resolve) => {
      const { agent } = this;
      const outgoing = send(`${gateway}${url}`, { method, headers, agent });
      const breakOff = (): void => {
        outgoing.destroy();
        resolve(undefined);
      };
      all.add(breakOff);
      outgoing.on('error', () => {
        all.delete(breakOff);
        resolve(undefined);
      });
      outgoing.on('response', (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => undefined);
        answer.on('end', () => {
          all.delete(breakOff);
          const type = answer.headers['content-type'];
          resolve({
            status: answer.statusCode ?? 0,
            headers: type === undefined ? {} : { 'content-type': type },
            text: Buffer.concat(chunks).toString(),
          });
        });
      });
      outgoing.end(body);
    });
  }
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

function parsedText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
