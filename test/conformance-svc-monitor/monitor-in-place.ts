import type {
  EmbeddedCloud,
  EmbeddedMonitor,
  EmbeddedMonitorOptions,
  InPlaceOfOriginal,
  VrouterLook,
} from '../../fixtures/index.js';
import { sleep } from '../../lib/index.js';

/** The period of the original's timer, milliseconds. */
const tickMs = 60_000;

/** Our monitor in the original's place. */
export class MonitorInPlace implements InPlaceOfOriginal {
  public readonly userAgent = 'opensdn-svc-monitor';
  private monitor: EmbeddedMonitor | undefined;

  /** @param look tells whoever is asked how the vRouters look */
  public constructor(
    private readonly cloud: EmbeddedCloud,
    private readonly options: EmbeddedMonitorOptions,
    private readonly look: (states: ReadonlyMap<string, VrouterLook>) => void,
  ) {}

  public async start(): Promise<void> {
    this.monitor = await this.cloud.startMonitor({ ...this.options, userAgent: this.userAgent });
  }

  public async stop(): Promise<void> {
    const { monitor } = this;
    this.monitor = undefined;
    if (monitor !== undefined) await this.cloud.stopMonitor(monitor);
  }

  /** What its tasks in the background ask of others can lead to more: it has settled when all is still after it. */
  public async settled(): Promise<void> {
    for (let seen = -1; seen !== (this.monitor?.moved ?? 0);) {
      await this.cloud.settled();
      seen = this.monitor?.moved ?? 0;
      await this.cloud.still();
    }
  }

  /** Lets the period of the timer pass, and reads everything anew. */
  public async tick(): Promise<void> {
    await this.cloud.during(sleep(this.cloud.clock, tickMs, new AbortController().signal));
    await this.monitor?.resync();
  }

  public setVrouters(states: ReadonlyMap<string, VrouterLook>): void {
    this.look(states);
  }

  public hold(): void {
    this.monitor?.channel.hold();
  }

  public release(): void {
    this.monitor?.channel.resume();
  }

  /** Lets it look at everything again, from its start on. */
  public async again(): Promise<void> {
    if (this.monitor !== undefined) await this.stop();
    await this.start();
    await this.settled();
    await this.tick();
    await this.settled();
  }

  public async close(): Promise<void> {
    await this.stop();
  }
}
