import type { BackgroundTask, TaskContext } from '../../manager.js';
import type { LoadbalancerView } from '../view/index.js';
import type { DriverRegistry } from './registry.js';
import { DriverRunner, type DriverRunnerParts } from './runner.js';

/** What a {@link DriverHost} is made of. */
export interface DriverHostParts extends DriverRunnerParts {
  readonly drivers: DriverRegistry;
  /** Told of load balancers that a driver says that it serves. */
  readonly onListed: (uuids: readonly string[]) => void;
}

/** A load balancer that a driver has failed with. */
export interface DriverFailure {
  readonly path: string;
  readonly uuid: string;
  readonly message: string;
  /** Wall clock, milliseconds since 1970. */
  readonly since: number;
}

/** Runs the drivers that embedders have registered. */
export class DriverHost implements BackgroundTask {
  public readonly name = 'loadbalancer-drivers';
  private readonly runners: ReadonlyMap<string, DriverRunner>;
  private othersAct = false;

  public constructor(private readonly parts: DriverHostParts) {
    this.runners = new Map(parts.drivers.registered.map((driver) => [driver.path, new DriverRunner(driver, parts)]));
  }

  public async run(_context: TaskContext, signal: AbortSignal): Promise<void> {
    await Promise.all([...this.runners.values()].map((runner) => runner.run(this.parts.onListed, signal)));
  }

  /** The drivers that serve the load balancer, or may, by their paths. */
  public servingDrivers(uuid: string): readonly string[] {
    return [...this.runners].filter(([, runner]) => runner.serves(uuid)).map(([path]) => path);
  }

  /** A driver is to serve the load balancer as it is now. */
  public ensure(path: string, view: LoadbalancerView): void {
    this.acts();
    this.runners.get(path)?.ensure(view);
  }

  /** A driver is not to serve the load balancer any more. */
  public remove(path: string, uuid: string): void {
    this.acts();
    this.runners.get(path)?.remove(uuid);
  }

  /** Another monitor tells the drivers of the load balancer. */
  public forget(uuid: string): void {
    this.othersAct = true;
    for (const runner of this.runners.values()) runner.forget(uuid);
  }

  /** What each driver serves, by its path. */
  public counts(): Readonly<Record<string, DriverRunner['counts']>> {
    return Object.fromEntries([...this.runners].map(([path, runner]) => [path, runner.counts]));
  }

  /** What has failed, driver by driver. */
  public failures(): readonly DriverFailure[] {
    return [...this.runners].flatMap(([path, runner]) =>
      [...runner.failures].map(([uuid, { message, since }]) => ({ path, uuid, message, since })),
    );
  }

  // What the drivers serve has changed while others told them.
  private acts(): void {
    if (!this.othersAct) return;
    this.othersAct = false;
    for (const runner of this.runners.values()) runner.listAgain();
  }
}
