import { sleep, type Clock } from '../base/clock/index.js';
import { hasCode, toSvcMonitorError, type SvcMonitorError } from '../base/errors/index.js';
import { gapMark, type GapReason } from '../kafka/index.js';
import { errorFields, type Logger } from '../base/log/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { failureOf, type Outages } from '../base/problems/index.js';
import { backoffMs } from '../base/reconnect/index.js';
import type { Batch, Entry, Outbox } from './outbox.js';
import type { OpenWriter, RecordWriter } from './writer.js';

/** What a {@link Carrier} is made of. */
export interface CarrierOptions {
  readonly outbox: Outbox;
  readonly openWriter: OpenWriter;
  /** Wait before the second attempt; doubles with each. Milliseconds. */
  readonly retryLowMs: number;
  /** The longest wait between attempts. Milliseconds. */
  readonly retryHighMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when there is no producer, and when there is one again. */
  readonly outages: Outages;
  /** Called when it is connected, or is not any more. */
  readonly onChanged: () => void;
}

/** The part that Kafka is among the outages. */
export const kafkaPart = 'kafka';

/** How the way to Kafka fares. */
export interface CarrierStatus {
  /** Whether a producer stands, as far as is known: an idle one is not asked. */
  readonly connected: boolean;
  readonly partitions?: number;
  /** Why it is not connected, or the last failure. */
  readonly lastError?: string;
  /** Entries that are on their way: sent, and not yet confirmed. */
  readonly inFlight: number;
  readonly carried: number;
  readonly marks: number;
}

// Kafka's names of what no attempt will mend: the record itself is at fault.
const refusals: ReadonlySet<unknown> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/**
 * Carries batches from the outbox to Kafka, one after the other: the next goes out when all replicas have the one before. A batch that
 * fails is sent again by a new producer until it succeeds, so nothing ever overtakes it. What Kafka had of it already stands there
 * twice then: of each object, the first arrivals are in order all the same.
 */
export class Carrier {
  private readonly options: CarrierOptions;
  private writer: RecordWriter | undefined;
  private partitions: number | undefined;
  private lastError: string | undefined;
  /** Failures in a row. */
  private failures = 0;
  private underWay: readonly Entry[] = [];
  private carried = 0;
  private marks = 0;
  private idleWaiters: (() => void)[] = [];
  private busy = false;

  public constructor(options: CarrierOptions) {
    this.options = options;
  }

  public status(): CarrierStatus {
    return {
      connected: this.writer !== undefined,
      ...(this.partitions === undefined ? {} : { partitions: this.partitions }),
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
      inFlight: this.underWay.length,
      carried: this.carried,
      marks: this.marks,
    };
  }

  /** When the first entry came that Kafka has not confirmed, monotonic milliseconds; undefined if there is none. */
  public get oldest(): number | undefined {
    return this.underWay[0]?.receivedAt ?? this.options.outbox.oldest;
  }

  /**
   * Carries until the signal fires, and then resolves: what is under way is given up, unacknowledged.
   *
   * @throws SvcMonitorError `invalid-configuration` if Kafka cannot be used at all
   */
  public async run(signal: AbortSignal): Promise<void> {
    const { outbox } = this.options;
    try {
      // Opened before there is anything to carry, so that what is amiss shows at once.
      await this.persist(async () => {
        await this.opened(signal);
      }, signal);
      while (!signal.aborted) {
        const batch = outbox.take();
        this.busy = batch !== undefined;
        if (batch === undefined) {
          this.release();
          await outbox.filled(signal);
        } else {
          await this.carry(batch, signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.discard();
    }
  }

  /** Resolves once everything that was in the outbox is confirmed. */
  public async idle(): Promise<void> {
    if (!this.busy && this.options.outbox.isEmpty) return;
    await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
  }

  /** Closes the producer in good order. Only after {@link idle}. */
  public async close(signal: AbortSignal): Promise<void> {
    await this.writer?.close(signal);
  }

  private release(): void {
    const waiters = this.idleWaiters;
    this.idleWaiters = [];
    for (const resolve of waiters) resolve();
  }

  private async carry(batch: Batch, signal: AbortSignal): Promise<void> {
    let { gap, entries } = batch;
    // One at a time once a record was refused, until the one that is at fault is found.
    let together = entries.length;
    this.underWay = entries;
    const send = async (): Promise<void> => {
      const writer = await this.opened(signal, (reason) => (gap ??= reason));
      if (gap !== undefined) {
        await this.mark(writer, gap, signal);
        gap = undefined;
      }
      while (entries.length > 0) {
        const part = entries.slice(0, together);
        await this.write(writer, part, signal);
        this.underWay = entries = entries.slice(part.length);
      }
    };
    const failed = (error: SvcMonitorError): void => {
      const [first] = entries;
      if (first === undefined || gap !== undefined || !refusals.has(error.details['reason'])) return;
      if (together > 1) {
        together = 1;
        return;
      }
      this.refuse(first, error);
      this.underWay = entries = entries.slice(1);
      gap = 'refused';
    };
    await this.persist(send, signal, failed);
  }

  /** Does the work, again and again until it succeeds, each time with a new producer. */
  private async persist(
    work: () => Promise<void>,
    signal: AbortSignal,
    failed: (error: SvcMonitorError) => void = () => undefined,
  ): Promise<void> {
    const { clock, retryLowMs, retryHighMs } = this.options;
    for (;;) {
      try {
        await work();
        this.failures = 0;
        return;
      } catch (caught) {
        const error = toSvcMonitorError(caught);
        if (signal.aborted || hasCode(error, 'invalid-configuration')) throw error;
        this.discard();
        this.report(error);
        failed(error);
        const delay = backoffMs(this.failures, retryLowMs, retryHighMs);
        this.failures += 1;
        await sleep(clock, delay, signal);
      }
    }
  }

  /** The producer; a new one if there is none. Tells of a gap if the topic is not the one that it was. */
  private async opened(
    signal: AbortSignal,
    gapFound: (reason: GapReason) => void = () => undefined,
  ): Promise<RecordWriter> {
    if (this.writer !== undefined) return this.writer;
    const writer = await this.options.openWriter(signal);
    this.writer = writer;
    this.options.metrics.set('relay_kafka_connected', {}, 1);
    const outageMs = this.options.outages.over(kafkaPart);
    const lasted = outageMs === undefined ? {} : { outageMs };
    this.options.logger.info('the producer is connected', { partitions: writer.partitions, ...lasted });
    this.options.onChanged();
    // Objects have moved to other partitions, or all that was there is gone: consumers cannot tell by themselves.
    const isOther = this.partitions !== undefined && (writer.topicWasMissing || writer.partitions !== this.partitions);
    this.partitions = writer.partitions;
    if (isOther) gapFound('topic');
    return writer;
  }

  private async mark(writer: RecordWriter, reason: GapReason, signal: AbortSignal): Promise<void> {
    await writer.writeMark(gapMark(reason), signal);
    this.marks += 1;
    this.options.metrics.increment('relay_marks_total', { reason });
    this.options.logger.info('changes may have been missed: consumers are told to read everything anew', { reason });
  }

  private async write(writer: RecordWriter, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.options;
    const begun = clock.monotonic();
    await writer.write(
      entries.map(({ record }) => record),
      signal,
    );
    const confirmed = clock.monotonic();
    for (const { acknowledge, receivedAt } of entries) {
      acknowledge();
      metrics.observe('relay_latency_seconds', {}, (confirmed - receivedAt) / 1000);
    }
    this.carried += entries.length;
    metrics.observe('relay_send_seconds', {}, (confirmed - begun) / 1000);
    metrics.increment('relay_messages_total', {}, entries.length);
  }

  /** A record that Kafka takes from nobody: it must not stop the others. Consumers are told that something is missing. */
  private refuse({ record, acknowledge }: Entry, error: SvcMonitorError): void {
    const { logger, metrics } = this.options;
    acknowledge();
    metrics.increment('relay_refused_total', {});
    const { key: uuid, bytes, headers } = record;
    logger.error('Kafka refuses a change, which is not carried', {
      uuid,
      type: headers['type'],
      bytes,
      ...errorFields(error),
    });
  }

  private report(error: SvcMonitorError): void {
    const { logger, metrics, outages } = this.options;
    metrics.increment('relay_failures_total', {});
    metrics.increment('errors_total', { code: error.code });
    // Again only if it is news.
    if (this.failures === 0 || this.lastError !== error.message) {
      logger.warn('Kafka did not confirm, going on with a new producer', errorFields(error));
    }
    this.lastError = error.message;
    outages.failed(kafkaPart, failureOf(error, 'stream-unreachable'));
  }

  private discard(): void {
    this.writer?.destroy();
    this.writer = undefined;
    this.options.metrics.set('relay_kafka_connected', {}, 0);
  }
}
