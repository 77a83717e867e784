import type { Logger, LogFields, Metrics } from '../../lib/index.js';

/** A logger that keeps its lines. */
export class KeptLog implements Logger {
  public readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];

  public debug = this.keep('debug');
  public info = this.keep('info');
  public warn = this.keep('warn');
  public error = this.keep('error');

  public child(): Logger {
    return this;
  }

  public isDebugEnabled(): boolean {
    return true;
  }

  /** The fields of the lines with that message. */
  public of(message: string): readonly LogFields[] {
    return this.lines.filter((line) => line.message === message).map((line) => line.fields);
  }

  private keep(level: string): (message: string, fields?: LogFields) => void {
    return (message, fields = {}) => {
      this.lines.push({ level, message, fields });
    };
  }
}

/** Metrics that can be asked, those of the library and of all managers. */
export class KeptMetrics implements Metrics {
  private readonly counters = new Map<string, number>();

  public increment(name: string, labels: Readonly<Record<string, string>>, by = 1): void {
    for (const key of [name, `${name}${JSON.stringify(labels)}`]) {
      this.counters.set(key, (this.counters.get(key) ?? 0) + by);
    }
  }

  public set(): void {
    // Gauges are not asked for.
  }

  public observe(): void {
    // Neither are histograms.
  }

  /** Sum of a counter, over all labels or for those given. */
  public count(name: string, labels?: Readonly<Record<string, string>>): number {
    return this.counters.get(labels === undefined ? name : `${name}${JSON.stringify(labels)}`) ?? 0;
  }
}
