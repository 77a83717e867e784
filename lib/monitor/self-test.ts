import { sleep, type Clock } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import { problemTypes, type Outages } from '../base/problems/index.js';
import type { Echoes } from '../cache/index.js';
import type { ChangeSource } from '../change-stream/index.js';

/** What a {@link SelfTest} is made of. */
export interface SelfTestOptions {
  /** Silence after which something of our own is written anew. Milliseconds. */
  readonly intervalMs: number;
  readonly echoes: Echoes;
  readonly source: Pick<ChangeSource, 'status' | 'reconnect'>;
  /** Writes something of our own anew, as it is. Resolves to whether there was anything that may be written. */
  readonly write: (signal: AbortSignal) => Promise<boolean>;
  /** Has everything read anew. */
  readonly readAll: () => void;
  readonly outages: Outages;
  readonly clock: Clock;
  readonly logger: Logger;
}

const part = 'echo';

/**
 * Closes the loop: what we write has to come back through the change stream. Where nothing was heard for long, and there is nothing to write
 * either, an entry of our own is written anew as it is. A stream that is deaf is begun afresh, at most once an interval, and everything
 * is read anew.
 */
export class SelfTest {
  private begunAfreshAt = -Infinity;

  public constructor(private readonly options: SelfTestOptions) {
    options.echoes.listen({
      deaf: (waitedMs) => {
        this.deaf(waitedMs);
      },
      heardAgain: () => {
        this.heardAgain();
      },
    });
  }

  /** Tests until the signal fires. Never rejects. */
  public async run(signal: AbortSignal): Promise<void> {
    const { clock, intervalMs, logger } = this.options;
    for (;;) {
      try {
        await sleep(clock, intervalMs, signal);
        await this.test(signal);
      } catch (error) {
        if (signal.aborted) return;
        // What the config API answers is a problem of its own.
        logger.debug('the write of the self-test failed', errorFields(error));
      }
    }
  }

  private async test(signal: AbortSignal): Promise<void> {
    const { echoes, source, intervalMs, write } = this.options;
    if (!source.status().connected || echoes.isWaiting || echoes.silentMs < intervalMs) return;
    await write(signal);
  }

  private deaf(waitedMs: number): void {
    const { clock, intervalMs, logger, outages, readAll, source } = this.options;
    if (!source.status().connected) return;
    const { advice } = problemTypes.deaf;
    const message = `a write of ours was sent ${Math.round(waitedMs / 1000)} s ago and has not come back through the change stream, which says that it is connected`;
    const isNews = outages.of(part) === undefined;
    outages.failed(part, { type: 'deaf', message, advice });
    if (isNews) logger.warn('the change stream is deaf: a write of ours has not come back', { waitedMs, advice });
    if (clock.monotonic() - this.begunAfreshAt < intervalMs) return;
    this.begunAfreshAt = clock.monotonic();
    if (source.reconnect === undefined) readAll();
    else source.reconnect(new SvcMonitorError('source-failed', 'a write of ours has not come back: begun afresh'));
  }

  private heardAgain(): void {
    const outageMs = this.options.outages.over(part);
    if (outageMs !== undefined) this.options.logger.info('the change stream is heard again', { outageMs });
  }
}
