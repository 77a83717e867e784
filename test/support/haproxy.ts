import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Context } from 'mocha';
import { withCertificateFiles } from './haproxy-text.js';
import { selfSigned } from './pem.js';
import { within } from './real-time.js';
import { RunningHaproxy, type StartOptions } from './running-haproxy.js';

const run = promisify(execFile);
const howTo = 'no haproxy: `apt-get install haproxy`';

// Without it haproxy reads all certificates of the machine for a client that none of our texts uses: three quarters of a check's time.
const quickStart = 'global\n\thttpclient.ssl.verify none\n';

/** What haproxy says to a configuration. */
export interface ConfigVerdict {
  readonly isAccepted: boolean;
  /** Its alerts and warnings, one a line, without the number of its process. Empty if there is nothing to say. */
  readonly says: readonly string[];
}

/**
 * The haproxy of this machine; undefined: there is none.
 *
 * @param path directories to look in, as in `PATH`, which is the default; `/usr/sbin` is looked in, too
 */
export function haproxyPath(path: string = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(delimiter), '/usr/sbin'].map((folder) => join(folder, 'haproxy')).find(existsSync);
}

/**
 * A real haproxy, with a folder for its files. Call it inside `before`: without a haproxy the tests of the suite are pending; under CI, where
 * it is part of the job, they fail.
 */
export async function findHaproxy(context: Context): Promise<Haproxy> {
  const path = haproxyPath();
  if (path !== undefined) return Haproxy.open(path);
  if (process.env['CI'] === 'true') throw new Error(howTo);
  return context.skip();
}

/** A real haproxy: judges configurations, and balances by them. */
export class Haproxy {
  private serial = 0;

  private constructor(
    private readonly path: string,
    private readonly folder: string,
    /** A certificate with its key, for what words in a text stand for. */
    public readonly certificateFile: string,
    private readonly before: readonly string[],
  ) {}

  /** Prepares its folder. */
  public static async open(path: string): Promise<Haproxy> {
    const folder = await mkdtemp(join(tmpdir(), 'svc-monitor-haproxy-'));
    const certificateFile = join(folder, 'certificate.pem');
    await writeFile(certificateFile, `${selfSigned.cert}${selfSigned.key}`);
    const file = join(folder, 'quick-start.cfg');
    await writeFile(file, quickStart);
    const plain = new Haproxy(path, folder, certificateFile, []);
    // Releases before 2.6 do not know the keyword, and do not need it.
    const { says } = await plain.judge(file);
    const isKnown = !says.some((line) => line.includes('unknown keyword'));
    return isKnown ? new Haproxy(path, folder, certificateFile, ['-f', file]) : plain;
  }

  /** What `haproxy -c` says to a text, with a certificate in the place of each word that stands for one. */
  public async checkConfig(text: string, signal?: AbortSignal): Promise<ConfigVerdict> {
    this.serial += 1;
    const file = join(this.folder, `${this.serial}.cfg`);
    await writeFile(file, withCertificateFiles(text, this.certificateFile));
    try {
      return await this.judge(file, signal);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** The same for many texts, as many at once as the machine has cores; in their order. */
  public async checkConfigs(texts: readonly string[], signal?: AbortSignal): Promise<readonly ConfigVerdict[]> {
    const verdicts: ConfigVerdict[] = [];
    const todo = texts.entries();
    const worker = async (): Promise<void> => {
      for (const [index, text] of todo) verdicts[index] = await this.checkConfig(text, signal);
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
    return verdicts;
  }

  /**
   * Starts one by a text, on loopback and as whoever runs the tests; see {@link StartOptions} for what becomes of the text. Resolves when it
   * listens. Rejects with what it says if it does not start.
   */
  public async start(text: string, options: StartOptions = {}, signal?: AbortSignal): Promise<RunningHaproxy> {
    this.serial += 1;
    const folder = join(this.folder, `running-${this.serial}`);
    const ready = withCertificateFiles(text, this.certificateFile);
    return RunningHaproxy.start({ path: this.path, folder, before: this.before }, ready, options, signal);
  }

  /** Removes its folder. What it has started is stopped by whoever started it. */
  public async stop(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async judge(file: string, signal?: AbortSignal): Promise<ConfigVerdict> {
    const options = { timeout: within.aHang, ...(signal === undefined ? {} : { signal }) };
    try {
      const { stderr } = await run(this.path, ['-c', ...this.before, '-f', file], options);
      return { isAccepted: true, says: saysOf(stderr, file) };
    } catch (error) {
      // With a code it has judged. Without, it was called off or is not to be started.
      const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
      if (typeof code !== 'number') throw error;
      return { isAccepted: false, says: saysOf(stderr ?? '', file) };
    }
  }
}

function saysOf(stderr: string, file: string): readonly string[] {
  const lines = stderr.split('\n').filter((line) => /^\[(?:ALERT|WARNING)\]/.test(line));
  return lines.map((line) => line.replace(/\s*\(\d+\)\s*:/, '').replaceAll(file, 'config'));
}
