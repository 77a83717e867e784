import type { Clock, Timer } from '../base/clock/index.js';

/** What is known of the way from a write of ours to its notification. Times of day are milliseconds since 1970. */
export interface EchoStatus {
  readonly lastRoundTripMs?: number;
  readonly lastRoundTripAt?: number;
  /** When any notification was heard last. */
  readonly lastHeardAt?: number;
}

/** What is told of a stream that is deaf, or is not any more. */
export interface EchoListener {
  /** A write was answered so long ago, milliseconds, and has not come back. Told again for each further one. */
  deaf(waitedMs: number): void;
  heardAgain(): void;
}

interface Expected {
  readonly sentAt: number;
  readonly dueAt: number;
}

const mostExpected = 1_000;
// A message can be lost. A stream on which others are heard and we are not is another cloud's.
const mostMissed = 3;

/**
 * Listens for the echo of our own writes: what was written and answered has to come back as a notification in time. A stream is deaf if
 * nothing at all was heard since such a write was sent, or if three in a row did not come back although others are heard.
 */
export class Echoes {
  private readonly sent = new Map<string, number>();
  private readonly expected = new Map<string, Expected>();
  private listener: EchoListener | undefined;
  private heardAt = -Infinity;
  private missed = 0;
  private deafness: 'silence' | 'no-echo' | undefined;
  private timer: Timer | undefined;
  private last: EchoStatus = {};

  /** @param withinMs time for a notification to come, from the answer of the write */
  public constructor(
    private readonly clock: Clock,
    private readonly withinMs: number,
  ) {}

  /** Has the listener told. */
  public listen(listener: EchoListener): void {
    this.listener = listener;
  }

  /** A write to the object is about to be sent. */
  public sending(uuid: string): void {
    this.sent.set(uuid, this.clock.monotonic());
  }

  /** The write was made. */
  public made(uuid: string): void {
    const sentAt = this.sent.get(uuid);
    if (sentAt === undefined || this.expected.has(uuid) || this.expected.size >= mostExpected) return;
    this.expected.set(uuid, { sentAt, dueAt: this.clock.monotonic() + this.withinMs });
    this.watch();
  }

  /** The write has ended, well or not. */
  public ended(uuid: string): void {
    this.sent.delete(uuid);
  }

  /** A notification has come that can be understood. */
  public heard(uuid?: string): void {
    const now = this.clock.monotonic();
    this.heardAt = now;
    this.last = { ...this.last, lastHeardAt: this.clock.now() };
    const sentAt = uuid === undefined ? undefined : (this.expected.get(uuid)?.sentAt ?? this.sent.get(uuid));
    if (sentAt !== undefined && uuid !== undefined) {
      this.expected.delete(uuid);
      this.sent.delete(uuid);
      this.missed = 0;
      this.last = { ...this.last, lastRoundTripMs: now - sentAt, lastRoundTripAt: this.clock.now() };
    }
    if (this.deafness === undefined || (this.deafness === 'no-echo' && sentAt === undefined)) return;
    this.deafness = undefined;
    this.listener?.heardAgain();
  }

  /** The stream was lost or begun: what came meanwhile does not come again. */
  public gap(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.expected.clear();
  }

  /** How long nothing was heard, milliseconds. */
  public get silentMs(): number {
    return this.clock.monotonic() - this.heardAt;
  }

  /** Whether a write of ours is waited for. */
  public get isWaiting(): boolean {
    return this.expected.size > 0;
  }

  public status(): EchoStatus {
    return this.last;
  }

  private watch(): void {
    const [oldest] = this.expected.values();
    if (this.timer !== undefined || oldest === undefined) return;
    this.timer = this.clock.schedule(Math.max(0, oldest.dueAt - this.clock.monotonic()), () => {
      this.timer = undefined;
      this.check();
      this.watch();
    });
  }

  private check(): void {
    const now = this.clock.monotonic();
    for (const [uuid, { sentAt, dueAt }] of this.expected) {
      if (dueAt > now) return;
      this.expected.delete(uuid);
      this.missed += 1;
      const isSilent = this.heardAt < sentAt;
      if (!isSilent && this.missed < mostMissed) continue;
      this.deafness ??= isSilent ? 'silence' : 'no-echo';
      this.listener?.deaf(now - sentAt);
    }
  }
}
