import type { BareCommands } from './baselines/bare.js';
import type { CronCommands } from './baselines/cron-watcher.js';
import type { ConsumerCommands } from './baselines/plain-consumer.js';
import type { GatewayLoadCommands } from './load/gateway-load.js';
import type { LoadCommands } from './load/main.js';
import type { ProbeCommands } from './load/relay-probe.js';
import type { GatewayCommands } from './measured/gateway.js';
import type { MonitorCommands, MonitorSetup } from './measured/main.js';
import type { RelayCommands } from './measured/relay.js';
import { RemoteProcess, type CommandTable } from './processes/remote-process.js';
import type { BenchSettings } from './settings.js';
import type { CloudSize } from './world/cloud.js';
import type { CloudAddress, WorldCommands } from './world/main.js';

/** The process with the embedded OpenSDN, and where to find it. */
export interface World extends CloudAddress {
  readonly process: RemoteProcess<WorldCommands>;
}

/** A measured process whose monitor is ready. */
export interface MeasuredMonitor {
  readonly process: RemoteProcess<MonitorCommands>;
  /** From the call of `start` to ready. Milliseconds. */
  readonly readyMs: number;
}

const settleMs = 200;

/** Starts the processes of a subject, and ends them all. */
export class Stage {
  private readonly running = new Set<{ readonly stop: () => Promise<void> }>();

  public constructor(private readonly settings: BenchSettings) {}

  /** An embedded OpenSDN with a cloud in place. */
  public async startWorld(size: CloudSize): Promise<World> {
    const world = this.launch<WorldCommands>('./world/main.js', ['--max-old-space-size=6144']);
    const address = await world.call('start', { latencyMs: this.settings.latencyMs, size });
    return { process: world, ...address };
  }

  /** A process for a monitor, with none in it yet. */
  public launchMonitor(): RemoteProcess<MonitorCommands> {
    return this.launch<MonitorCommands>('./measured/main.js', ['--expose-gc', ...this.profiling()]);
  }

  /** A process for a relay, with none in it yet. */
  public launchRelay(): RemoteProcess<RelayCommands> {
    return this.launch<RelayCommands>('./measured/relay.js', this.profiling());
  }

  /**
   * A monitor of its own process that follows the world's own change stream; resolves when it is ready and has nothing to do.
   *
   * @param how whether it reuses connections, and whether it does the original's work, too
   */
  public async startMonitor(
    world: World,
    how: Pick<MonitorSetup, 'keepAlive' | 'analytics'> = {},
  ): Promise<MeasuredMonitor> {
    const monitor = this.launchMonitor();
    const stream = { kind: 'socket', port: world.feedPort } as const;
    const readyMs = await monitor.call('start', { url: world.url, stream, ...how });
    await world.process.call('quiet', { quietMs: settleMs });
    return { process: monitor, readyMs };
  }

  /** Sends requests and does nothing else. */
  public launchBare(): RemoteProcess<BareCommands> {
    return this.launch<BareCommands>('./baselines/bare.js');
  }

  /** The poller that this project replaces. */
  public launchCronWatcher(): RemoteProcess<CronCommands> {
    return this.launch<CronCommands>('./baselines/cron-watcher.js');
  }

  /** Takes messages from a broker and does nothing else. */
  public launchPlainConsumer(): RemoteProcess<ConsumerCommands> {
    return this.launch<ConsumerCommands>('./baselines/plain-consumer.js');
  }

  /** Sends messages to a broker. */
  public launchLoad(): RemoteProcess<LoadCommands> {
    return this.launch<LoadCommands>('./load/main.js');
  }

  /** A process for a gateway, with none in it yet. */
  public launchGateway(): RemoteProcess<GatewayCommands> {
    return this.launch<GatewayCommands>('./measured/gateway.js', ['--expose-gc', ...this.profiling()]);
  }

  /** Sends requests through a gateway, and stands behind it. */
  public launchGatewayLoad(): RemoteProcess<GatewayLoadCommands> {
    return this.launch<GatewayLoadCommands>('./load/gateway-load.js');
  }

  /** Times single messages on both sides of a relay. */
  public launchRelayProbe(): RemoteProcess<ProbeCommands> {
    return this.launch<ProbeCommands>('./load/relay-probe.js');
  }

  /** Ends a process before its time: so that it takes no part in what is measured next. */
  public async end(process: { readonly stop: () => Promise<void> }): Promise<void> {
    this.running.delete(process);
    await process.stop();
  }

  /** Ends all that still runs, the latest first. */
  public async endAll(): Promise<void> {
    for (const process of [...this.running].reverse()) await this.end(process);
  }

  private profiling(): readonly string[] {
    const { profileFolder } = this.settings;
    return profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`];
  }

  private launch<C extends CommandTable>(script: string, nodeOptions: readonly string[] = []): RemoteProcess<C> {
    const launched = new RemoteProcess<C>(new URL(script, import.meta.url), { nodeOptions });
    this.running.add(launched);
    return launched;
  }
}
