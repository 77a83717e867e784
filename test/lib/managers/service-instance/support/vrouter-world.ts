import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a vRouter says of itself. */
export interface VrouterSaid {
  readonly mode?: string;
  readonly state?: string;
}

/** Which vRouters work, as analytics says it, and as their agents do: one server for both. */
export class VrouterWorld {
  /** By name: what analytics says. */
  public readonly known = new Map<string, VrouterSaid>();
  /** What any agent says that is asked; undefined: 404. */
  public agent: VrouterSaid | undefined;
  /** What is answered in the place of what is asked for. */
  public spoiled: { readonly status: number; readonly body: string } | undefined;
  public readonly asked: string[] = [];
  public readonly tokens: (string | undefined)[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response);
    });
  }

  public static async open(): Promise<VrouterWorld> {
    const world = new VrouterWorld();
    await new Promise<void>((resolve) => world.server.listen(0, '127.0.0.1', resolve));
    return world;
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** vRouters at work. */
  public up(...names: readonly string[]): void {
    for (const name of names) this.known.set(name, { mode: 'VROUTER', state: 'Functional' });
  }

  /** vRouters whose agents are not functional. */
  public down(...names: readonly string[]): void {
    for (const name of names) this.known.set(name, { mode: 'VROUTER', state: 'Non-Functional' });
  }

  public close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  private answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.asked.push(url);
    const token = headers['x-auth-token'];
    this.tokens.push(typeof token === 'string' ? token : undefined);
    const answer = this.spoiled ?? this.answerTo(url);
    response.writeHead(answer.status);
    response.end(answer.body);
  }

  private answerTo(url: string): { readonly status: number; readonly body: string } {
    if (url.startsWith('/analytics/')) return { status: 200, body: JSON.stringify({ value: this.uves(url) }) };
    if (this.agent === undefined) return { status: 404, body: 'not found' };
    return { status: 200, body: url.endsWith('VrouterAgent') ? modeXml(this.agent) : statusXml(this.agent) };
  }

  private uves(url: string): readonly object[] {
    return [...this.known].flatMap(([name, { mode, state }]): readonly object[] => {
      if (url.endsWith('VrouterAgent:mode')) {
        return mode === undefined ? [] : [{ name, value: { VrouterAgent: { mode } } }];
      }
      return state === undefined ? [] : [{ name, value: { NodeStatus: { process_status: [processOf(state)] } } }];
    });
  }
}

function processOf(state: string): object {
  return { module_id: 'contrail-vrouter-agent', instance_id: '0', state, connection_infos: [], description: '' };
}

function modeXml({ mode }: VrouterSaid): string {
  const own = mode === undefined ? '' : `<mode type="string" identifier="46">${mode}</mode>`;
  return `<?xml-stylesheet type="text/xsl" href="/universal_parse.xsl"?><__UveVrouterAgent_list type="slist"><UveVrouterAgent type="sandesh"><data type="struct" identifier="1"><VrouterAgent><name type="string" identifier="1">x</name>${own}</VrouterAgent></data></UveVrouterAgent></__UveVrouterAgent_list>`;
}

function statusXml({ state = '' }: VrouterSaid): string {
  const process = `<ProcessStatus><module_id type="string" identifier="1">contrail-vrouter-agent</module_id><instance_id type="string" identifier="2">0</instance_id><state type="string" identifier="3">${state}</state></ProcessStatus>`;
  return `<?xml-stylesheet type="text/xsl" href="/universal_parse.xsl"?><__NodeStatusUVE_list type="slist"><NodeStatusUVE type="sandesh"><data type="struct" identifier="1"><NodeStatus><process_status type="list" identifier="4" aggtype="union"><list type="struct" size="1">${process}</list></process_status></NodeStatus></data></NodeStatusUVE></__NodeStatusUVE_list>`;
}
