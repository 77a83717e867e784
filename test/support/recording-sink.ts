import type { Change, ChangeSink, DecodedMessage, SvcMonitorError } from '../../lib/index.js';
import { eventually } from './eventually.js';

type Skipped = Exclude<DecodedMessage, { readonly outcome: 'change' }>;

/** A sink that keeps what it is told, in order, and can hold deliveries up. */
export class RecordingSink implements ChangeSink {
  /** `connected`, `resumed`, `missed`, `disconnected`, `skipped:<reason>`, `change:<uuid>:<name>` when a delivery begins. */
  public readonly events: string[] = [];
  public readonly changes: Change[] = [];
  public readonly skippedMessages: Skipped[] = [];
  public readonly losses: SvcMonitorError[] = [];
  /** Names of the changes whose delivery has resolved. */
  public readonly taken: (string | undefined)[] = [];
  public running = 0;
  public mostRunning = 0;
  private held = false;
  private readonly waiting: (() => void)[] = [];
  private readonly failures: unknown[] = [];

  /** @param nameOf what tells one change from another in `events` and `taken`; by default its request-id */
  public constructor(private readonly nameOf: (change: Change) => string | undefined = (change) => change.requestId) {}

  public connected(): void {
    this.events.push('connected');
  }

  public resumed(): void {
    this.events.push('resumed');
  }

  public missed(): void {
    this.events.push('missed');
  }

  public disconnected(reason: SvcMonitorError): void {
    this.losses.push(reason);
    this.events.push('disconnected');
  }

  public skipped(message: Skipped): void {
    this.skippedMessages.push(message);
    this.events.push(`skipped:${message.outcome === 'ignored' ? message.reason : message.rejected.reason}`);
  }

  public async deliver(change: Change): Promise<void> {
    this.changes.push(change);
    this.events.push(`change:${change.uuid}:${this.nameOf(change) ?? ''}`);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    const failure = this.failures.shift();
    if (this.held) await new Promise<void>((resolve) => this.waiting.push(resolve));
    // So that the deliveries of one object would overlap if the source let them.
    await new Promise((resolve) => setImmediate(resolve));
    this.running -= 1;
    if (failure !== undefined) throw failure as Error;
    this.taken.push(this.nameOf(change));
  }

  /** Deliveries that begin from now on do not end until {@link release}. */
  public hold(): void {
    this.held = true;
  }

  /** Ends the deliveries that are held up, and holds up no more. */
  public release(): void {
    this.held = false;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** The next delivery rejects with this. */
  public failNext(error: unknown): void {
    this.failures.push(error);
  }

  /** How often an event was seen. */
  public count(event: string): number {
    return this.events.filter((seen) => seen === event).length;
  }

  /** Waits until an event was seen so many times. */
  public async seen(event: string, times = 1): Promise<void> {
    await eventually(`${event}, ${times} times; seen: ${this.events.join(' ')}`, () => this.count(event) >= times);
  }

  /** Waits until the change with this request-id was taken, so many times. */
  public async took(requestId: string, times = 1): Promise<void> {
    await eventually(
      `${requestId} taken ${times} times; taken: ${this.taken.join(' ')}`,
      () => this.taken.filter((seen) => seen === requestId).length >= times,
    );
  }
}
