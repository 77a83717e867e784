import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { projectFolder } from './project-folder.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('.ci/rabbitmq', projectFolder()));

/** A broker of the test's own, that it may stop and start. */
export class OwnBroker {
  private constructor(
    private readonly folder: string,
    public readonly url: string,
  ) {}

  /** Starts one, with its files in a temporary folder. */
  public static async start(): Promise<OwnBroker> {
    const folder = join(await mkdtemp(join(tmpdir(), 'svc-monitor-broker-')), 'broker');
    const { stdout } = await run(script, ['start', folder]);
    const url = /RABBITMQ_URL=(\S+)/.exec(stdout)?.[1];
    if (url === undefined) throw new Error(`no URL in what the broker said: ${stdout}`);
    return new OwnBroker(folder, url);
  }

  /** Stops it and starts it anew on the same port, with nothing kept. */
  public async restart(): Promise<void> {
    await run(script, ['restart', this.folder]);
  }

  /** Stops it and removes its files. */
  public async stop(): Promise<void> {
    await run(script, ['stop', this.folder]);
  }
}
