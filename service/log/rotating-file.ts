import { constants, type Stats } from 'node:fs';
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** A log file, and how large it may grow. */
export interface RotatingFileOptions {
  readonly path: string;
  /** Size at which it is put aside and begun anew. */
  readonly maxBytes: number;
  /** How many that were put aside are kept, as `.1` (the latest), `.2` and so on. 0: the file is emptied instead. */
  readonly backupCount: number;
  /** Is told when it cannot be written any more, and why. */
  readonly onFailure: (error: unknown) => void;
  /** Is told of each line that could not be written. */
  readonly onLost: (lines: number) => void;
  /** Is told when it can be written again. */
  readonly onRecovered: () => void;
}

/**
 * A file of lines, as Python's `RotatingFileHandler` keeps one. It is looked up by its name before each write, so that who moves it away, as
 * logrotate does, gets a new one. That it cannot be written, such as when the disk is full, is told and never ends anything: each write tries
 * anew.
 */
export class RotatingFile extends Writable {
  private handle: FileHandle | undefined;
  private isFailing = false;

  public constructor(private readonly options: RotatingFileOptions) {
    super({ decodeStrings: true });
  }

  public override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    void this.append(chunk).then(() => {
      done();
    });
  }

  public override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    void this.append(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => {
      done();
    });
  }

  public override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    void this.release().then(() => {
      done(error);
    });
  }

  /** Never rejects. */
  private async append(lines: Buffer): Promise<void> {
    try {
      const handle = await this.current(lines.length);
      await handle.appendFile(lines);
      if (this.isFailing) {
        this.isFailing = false;
        this.options.onRecovered();
      }
    } catch (error) {
      this.options.onLost(countLines(lines));
      this.fail(error);
      await this.release();
    }
  }

  /** The file of that name, open, with room for so many bytes more. */
  private async current(bytes: number): Promise<FileHandle> {
    const { path, maxBytes } = this.options;
    const own = await this.handle?.stat();
    const named = await statOf(path);
    if (own === undefined || named?.ino !== own.ino || named.dev !== own.dev) await this.release();
    // Only a plain file can be put aside: not a pipe, not a device.
    if (named?.isFile() === true && named.size > 0 && named.size + bytes >= maxBytes) {
      await this.release();
      await this.putAside();
    }
    this.handle ??= await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY, 0o640);
    return this.handle;
  }

  private async putAside(): Promise<void> {
    const { path, backupCount } = this.options;
    if (backupCount === 0) {
      await rm(path, { force: true });
      return;
    }
    for (let number = backupCount - 1; number >= 1; number -= 1)
      await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
    await renameIfThere(path, `${path}.1`);
  }

  /** Never rejects. */
  private async release(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    try {
      await handle?.close();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.isFailing) return;
    this.isFailing = true;
    this.options.onFailure(error);
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function countLines(lines: Buffer): number {
  return lines.reduce((count, byte) => count + (byte === 10 ? 1 : 0), 0);
}
