import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process can be asked to do: one value in, one value out, both structured-cloneable. */
export type CommandTable = Readonly<Record<string, (args: never) => unknown>>;

/** A command on its way to a process. */
export interface CommandMessage {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

/** The answer to a {@link CommandMessage}. */
export type AnswerMessage =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** How to start a {@link RemoteProcess}. */
export interface RemoteProcessOptions {
  /** Options of the node runtime, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
}

type Answers<C extends CommandTable, N extends keyof C> = Awaited<ReturnType<C[N]>>;

const stopTimeoutMs = 10_000;

/** A process of the bench, and what it can be asked to do. It ends with this one. */
export class RemoteProcess<C extends CommandTable> {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (answer: AnswerMessage) => void>();
  private readonly ended: Promise<void>;
  private nextId = 1;

  /** @param script the compiled script of the process, next to the caller's own */
  public constructor(script: URL, options: RemoteProcessOptions = {}) {
    this.child = fork(fileURLToPath(script), [], {
      serialization: 'advanced',
      execArgv: [...(options.nodeOptions ?? [])],
    });
    this.child.on('message', (answer: AnswerMessage) => {
      const settle = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      settle?.(answer);
    });
    this.ended = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        const error = `the process ended with ${signal ?? `status ${code ?? 0}`}`;
        for (const [id, settle] of this.waiting) settle({ id, ok: false, error });
        this.waiting.clear();
        resolve();
      });
    });
  }

  /** Asks for something; rejects with what went wrong over there, or if the process ends before it answers. */
  public async call<N extends keyof C & string>(name: N, args: Parameters<C[N]>[0]): Promise<Answers<C, N>> {
    const id = this.nextId;
    this.nextId += 1;
    const answer = await new Promise<AnswerMessage>((resolve) => {
      this.waiting.set(id, resolve);
      const message: CommandMessage = { id, name, args };
      this.child.send(message, (error) => {
        if (error !== null && this.waiting.delete(id)) resolve({ id, ok: false, error: error.message });
      });
    });
    if (!answer.ok) throw new Error(`${name}: ${answer.error}`);
    return answer.value as Answers<C, N>;
  }

  /** Halts the process as it stands, until {@link resume}: what is sent to it waits. */
  public halt(): void {
    this.child.kill('SIGSTOP');
  }

  /** Lets it go on. */
  public resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Ends the process: in good order, or after ten seconds by force. May be called twice. */
  public async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGCONT');
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopTimeoutMs);
    await this.ended;
    clearTimeout(timer);
  }
}
