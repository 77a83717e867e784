import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { eventually } from './eventually.js';
import { projectFolder } from './project-folder.js';

const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('test/support/kazoo-contender.py', projectFolder()));

/** Leaves the tests of a suite pending where Python has no kazoo; under CI, where it is part of the job, they fail. Call it inside `before`. */
export function needsKazoo(context: Context): void {
  try {
    execFileSync(python, ['-c', 'import kazoo'], { stdio: 'ignore' });
  } catch (error) {
    if (process.env['CI'] === 'true') throw new Error('no kazoo: apt-get install python3-kazoo', { cause: error });
    context.skip();
  }
}

/** A contender as the original svc-monitor is one: kazoo's own election, in a process of Python. */
export class KazooContender {
  public readonly ended: Promise<void>;
  private said = '';
  private readonly child: ChildProcess;

  public constructor(host: string, path: string, sessionSeconds: number) {
    this.child = spawn(python, [script, host, path, String(sessionSeconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child.stdout?.on('data', (data: Buffer) => (this.said += data.toString()));
    this.ended = new Promise((resolve) => {
      this.child.once('close', () => {
        resolve();
      });
    });
  }

  /** What it calls itself in the election. */
  public get name(): string {
    return String(this.child.pid);
  }

  public get isLeading(): boolean {
    return this.said.includes('leading') && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Resolves when it takes part. */
  public waits(): Promise<void> {
    return eventually('kazoo waits', () => this.said.includes('waiting'));
  }

  public signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  public async stop(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }
}
