import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pass } from './real-time.js';

const serviceMain = fileURLToPath(new URL('../../service/main.js', import.meta.url));

/** How a command has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a process of its own, without variables of the surroundings that it would read. */
export class Command {
  public readonly ended: Promise<Ended>;
  public stdout = '';
  private stderr = '';
  private isOver = false;
  private readonly child: ChildProcess;

  /** @param main path of the program. Defaults to the service's */
  public constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    main: string = serviceMain,
  ) {
    this.child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (data: Buffer) => (this.stdout += data.toString()));
    this.child.stderr?.on('data', (data: Buffer) => (this.stderr += data.toString()));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        this.isOver = true;
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  public signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The value of a field of the first log line with that message. Fails when the process ends before. */
  public async field(message: string, name: string): Promise<string> {
    for (;;) {
      const line = this.lines().find((entry) => entry['message'] === message);
      if (line !== undefined) return String(line[name]);
      if (this.isOver) throw new Error(`ended without "${message}": ${this.stdout}${this.stderr}`);
      await pass(10);
    }
  }

  private lines(): readonly Readonly<Record<string, unknown>>[] {
    return this.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
