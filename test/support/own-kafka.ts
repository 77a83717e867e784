import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kafkaBrokerOf, type KafkaBroker } from './kafka.js';
import { projectFolder } from './project-folder.js';

const run = promisify(execFile);
const script = fileURLToPath(new URL('.ci/kafka', projectFolder()));

/** A Kafka broker of the test's own, that it may freeze, kill, stop and start. */
export class OwnKafka {
  private constructor(
    private readonly folder: string,
    public readonly broker: KafkaBroker,
  ) {}

  /** Starts one, with its files in a temporary folder. Takes some seconds. */
  public static async start(): Promise<OwnKafka> {
    const folder = join(await mkdtemp(join(tmpdir(), 'svc-monitor-kafka-')), 'kafka');
    const { stdout } = await run(script, ['start', folder]);
    const variables: Record<string, string | undefined> = {};
    for (const [, name = '', value] of stdout.matchAll(/^(\w+)=(.*)$/gm)) variables[name] = value;
    const broker = kafkaBrokerOf(variables);
    if (broker === undefined) throw new Error(`no KAFKA_BROKERS in what the broker said: ${stdout}`);
    return new OwnKafka(folder, broker);
  }

  /** Stops it if it runs, and starts it on the same ports. Topics, records and offsets are kept. */
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
