import { SvcMonitorError, type KeyViews, type Monitor, type MonitorStatus } from '../../lib/index.js';

/** A status in which all is well. */
export const healthyStatus: MonitorStatus = {
  state: 'running',
  ready: true,
  role: 'leader',
  health: { ready: true, reasons: [], since: 1_000 },
  source: { name: 'amqp', connected: true },
  configApi: {
    servers: [
      {
        url: 'http://10.0.0.1:8082',
        current: true,
        state: 'up',
        since: 500,
        keepAlive: { setting: 'auto', reused: false, freshMs: 3.1, reusedMs: 44.2 },
      },
    ],
  },
  resync: { running: false, lastFinishedAt: 1_000 },
  cache: { 'virtual-ip': 2 },
  controllers: { 'octavia-vip': { queue: { length: 0 }, vips: 2, associations: 1 } },
  problems: [],
};

/** One in which everything waits. */
export function unready(state: MonitorStatus['state']): MonitorStatus {
  const health = { ready: false, reasons: [`the monitor is ${state}`], since: 1_000 };
  return { ...healthyStatus, state, ready: false, health };
}

/** A monitor whose start ends when the test says so. It keeps the rules of the interface: `aborted`, `already-started`. */
export class FakeMonitor implements Monitor {
  public starts = 0;
  public stops = 0;
  public current: MonitorStatus = unready('starting');
  /** What is shown of keys. */
  public shown: readonly KeyViews[] = [];
  /** What `stop` does besides being counted. */
  public onStop: () => Promise<void> = () => Promise.resolve();
  private settle: { resolve(): void; reject(error: unknown): void } | undefined;

  public start(signal: AbortSignal): Promise<void> {
    this.starts += 1;
    if (this.starts > 1) return Promise.reject(new SvcMonitorError('already-started', 'started before'));
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      signal.addEventListener('abort', () => {
        reject(new SvcMonitorError('aborted', 'called off'));
      });
    });
  }

  /** The first full read is done. */
  public becomeReady(): void {
    this.current = healthyStatus;
    this.settle?.resolve();
  }

  public failToStart(error: unknown): void {
    this.settle?.reject(error);
  }

  public async stop(): Promise<void> {
    this.stops += 1;
    await this.onStop();
    this.current = unready('stopped');
  }

  public status(): MonitorStatus {
    return this.current;
  }

  public views(): readonly KeyViews[] {
    return this.shown;
  }
}
