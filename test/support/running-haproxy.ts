import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { boundIn, onLoopback } from './haproxy-text.js';
import { moments, within } from './real-time.js';

/** How to start a haproxy. */
export interface StartOptions {
  /** Where members are: `host:port` here by `address:port` of the text. Others are left as they are. Defaults to none. */
  readonly members?: Readonly<Record<string, string>>;
}

/** What is started, and where its files are. */
interface Program {
  readonly path: string;
  /** A folder of its own, that is not there yet. */
  readonly folder: string;
  /** Words before those of the text. */
  readonly before: readonly string[];
}

const tries = 3;

/** A haproxy that runs. */
export class RunningHaproxy {
  private constructor(
    private readonly process: HaproxyProcess,
    private readonly socket: string,
    private readonly bound: ReadonlyMap<string, number>,
  ) {}

  /** Starts one. Another program can be given a port that was free just now: then it is tried with others. */
  public static async start(
    program: Program,
    text: string,
    { members = {} }: StartOptions,
    signal: AbortSignal | undefined,
  ): Promise<RunningHaproxy> {
    await mkdir(program.folder);
    const file = join(program.folder, 'haproxy.cfg');
    const socket = join(program.folder, 'haproxy.sock');
    const own = join(program.folder, 'own.cfg');
    await writeFile(own, `global\n\tstats socket ${socket} mode 0600 level admin\n`);
    for (let left = tries; ; left -= 1) {
      const ports = await freePorts(boundIn(text));
      await writeFile(file, onLoopback(text, { ports, members: new Map(Object.entries(members)) }));
      const child = new HaproxyProcess(program.path, ['-db', ...program.before, '-f', own, '-f', file], signal);
      const running = new RunningHaproxy(child, socket, ports);
      try {
        await running.untilItListens();
        return running;
      } catch (error) {
        await child.stop();
        if (left === 1 || !child.said.includes('cannot bind')) throw error;
      }
    }
  }

  /** The port on loopback that stands for a port of the text. Throws if the text binds none or several such. */
  public port(port: number): number {
    const found = [...this.bound].filter(([bound]) => bound.endsWith(`:${port}`));
    const [only] = found;
    if (only === undefined || found.length > 1)
      throw new Error(`${found.length} addresses are bound with port ${port}`);
    return only[1];
  }

  /** What it answers to a command on its stats socket, such as `show stat`. */
  public ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.socket, () => socket.end(`${command}\n`));
      socket.on('data', (data: Buffer) => (answer += data.toString()));
      socket.once('error', reject);
      socket.once('close', () => {
        resolve(answer);
      });
    });
  }

  /** Whether each member is up, by `<backend>/<server>`: `UP`, `DOWN`, `no check` and what is in between. */
  public async memberStates(): Promise<ReadonlyMap<string, string>> {
    const [header = '', ...rows] = (await this.ask('show stat')).replace(/^# /, '').trim().split('\n');
    const status = header.split(',').indexOf('status');
    const cells = rows.map((row) => row.split(','));
    const servers = cells.filter(([, name = '']) => !['FRONTEND', 'BACKEND'].includes(name));
    return new Map(servers.map((row) => [`${row[0] ?? ''}/${row[1] ?? ''}`, row[status] ?? '']));
  }

  /** Ends it. */
  public stop(): Promise<void> {
    return this.process.stop();
  }

  private async untilItListens(): Promise<void> {
    for await (const left of moments(within.aHang)) {
      if (this.process.isOver) throw new Error(`haproxy has not started: ${this.process.said}`);
      // It answers once all is bound. Whoever connected to a port, would be passed on to a member.
      const answer = await this.ask('show info').catch((error: unknown) => {
        if (isNotThere(error)) return '';
        throw error;
      });
      if (answer !== '') return;
      if (!left) throw new Error(`haproxy does not listen: ${this.process.said}`);
    }
  }
}

class HaproxyProcess {
  public said = '';
  public isOver = false;
  private readonly child: ChildProcess;
  private readonly ended: Promise<void>;

  public constructor(path: string, args: readonly string[], signal: AbortSignal | undefined) {
    this.child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal === undefined ? {} : { signal }) });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (data: Buffer) => (this.said += data.toString()));
    }
    this.child.once('error', (error) => (this.said += String(error)));
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        this.isOver = true;
        resolve();
      });
    });
  }

  public stop(): Promise<void> {
    if (!this.isOver) this.child.kill('SIGTERM');
    return this.ended;
  }
}

// They are all taken before the first is given back, so that each is another.
async function freePorts(bound: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const taken = await Promise.all(bound.map(async (address) => [address, await listening()] as const));
  const ports = taken.map(([address, server]) => [address, portOf(server)] as const);
  await Promise.all(taken.map(([, server]) => new Promise((resolve) => server.close(resolve))));
  return new Map(ports);
}

function listening(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve(server);
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isNotThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'ECONNREFUSED'].includes(String(error.code));
}
