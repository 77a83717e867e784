import {
  RecordingReplay,
  type EmbeddedOpenSdn,
  type InPlaceOfOriginal,
  type RecordedEvent,
  type ReplayStep,
  type SvcMonitorRecording,
} from '../../fixtures/index.js';

const starts = /^svc-monitor starts$/;
const ticks = /^(timer tick|tick\b|vRouters come up)/;

/** The original itself: its recorded writes, each when its turn has come. */
export class ReplayedOriginal implements InPlaceOfOriginal {
  public readonly userAgent = 'replay';
  private readonly replay: RecordingReplay;
  private readonly done = new Set<RecordedEvent>();
  private position = 0;
  private begun = 0;
  private ticked = 0;

  public constructor(
    private readonly recording: SvcMonitorRecording,
    server: EmbeddedOpenSdn,
  ) {
    this.replay = new RecordingReplay({
      recording,
      server,
      presumed: [],
      makes: ({ by }) => by === 'svc-monitor',
    });
  }

  public played({ event }: ReplayStep): void {
    this.done.add(event);
  }

  public start(): Promise<void> {
    this.begun += 1;
    return Promise.resolve();
  }

  public stop(): Promise<void> {
    return Promise.resolve();
  }

  public tick(): Promise<void> {
    this.ticked += 1;
    return Promise.resolve();
  }

  public setVrouters(): void {
    // They are in what it has written.
  }

  public async settled(): Promise<void> {
    const { events } = this.recording;
    for (; ; this.position += 1) {
      const event = events[this.position];
      if (event === undefined || !this.isReached(event)) return;
      if ('http' in event && event.by === 'svc-monitor') await this.replay.next();
    }
  }

  public close(): Promise<void> {
    this.replay.close();
    return Promise.resolve();
  }

  private isReached(event: RecordedEvent): boolean {
    if ('http' in event) return event.by !== undefined || this.done.has(event);
    if (!('mark' in event)) return true;
    if (starts.test(event.mark)) return this.take('begun');
    if (ticks.test(event.mark)) return this.take('ticked');
    return true;
  }

  private take(what: 'begun' | 'ticked'): boolean {
    if (this[what] === 0) return false;
    this[what] -= 1;
    return true;
  }
}
