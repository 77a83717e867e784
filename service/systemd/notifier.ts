import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorFields, type Clock, type Logger, type Timer } from '../../lib/index.js';

/** Hands assignments such as `READY=1` to the service manager. Rejects if they cannot be handed over. */
export type SendToManager = (assignments: readonly string[]) => Promise<void>;

/** See {@link Notifier}. */
export interface NotifierOptions {
  readonly send: SendToManager;
  /** Time within which systemd wants to hear that the process lives; absent where it does not ask. Milliseconds. */
  readonly watchdogMs?: number;
  /** Whether the process works: one that does not is left to the watchdog. */
  readonly isAlive: () => boolean;
  /** One line for `systemctl status`. */
  readonly status: () => string;
  readonly clock: Clock;
  readonly logger: Logger;
}

// Three signs of life within the time: two may come late.
const signsPerWatchdog = 3;
// Without a watchdog, how often the line of `systemctl status` is brought up to date.
const statusIntervalMs = 10_000;

/** Tells systemd how the service fares, by the protocol of sd_notify(3). */
export class Notifier {
  private timer: Timer | undefined;
  private told = '';
  private isFailing = false;

  public constructor(private readonly options: NotifierOptions) {}

  /** It has started. From now on it gives signs of life. */
  public async ready(): Promise<void> {
    await this.tell(['READY=1']);
    this.schedule();
  }

  /** It stops. No more signs of life: `TimeoutStopSec` counts from here. */
  public async stopping(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    await this.tell(['STOPPING=1', 'STATUS=stopping']);
  }

  private schedule(): void {
    const { clock, watchdogMs } = this.options;
    const intervalMs = watchdogMs === undefined ? statusIntervalMs : watchdogMs / signsPerWatchdog;
    this.timer = clock.schedule(intervalMs, () => {
      this.schedule();
      void this.giveSign();
    });
  }

  private async giveSign(): Promise<void> {
    const { watchdogMs, isAlive, status } = this.options;
    const line = oneLine(status());
    const assignments = [
      ...(watchdogMs !== undefined && isAlive() ? ['WATCHDOG=1'] : []),
      ...(line === this.told ? [] : [`STATUS=${line}`]),
    ];
    if (assignments.length === 0) return;
    this.told = line;
    await this.tell(assignments);
  }

  private async tell(assignments: readonly string[]): Promise<void> {
    const { send, logger } = this.options;
    try {
      await send(assignments);
      this.isFailing = false;
    } catch (error) {
      this.told = '';
      if (!this.isFailing) logger.warn('systemd cannot be told how the service fares', errorFields(error));
      this.isFailing = true;
    }
  }
}

const longestLine = 200;

function oneLine(text: string): string {
  return text
    .replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ')
    .replace(/ {2,}/g, ' ')
    .slice(0, longestLine);
}

const run = promisify(execFile);
const sendTimeoutMs = 5_000;

// Node.js has no datagram sockets of the local kind: systemd's own tool sends.
const systemdNotify: SendToManager = async (assignments) => {
  await run('systemd-notify', [...assignments], { timeout: sendTimeoutMs });
};

/** A notifier, if the environment says that systemd listens (`NOTIFY_SOCKET`); `WATCHDOG_USEC` says what it expects. */
export function notifierOf(
  environment: Readonly<Record<string, string | undefined>>,
  options: Omit<NotifierOptions, 'send' | 'watchdogMs'>,
): Notifier | undefined {
  if (environment['NOTIFY_SOCKET'] === undefined || environment['NOTIFY_SOCKET'] === '') return undefined;
  const watchdogMs = Number(environment['WATCHDOG_USEC']) / 1000;
  const watchdog = Number.isFinite(watchdogMs) && watchdogMs > 0 ? { watchdogMs } : {};
  return new Notifier({ ...options, ...watchdog, send: systemdNotify });
}
