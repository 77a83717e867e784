import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { projectFolder } from './project-folder.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('.ci/zookeeper', projectFolder()));

/** A ZooKeeper server of the test's own, that it may freeze, kill, stop and start. */
export class OwnZookeeper {
  private constructor(
    private readonly folder: string,
    /** `host:port`. */
    public readonly host: string,
  ) {}

  /** Starts one, with its files in a temporary folder. Takes about a second. */
  public static async start(): Promise<OwnZookeeper> {
    const folder = join(await mkdtemp(join(tmpdir(), 'svc-monitor-zookeeper-')), 'zookeeper');
    const { stdout } = await run(script, ['start', folder]);
    const host = /ZOOKEEPER_HOSTS=(\S+)/.exec(stdout)?.[1];
    if (host === undefined) throw new Error(`no ZOOKEEPER_HOSTS in what the server said: ${stdout}`);
    return new OwnZookeeper(folder, host);
  }

  /** Stops it if it runs, and starts it on the same port. Nodes and sessions are kept. */
  public async restart(): Promise<void> {
    await this.run('restart');
  }

  /** Ends it as a crash does. {@link restart} brings it back. */
  public async kill(): Promise<void> {
    await this.run('kill');
  }

  /** Freezes it: it answers nobody, and its connections stay open. */
  public async pause(): Promise<void> {
    await this.run('pause');
  }

  /** Lets it run again after {@link pause}. */
  public async resume(): Promise<void> {
    await this.run('resume');
  }

  /** Stops it and removes its files. */
  public async stop(): Promise<void> {
    await this.run('stop');
    await rm(dirname(this.folder), { recursive: true, force: true });
  }

  private async run(command: string): Promise<void> {
    await run(script, [command, this.folder]);
  }
}
