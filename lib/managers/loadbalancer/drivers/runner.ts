import { isDeepStrictEqual } from 'node:util';
import { onAbort, sleep, withTimeout, type Clock } from '../../../base/clock/index.js';
import { SvcMonitorError, throwIfAborted } from '../../../base/errors/index.js';
import { errorFields, type Logger } from '../../../base/log/index.js';
import type { Metrics } from '../../../base/metrics/index.js';
import { Controller, KeyedWorkQueue, type Failure, type ReconcileResult } from '../../../controller/index.js';
import type { LoadbalancerView } from '../view/index.js';
import type { LoadbalancerDriver } from './contract.js';

/** How long a driver may take for one load balancer, or for its list. Milliseconds. */
const driverTimeoutMs = 60_000;
/** How many load balancers a driver is told of at once. */
const atOnce = 8;
/** How long until a list that failed is asked for again. Milliseconds. */
const listAgainAfterMs = 10_000;
/** A controller calls off what hangs: later than the driver itself is called off. Milliseconds. */
const reconcileTimeoutMs = 2 * driverTimeoutMs;
/** The group of load balancers of which nobody knows the project. */
const noProject = '';

/** What a driver is to do about a load balancer. */
type Order = { readonly do: 'ensure'; readonly view: LoadbalancerView } | { readonly do: 'remove' };

/** What a {@link DriverRunner} is made of. */
export interface DriverRunnerParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/**
 * Tells one driver what it has to do: the last order of each load balancer, those of different projects in turn, and again with a backoff
 * what has failed.
 */
export class DriverRunner {
  private readonly orders = new Map<string, Order>();
  // What it serves as far as is known, and with what it was told so last; undefined: before our time.
  private readonly served = new Map<string, LoadbalancerView | undefined>();
  private readonly queue: KeyedWorkQueue<string>;
  private readonly controller: Controller<string>;
  private readonly logger: Logger;
  private isListed = false;
  private wake: (() => void) | undefined;

  public constructor(
    private readonly driver: LoadbalancerDriver,
    private readonly parts: DriverRunnerParts,
  ) {
    const { clock, metrics } = parts;
    const name = 'loadbalancer-driver';
    this.logger = parts.logger.child({ driver: driver.path });
    this.queue = new KeyedWorkQueue({ name, clock, metrics });
    this.controller = new Controller({
      name,
      queue: this.queue,
      reconciler: { reconcile: (uuid, signal) => this.carryOut(uuid, signal) },
      clock,
      logger: this.logger,
      metrics,
      workers: atOnce,
      reconcileTimeoutMs,
    });
  }

  /** How many load balancers it serves as far as is known, and how many it has orders about. */
  public get counts(): { readonly serves: number; readonly waiting: number } {
    return { serves: this.served.size, waiting: this.orders.size };
  }

  /** Those of which its last word was a failure. */
  public get failures(): ReadonlyMap<string, Failure> {
    return this.controller.failures;
  }

  /** Whether it serves the load balancer, or may: as far as is known. */
  public serves(uuid: string): boolean {
    return this.served.has(uuid) || this.orders.get(uuid)?.do === 'ensure';
  }

  /** It is to serve the load balancer as it is now. */
  public ensure(view: LoadbalancerView): void {
    const { uuid, project = noProject } = view;
    const order = this.orders.get(uuid);
    if (order === undefined ? isDeepStrictEqual(this.served.get(uuid), view) : isOrder(order, view)) return;
    this.orders.set(uuid, { do: 'ensure', view });
    this.queue.add(uuid, 'live', project);
  }

  /** It is not to serve the load balancer any more. */
  public remove(uuid: string): void {
    if (this.orders.get(uuid)?.do === 'remove') return;
    this.orders.set(uuid, { do: 'remove' });
    this.queue.add(uuid, 'live', this.served.get(uuid)?.project ?? noProject);
  }

  /** Another monitor acts for the load balancer from now on: it is neither told nor remembered here. */
  public forget(uuid: string): void {
    this.orders.delete(uuid);
    this.served.delete(uuid);
    this.queue.forget(uuid);
  }

  /** What it serves is asked for once more: another monitor had told it what to do until now. */
  public listAgain(): void {
    this.isListed = false;
    this.wake?.();
  }

  /**
   * Runs until the signal fires; rejects with `aborted` then.
   *
   * @param onListed told of what it serves since before
   */
  public async run(onListed: (uuids: readonly string[]) => void, signal: AbortSignal): Promise<void> {
    this.controller.start();
    try {
      for (;;) {
        while (!this.isListed) await this.list(onListed, signal);
        await this.untilWoken(signal);
      }
    } finally {
      await this.controller.stop(0);
    }
  }

  private async list(onListed: (uuids: readonly string[]) => void, signal: AbortSignal): Promise<void> {
    const { clock } = this.parts;
    this.isListed = true;
    try {
      const listed = [...(await withTimeout(clock, driverTimeoutMs, signal, (inner) => this.driver.list(inner)))];
      for (const uuid of listed) if (!this.served.has(uuid)) this.served.set(uuid, undefined);
      onListed(listed);
    } catch (error) {
      throwIfAborted(signal);
      this.isListed = false;
      this.logger.warn('a driver does not say which load balancers it serves', errorFields(error));
      await sleep(clock, listAgainAfterMs, signal);
    }
  }

  private untilWoken(signal: AbortSignal): Promise<void> {
    if (!this.isListed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const release = onAbort(signal, () => {
        this.wake = undefined;
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
      this.wake = (): void => {
        this.wake = undefined;
        release();
        resolve();
      };
    });
  }

  private async carryOut(uuid: string, signal: AbortSignal): Promise<ReconcileResult> {
    const order = this.orders.get(uuid);
    if (order === undefined) return { writes: 0, isOver: true };
    try {
      await withTimeout(this.parts.clock, driverTimeoutMs, signal, (inner) =>
        order.do === 'ensure' ? this.driver.ensure(order.view, inner) : this.driver.remove(uuid, inner),
      );
    } catch (error) {
      throwIfAborted(signal);
      throw new SvcMonitorError('driver-failed', 'a driver of load balancers failed', {
        cause: error,
        details: { driver: this.driver.path, deed: order.do },
      });
    }
    // A new order that came meanwhile is carried out next, and one that was forgotten is nobody's here.
    if (this.orders.get(uuid) !== order) return { writes: 1 };
    this.orders.delete(uuid);
    if (order.do === 'ensure') this.served.set(uuid, order.view);
    else this.served.delete(uuid);
    return { writes: 1, isOver: true };
  }
}

function isOrder(order: Order, view: LoadbalancerView): boolean {
  return order.do === 'ensure' && isDeepStrictEqual(order.view, view);
}
