import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { projectFolder } from './project-folder.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('.ci/rabbitmq', projectFolder()));

/** A broker of the test's own, that it may configure, freeze, kill, stop and start. */
export class OwnBroker {
  private constructor(
    private readonly folder: string,
    public readonly url: string,
  ) {}

  /**
   * Starts one, with its files in a temporary folder. Takes some seconds.
   *
   * @param configuration more lines for `rabbitmq.conf`
   */
  public static start(configuration: readonly string[] = []): Promise<OwnBroker> {
    return OwnBroker.launch((folder, file) => ['start', folder, file], configuration);
  }

  /** Starts one more node of its cluster. */
  public addNode(configuration: readonly string[] = []): Promise<OwnBroker> {
    return OwnBroker.launch((folder, file) => ['join', folder, this.folder, file], configuration);
  }

  private static async launch(
    command: (folder: string, file: string) => readonly string[],
    configuration: readonly string[],
  ): Promise<OwnBroker> {
    const parent = await mkdtemp(join(tmpdir(), 'svc-monitor-broker-'));
    const folder = join(parent, 'broker');
    const file = join(parent, 'more.conf');
    await writeFile(file, configuration.map((line) => `${line}\n`).join(''));
    try {
      const { stdout } = await run(script, command(folder, file));
      const url = /RABBITMQ_URL=(\S+)/.exec(stdout)?.[1];
      if (url === undefined) throw new Error(`no URL in what the broker said: ${stdout}`);
      return new OwnBroker(folder, url);
    } catch (error) {
      await rm(parent, { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops it if it runs and starts it anew on the same port, with nothing kept. */
  public async restart(): Promise<void> {
    await run(script, ['restart', this.folder]);
  }

  /** Ends it as a crash does. {@link restart} brings it back. */
  public async kill(): Promise<void> {
    await run(script, ['kill', this.folder]);
  }

  /** Freezes it: it answers nobody, and its connections stay open. */
  public async pause(): Promise<void> {
    await run(script, ['pause', this.folder]);
  }

  /** Lets it run again after {@link pause}. */
  public async resume(): Promise<void> {
    await run(script, ['resume', this.folder]);
  }

  /** What `rabbitmqctl` says to these arguments. */
  public async ctl(...args: readonly string[]): Promise<string> {
    return (await run(script, ['ctl', this.folder, ...args])).stdout.trim();
  }

  /** Stops it and removes its files. */
  public async stop(): Promise<void> {
    await run(script, ['stop', this.folder]);
    await rm(dirname(this.folder), { recursive: true, force: true });
  }
}
