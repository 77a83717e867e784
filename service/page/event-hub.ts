import type { Clock, Timer } from '../../lib/index.js';
import { textAnswer, type Answer, type AnswerStream } from '../http/index.js';

/** What an {@link EventHub} tells its listeners, and how often. */
export interface EventHubOptions {
  readonly clock: Clock;
  /** What is told, as JSON of one line, without what changes by itself. Asked for at most once in a while, and only while somebody listens. */
  readonly state: () => string;
  /** How long it is at least from one look to the next. Milliseconds; defaults to 1000. */
  readonly everyMs?: number;
  /** How long nothing may be said. Milliseconds; defaults to 10000. */
  readonly keepaliveMs?: number;
  /** How many may listen at once. Defaults to 32. */
  readonly listeners?: number;
}

/** How long a browser waits before it connects again. Milliseconds. */
const retryMs = 2_000;

/**
 * Tells whoever listens of the state: the whole of it at the beginning, and again whenever it has changed, at most once a second. Who was away
 * needs nothing of what was told meanwhile. It looks once for all listeners, and not at all while there are none.
 */
export class EventHub {
  private readonly streams = new Set<AnswerStream>();
  private timer: Timer | undefined;
  private told: string | undefined;
  private number = 0;
  private quietMs = 0;

  public constructor(private readonly options: EventHubOptions) {}

  /** How many listen. */
  public get size(): number {
    return this.streams.size;
  }

  /** What `/events` answers. */
  public answer(): Answer {
    const { listeners = 32 } = this.options;
    if (this.streams.size >= listeners) {
      return textAnswer(503, 'too many pages are open', { 'retry-after': '5' });
    }
    return { type: 'text/event-stream; charset=utf-8', begin: (stream) => this.begin(stream) };
  }

  private begin(stream: AnswerStream): () => void {
    stream.write(`retry: ${retryMs}\n\n`);
    // Others who listen hear of it with the next look.
    const state = this.options.state();
    stream.write(this.message(state));
    if (this.streams.size === 0) this.told = state;
    this.streams.add(stream);
    this.timer ??= this.lookLater();
    return () => {
      this.streams.delete(stream);
      if (this.streams.size > 0) return;
      this.timer?.cancel();
      this.timer = undefined;
    };
  }

  private look(): void {
    const { everyMs = 1_000, keepaliveMs = 10_000, state } = this.options;
    const now = state();
    if (now !== this.told) {
      this.told = now;
      this.number += 1;
      this.quietMs = 0;
      this.tell(this.message(now));
    } else {
      this.quietMs += everyMs;
      if (this.quietMs >= keepaliveMs) {
        this.quietMs = 0;
        this.tell(`event: still\ndata: {}\n\n`);
      }
    }
    this.timer = this.streams.size === 0 ? undefined : this.lookLater();
  }

  private tell(text: string): void {
    for (const stream of this.streams) stream.write(text);
  }

  private lookLater(): Timer {
    return this.options.clock.schedule(this.options.everyMs ?? 1_000, () => {
      this.look();
    });
  }

  private message(state: string): string {
    return `id: ${this.number}\nevent: state\ndata: ${state}\n\n`;
  }
}
