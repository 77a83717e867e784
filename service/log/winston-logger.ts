import { appendFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { createLogger, type Logger as Winston } from 'winston';
import { errorFields, SystemClock, type Clock, type LogFields, type Logger } from '../../lib/index.js';
import type { LogConfig, LogLevel } from '../config/index.js';
import { BoundedOutput } from './bounded-output.js';
import { formatLine, type LogLine } from './lines.js';
import { plainFields } from './plain.js';
import { RepeatFilter } from './repeats.js';
import { RotatingFile } from './rotating-file.js';
import { SuppressedLines } from './suppressed.js';

/** How log lines are written. */
export interface LoggerOptions extends LogConfig {
  /** Defaults to the standard output. */
  readonly stream?: NodeJS.WritableStream;
  /** Counts what is not written. */
  readonly suppressed?: SuppressedLines;
  /** Defaults to the machine's. */
  readonly clock?: Clock;
}

/** What a logger and its children share. */
interface Shared {
  readonly winston: Winston;
  readonly clock: Clock;
  readonly repeats: RepeatFilter;
  readonly outputs: LogOutputs;
}

/** How long the end of the log waits for its readers. Milliseconds. */
const closeTimeoutMs = 500;
const closeCheckMs = 10;

/**
 * Winston behind the library's {@link Logger}. Fields that are named like secrets are masked: the second line of defence. Lines that repeat
 * are counted (see `RepeatFilter`), and a reader that hangs costs a bounded part of memory and nothing else (see `BoundedOutput`).
 */
export class WinstonLogger implements Logger {
  private readonly shared: Shared;
  private readonly fields: LogFields;

  public constructor(options: LoggerOptions | { readonly shared: Shared; readonly fields: LogFields }) {
    this.shared = 'shared' in options ? options.shared : createShared(options);
    this.fields = 'shared' in options ? options.fields : {};
  }

  public debug(message: string, fields?: LogFields): void {
    this.write('debug', message, fields);
  }

  public info(message: string, fields?: LogFields): void {
    this.write('info', message, fields);
  }

  public warn(message: string, fields?: LogFields): void {
    this.write('warn', message, fields);
  }

  public error(message: string, fields?: LogFields): void {
    this.write('error', message, fields);
  }

  public child(fields: LogFields): WinstonLogger {
    return new WinstonLogger({ shared: this.shared, fields: { ...this.fields, ...fields } });
  }

  public isDebugEnabled(): boolean {
    return this.shared.winston.isLevelEnabled('debug');
  }

  /** The least severe lines that are written from now on, by this logger, its parents and its children. */
  public setLevel(level: LogLevel): void {
    this.shared.winston.level = level;
  }

  /** Tells what was kept back, and waits until all is written, for at most half a second. The service writes nothing after it. */
  public async close(): Promise<void> {
    this.shared.repeats.flush();
    await this.shared.outputs.idle();
  }

  /** Writes what the file has not got yet, at once: for the last moment of a process that cannot wait. */
  public saveLast(): void {
    this.shared.outputs.saveLast();
  }

  private write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const { winston, repeats } = this.shared;
    // A line that is not kept would still cost winston several microseconds.
    if (!winston.isLevelEnabled(level)) return;
    const all = { ...this.fields, ...fields };
    if (repeats.admits(level, message, all)) hand(this.shared, level, message, all);
  }
}

function hand(
  { winston, clock }: Pick<Shared, 'winston' | 'clock'>,
  level: LogLevel,
  message: string,
  fields: LogFields,
) {
  // All fields go in one of their own: winston would add a field called `message` to the message.
  winston.log({ level, message, fields: plainFields(fields), at: clock.now() });
}

function createShared(options: LoggerOptions): Shared {
  const { suppressed = new SuppressedLines(), clock = new SystemClock() } = options;
  const winston = createLogger({ levels: { error: 0, warn: 1, info: 2, debug: 3 }, level: options.level });
  const tell = (level: LogLevel, message: string, fields: LogFields): void => {
    hand({ winston, clock }, level, message, fields);
  };
  const outputs = new LogOutputs(options, { suppressed, clock, tell });
  winston.pipe(
    new Writable({
      objectMode: true,
      write(line: LogLine, _encoding, done): void {
        outputs.write(line);
        done();
      },
    }),
  );
  return { winston, clock, outputs, repeats: new RepeatFilter(clock, suppressed, tell) };
}

/** The standard output, and the file if there is one. */
class LogOutputs {
  private readonly outputs: readonly BoundedOutput[];
  private last = '';

  public constructor(
    private readonly options: LoggerOptions,
    private readonly parts: {
      readonly suppressed: SuppressedLines;
      readonly clock: Clock;
      readonly tell: (level: LogLevel, message: string, fields: LogFields) => void;
    },
  ) {
    const { stream = process.stdout, file } = options;
    this.outputs = [
      new BoundedOutput(stream, parts.suppressed, 'not-read', (lines) => this.missed('standard output', lines)),
      ...(file === undefined ? [] : [this.fileOutput(file)]),
    ];
  }

  public write(line: LogLine): void {
    this.last = formatLine(this.options.format, line);
    for (const output of this.outputs) output.write(this.last, line.level);
  }

  public async idle(): Promise<void> {
    const { clock } = this.parts;
    const until = clock.monotonic() + closeTimeoutMs;
    while (!this.outputs.every(({ isIdle }) => isIdle) && clock.monotonic() < until)
      await new Promise<void>((resolve) => {
        clock.schedule(closeCheckMs, resolve);
      });
  }

  public saveLast(): void {
    const [, file] = this.outputs;
    if (file === undefined || file.isIdle || this.options.file === undefined) return;
    try {
      appendFileSync(this.options.file.path, `${this.last}\n`);
    } catch (error) {
      this.parts.tell('error', 'log file cannot be written', { path: this.options.file.path, ...errorFields(error) });
    }
  }

  private fileOutput(file: NonNullable<LogConfig['file']>): BoundedOutput {
    const { suppressed, tell } = this.parts;
    const { path } = file;
    let lost = 0;
    const stream = new RotatingFile({
      ...file,
      onFailure: (error) => {
        tell('error', 'log file cannot be written', { path, ...errorFields(error) });
      },
      onLost: (lines) => {
        lost += lines;
        suppressed.add('file', lines);
      },
      onRecovered: () => {
        tell('warn', 'log file is written again', { path, lost });
        lost = 0;
      },
    });
    return new BoundedOutput(stream, suppressed, 'file', (lines) => this.missed(path, lines));
  }

  private missed(output: string, lines: number): string {
    const fields = { output, lines };
    return formatLine(this.options.format, {
      at: this.parts.clock.now(),
      level: 'warn',
      message: 'log lines dropped, they were not taken fast enough',
      fields,
    });
  }
}
