import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import { Outages, problemTypes, type ProblemTypes } from '../base/problems/index.js';
import { healthOf, type HealthInput, type HealthStatus } from './health.js';

/** What a {@link HealthKeeper} is made of. */
export interface HealthKeeperOptions {
  /** What is ready or not, in log lines. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The types of problems that it is told of. Defaults to those of the library. */
  readonly types?: ProblemTypes;
}

/**
 * Remembers since when something is ready or not, and says once when that changes. It outlives what it tells of: a monitor that is made anew
 * after a failed start goes on with the outages of the one before.
 */
export class HealthKeeper {
  /** What does not work now. */
  public readonly outages: Outages;
  private readonly types: ProblemTypes;
  private ready = false;
  private since: number;

  public constructor(private readonly options: HealthKeeperOptions) {
    this.outages = new Outages(options.clock);
    this.types = options.types ?? problemTypes;
    this.since = options.clock.now();
  }

  /** Whether it was ready when that was looked at last, which is whenever something of it changes: for who asks at each request. */
  public get isReady(): boolean {
    return this.ready;
  }

  /** How it is now. A change is logged. */
  public look(input: HealthInput): HealthStatus {
    const { name, clock, logger } = this.options;
    const health = healthOf(input, this.types);
    if (health.ready !== this.ready) {
      const now = clock.now();
      const lasted = Math.max(0, now - this.since);
      this.ready = health.ready;
      this.since = now;
      if (health.ready) logger.info('ready', { what: name, afterMs: lasted });
      else logger.warn('not ready any more', { what: name, reasons: health.reasons, afterMs: lasted });
    }
    return { ...health, since: this.since };
  }
}
