import { ManualClock } from '../../../lib/base/clock/index.js';
import type {
  ControllerOptions,
  ReconcileOptions,
  Reconciler,
  ReconcileResult,
} from '../../../lib/controller/index.js';
import type { LogFields, Logger } from '../../../lib/base/log/index.js';
import type { Metrics } from '../../../lib/base/metrics/index.js';
import { KeyedWorkQueue } from '../../../lib/controller/queue/index.js';

type Answer = (signal: AbortSignal, options?: ReconcileOptions) => Promise<ReconcileResult>;

/** A reconcile that ends when the test says so, whatever its signal. */
export interface Held {
  readonly signal: AbortSignal | undefined;
  release(result?: ReconcileResult): void;
}

/** A reconciler that answers as scripted, per key in the order of the script; then with success and no writes. */
export class ScriptedReconciler implements Reconciler<string> {
  /** Every call, by key, in order. */
  public readonly calls: string[] = [];
  /** Those of them that asked for no more than what cannot wait. */
  public readonly urgent: string[] = [];
  /** Keys that were with two workers at once. Has to stay empty. */
  public readonly overlaps: string[] = [];
  /** The most reconciles that were under way at once. */
  public mostAtOnce = 0;
  private readonly underWay = new Set<string>();
  private readonly answers = new Map<string, Answer[]>();

  public addResult(key: string, result: Partial<ReconcileResult> = {}): this {
    return this.addAnswer(key, () => Promise.resolve({ writes: 0, ...result }));
  }

  /** A reconcile that makes one write, and then ends so. */
  public addWrite(key: string, written: string, end: Partial<ReconcileResult> | Error = {}): this {
    return this.addAnswer(key, (_signal, options) => {
      options?.onWritten?.([written], 'uuid');
      return end instanceof Error ? Promise.reject(end) : Promise.resolve({ writes: 1, ...end });
    });
  }

  public addError(key: string, error: Error): this {
    return this.addAnswer(key, () => Promise.reject(error));
  }

  public addAnswer(key: string, answer: Answer): this {
    this.answers.set(key, [...(this.answers.get(key) ?? []), answer]);
    return this;
  }

  /** The next reconcile of the key does not end before it is released, and ignores its signal. */
  public hold(key: string): Held {
    const held: { signal: AbortSignal | undefined; release: Held['release'] } = {
      signal: undefined,
      release: () => undefined,
    };
    const result = new Promise<ReconcileResult>((resolve) => {
      held.release = (value = { writes: 0 }) => {
        resolve(value);
      };
    });
    this.addAnswer(key, (signal) => {
      held.signal = signal;
      return result;
    });
    return held;
  }

  public callsOf(key: string): number {
    return this.calls.filter((called) => called === key).length;
  }

  public async reconcile(key: string, signal: AbortSignal, options?: ReconcileOptions): Promise<ReconcileResult> {
    this.calls.push(key);
    if (options?.urgentOnly === true) this.urgent.push(key);
    if (this.underWay.has(key)) this.overlaps.push(key);
    this.underWay.add(key);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay.size);
    try {
      return await (this.answers.get(key)?.shift()?.(signal, options) ?? { writes: 0 });
    } finally {
      this.underWay.delete(key);
    }
  }
}

/** A queue that counts what the controller asks of it. */
export class CountingQueue extends KeyedWorkQueue<string> {
  public readonly forgotten: string[] = [];

  public override forget(key: string): void {
    this.forgotten.push(key);
    super.forget(key);
  }
}

/** A line that was logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps its lines, debug lines too. */
export function keepingLogger(lines: LogLine[], own: LogFields = {}): Logger {
  const log =
    (level: LogLine['level']) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, message, fields: { ...own, ...fields } });
    };
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    child: (fields) => keepingLogger(lines, { ...own, ...fields }),
    isDebugEnabled: () => true,
  };
}

/** Metrics that keep everything, as `name{label="value"}`. */
export class KeptMetrics implements Metrics {
  public readonly counters = new Map<string, number>();
  public readonly observations = new Map<string, number[]>();

  public increment(name: string, labels: Readonly<Record<string, string>>, by = 1): void {
    const full = [name, ...Object.entries(labels).map(([label, value]) => `${label}=${value}`)].join(' ');
    this.counters.set(full, (this.counters.get(full) ?? 0) + by);
  }

  public set(): void {
    // The controller sets no gauge.
  }

  public observe(name: string, _labels: object, value: number): void {
    this.observations.set(name, [...(this.observations.get(name) ?? []), value]);
  }
}

/** Resolves when the condition holds; fails after so many turns of the event loop that it never will. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    if (condition()) return;
    await new Promise(setImmediate);
  }
  throw new Error(`never came true: ${what}`);
}

/** Lets everything run that can run without time passing. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

/** All that a controller needs, with a clock that the test steps. */
export class Bench {
  public readonly clock = new ManualClock();
  public readonly metrics = new KeptMetrics();
  public readonly queue = new CountingQueue({ clock: this.clock, random: () => 0, metrics: this.metrics });
  public readonly reconciler = new ScriptedReconciler();
  public readonly lines: LogLine[] = [];

  public options(more: Partial<ControllerOptions<string>> = {}): ControllerOptions<string> {
    const { clock, metrics, queue, reconciler } = this;
    return { name: 'test', clock, metrics, queue, reconciler, logger: keepingLogger(this.lines), ...more };
  }

  /** Lines of a level that tells of something. */
  public get notable(): readonly LogLine[] {
    return this.lines.filter((line) => line.level === 'warn' || line.level === 'error');
  }

  /** Lets time pass in small steps, and in each everything run that can. */
  public async pass(ms: number, stepMs = ms): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.step(stepMs);
      await quiet();
    }
  }
}
