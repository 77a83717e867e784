import {
  createConfigApiClient,
  ManualClock,
  silentLogger,
  type ConfigApiClient,
  type ConfigApiClientOptions,
  type LogFields,
  type Logger,
  type Metrics,
} from '../../../../lib/index.js';

/** Metrics that count: `name{label=value,...}` to the sum, or for a histogram to the number of observations. */
export class CountingMetrics implements Metrics {
  public readonly counts = new Map<string, number>();
  /** `name{label's value,...}` to the last value. */
  public readonly gauges = new Map<string, number>();

  public increment(name: string, labels: Readonly<Record<string, string>>, by = 1): void {
    this.add(name, labels, by);
  }

  public set(name: string, labels: Readonly<Record<string, string>>, value: number): void {
    this.gauges.set(`${name}{${Object.values(labels).join(',')}}`, value);
  }

  public observe(name: string, labels: Readonly<Record<string, string>>): void {
    this.add(name, labels, 1);
  }

  /** The sum over all labels. */
  public total(name: string): number {
    let total = 0;
    for (const [key, count] of this.counts) if (key.startsWith(`${name}{`)) total += count;
    return total;
  }

  private add(name: string, labels: Readonly<Record<string, string>>, by: number): void {
    const key = `${name}{${Object.entries(labels)
      .map(([label, value]) => `${label}=${value}`)
      .join(',')}}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }
}

/** A logger that keeps its lines. */
export class KeepingLogger implements Logger {
  public readonly lines: { readonly level: string; readonly message: string; readonly fields: LogFields }[] = [];

  public debug(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'debug', message, fields });
  }

  public info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'info', message, fields });
  }

  public warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'warn', message, fields });
  }

  public error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: 'error', message, fields });
  }

  public child(): Logger {
    return this;
  }

  public isDebugEnabled(): boolean {
    return true;
  }
}

/** A client whose time stands still and that measures nothing, with what a test wants to look at. Backoff is half of its bound: 50, 100, 200 ms. */
export function testClient(options: Partial<ConfigApiClientOptions> & Pick<ConfigApiClientOptions, 'urls'>): {
  readonly client: ConfigApiClient;
  readonly clock: ManualClock;
  readonly metrics: CountingMetrics;
} {
  const clock = new ManualClock();
  const metrics = new CountingMetrics();
  const client = createConfigApiClient({
    clock,
    metrics,
    logger: silentLogger,
    random: () => 0.5,
    keepAlive: false,
    ...options,
  });
  return { client, clock, metrics };
}
