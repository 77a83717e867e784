import { onAbort } from '../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../base/errors/index.js';
import type { Metrics } from '../base/metrics/index.js';
import { failureOf, type Outages } from '../base/problems/index.js';
import type { ChangeSink, SourceStatus } from './source.js';

/** What a {@link SourceLifecycle} is made of. */
export interface SourceLifecycleOptions {
  readonly name: string;
  readonly metrics: Metrics;
  /** Told when the stream is lost, and when it is followed again. Defaults to nobody. */
  readonly outages?: Outages | undefined;
}

/** The part that a change stream is among the outages. */
export const streamPart = 'change-stream';

/**
 * What all sources have in common: start once, wait for the first connection, tell the sink of each connection and of each
 * loss exactly once, keep the status and the metrics. Connects nothing itself.
 */
export class SourceLifecycle {
  private readonly name: string;
  private readonly metrics: Metrics;
  private readonly outages: Outages | undefined;
  private state: 'new' | 'started' | 'ended' = 'new';
  private report: 'none' | 'connected' | 'disconnected' = 'none';
  private lastError: string | undefined;
  private startedSink: ChangeSink | undefined;
  private firstConnection:
    { readonly resolve: () => void; readonly reject: (error: SvcMonitorError) => void } | undefined;

  public constructor(options: SourceLifecycleOptions) {
    this.name = options.name;
    this.metrics = options.metrics;
    this.outages = options.outages;
  }

  /** Whether it was started and not ended. */
  public get active(): boolean {
    return this.state === 'started';
  }

  /** Whether the stream is followed. */
  public get connected(): boolean {
    return this.report === 'connected';
  }

  /** Where the source delivers to. Only for a source that was started. */
  public get sink(): ChangeSink {
    if (this.startedSink === undefined) throw new SvcMonitorError('bug', 'a source delivers before it was started');
    return this.startedSink;
  }

  /** Marks the source as started. @throws SvcMonitorError `already-started` the second time, `closed` after {@link end} */
  public begin(sink: ChangeSink): void {
    if (this.state === 'ended') throw new SvcMonitorError('closed', 'the change source was stopped');
    if (this.state === 'started') throw new SvcMonitorError('already-started', 'the change source was started before');
    this.state = 'started';
    this.startedSink = sink;
    this.metrics.set('source_connected', { source: this.name }, 0);
  }

  /** Resolves at the first connection; rejects with `aborted` if the signal fires before, with `closed` if the source ends before. */
  public whenConnected(signal: AbortSignal): Promise<void> {
    if (this.connected) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      throwIfAborted(signal);
      const settle = (): void => {
        release();
        this.firstConnection = undefined;
      };
      const release = onAbort(signal, () => {
        reject(
          new SvcMonitorError('aborted', 'called off before the change source was connected', { cause: signal.reason }),
        );
      });
      this.firstConnection = {
        resolve: () => {
          settle();
          resolve();
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
    });
  }

  /**
   * The stream is followed from now on.
   *
   * @param place `anew`: what came before may have been missed; `resumed`: the source goes on where it was
   * @returns how long it was not followed, milliseconds; undefined if it was, or if nobody keeps account of that
   */
  public reportConnected(place: 'anew' | 'resumed' = 'anew'): number | undefined {
    if (!this.active || this.connected) return undefined;
    this.report = 'connected';
    this.metrics.set('source_connected', { source: this.name }, 1);
    this.metrics.increment('source_connects_total', { source: this.name });
    if (place === 'resumed') this.sink.resumed();
    else this.sink.connected();
    this.firstConnection?.resolve();
    return this.outages?.over(streamPart);
  }

  /**
   * The stream is not followed any more, or could not be connected to. The sink hears the first of several in a row.
   *
   * @returns whether it was reported: not once the source has ended
   */
  public reportDisconnected(reason: SvcMonitorError): boolean {
    if (!this.active) return false;
    const first = this.report !== 'disconnected';
    this.report = 'disconnected';
    this.lastError = reason.message;
    this.outages?.failed(streamPart, failureOf(reason, 'stream-unreachable'));
    if (first) {
      this.metrics.set('source_connected', { source: this.name }, 0);
      this.sink.disconnected(reason);
    }
    return true;
  }

  /** The source was stopped: reports nothing any more. */
  public end(): void {
    if (this.state === 'started') this.metrics.set('source_connected', { source: this.name }, 0);
    this.state = 'ended';
    this.report = 'none';
    this.firstConnection?.reject(
      new SvcMonitorError('closed', 'the change source was stopped before it was connected'),
    );
  }

  public status(): SourceStatus {
    return {
      name: this.name,
      connected: this.connected,
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    };
  }
}
