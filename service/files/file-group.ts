import { readFile, stat } from 'node:fs/promises';
import type { Clock, Live, Logger } from '../../lib/index.js';

/** A file that cannot be used as it is now. */
export interface FileProblem {
  /** The key of the setting that names it. */
  readonly setting: string;
  readonly path: string;
  /** What is wrong, without anything of its content. */
  readonly message: string;
  /** Wall-clock time at which it was first seen, milliseconds since 1970. */
  readonly since: number;
  readonly advice: string;
}

/** What files come to, or which of them is wrong and why. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string; readonly problem: string };

/** See {@link FileGroup}. */
export interface FileGroupOptions<T> {
  /** Paths by the keys of the settings that name them. At least one. */
  readonly paths: Readonly<Record<string, string>>;
  /** What they came to when the configuration was read. */
  readonly initial: T;
  /** What their texts, by key, come to. Pure; throws nothing. */
  readonly parse: (texts: Readonly<Record<string, string>>) => Parsed<T>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** More than any certificate bundle, and little enough to be read as a whole. */
const largestFile = 4 * 1024 * 1024;

/**
 * Files that count together, such as a certificate and its key: their content is taken when all of them can be used, and until then the former
 * goes on counting.
 *
 * They are read when one of them is another file than before: by what the path leads to in the end, so that links that are turned, as Kubernetes
 * does with all files of a secret at once, are noticed. What is wrong at the first look may be half written, and is a problem at the second.
 */
export class FileGroup<T> implements Live<T> {
  #value: T;
  /** How the files looked when they were last judged. */
  private judged: string | undefined;
  /** How they looked when they were found wrong for the first time. */
  private suspected: string | undefined;
  private known: FileProblem | undefined;
  private looking: Promise<void> | undefined;

  public constructor(private readonly options: FileGroupOptions<T>) {
    this.#value = options.initial;
  }

  public current(): T {
    return this.#value;
  }

  /** Looks now, and takes what is wrong for a problem at once. Never rejects. */
  public async refresh(): Promise<void> {
    // One that is under way may have passed what is new.
    await this.looking;
    await this.lookOnce(true);
  }

  /** Looks whether the files have changed. Never rejects. */
  public look(): Promise<void> {
    return this.lookOnce(false);
  }

  /** What is wrong with them now. */
  public problem(): FileProblem | undefined {
    return this.known;
  }

  private lookOnce(isAsked: boolean): Promise<void> {
    this.looking ??= this.compare(isAsked).finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async compare(isAsked: boolean): Promise<void> {
    const before = await this.stamp();
    if (before === this.judged) return;
    const parsed = await this.read();
    // Somebody is writing just now: the next look finds them whole.
    if ((await this.stamp()) !== before) return;
    if ('value' in parsed) {
      this.judged = before;
      this.take(parsed.value);
      return;
    }
    if (!isAsked && this.suspected !== before) {
      this.suspected = before;
      return;
    }
    this.judged = before;
    this.report(parsed.wrong, parsed.problem);
  }

  private take(value: T): void {
    const isNew = JSON.stringify(value) !== JSON.stringify(this.#value);
    const { logger, paths } = this.options;
    if (isNew) this.#value = value;
    if (isNew || this.known !== undefined) logger.info('files read anew', { settings: Object.keys(paths) });
    this.known = undefined;
    this.suspected = undefined;
  }

  private report(setting: string, message: string): void {
    const { clock, logger, paths } = this.options;
    const path = paths[setting] ?? '';
    const advice = `mend the file of ${setting}: what it held before goes on counting`;
    this.known = { setting, path, message, advice, since: this.known?.since ?? clock.now() };
    logger.warn('file cannot be used, its former content goes on counting', { setting, path, reason: message });
  }

  private async stamp(): Promise<string> {
    const stamps = await Promise.all(Object.values(this.options.paths).map(stampOf));
    return stamps.join(' ');
  }

  private async read(): Promise<Parsed<T>> {
    const texts: Record<string, string> = {};
    for (const [key, path] of Object.entries(this.options.paths)) {
      try {
        const found = await stat(path);
        if (!found.isFile()) return { wrong: key, problem: 'it is no regular file' };
        if (found.size > largestFile) return { wrong: key, problem: `it is larger than ${largestFile} bytes` };
        texts[key] = await readFile(path, 'utf8');
      } catch (error) {
        return { wrong: key, problem: `it cannot be read (${reasonOf(error)})` };
      }
    }
    return this.options.parse(texts);
  }
}

async function stampOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(':');
  } catch (error) {
    return reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
}
