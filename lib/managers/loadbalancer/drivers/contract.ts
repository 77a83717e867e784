import type { LoadbalancerView } from '../view/index.js';

/**
 * A driver of load balancers that whoever embeds the library brings: what it makes of them is outside of the config API, such as on an
 * appliance. It is told what is to be, again whenever that changes, and has to be able to do so twice. One load balancer is told of one
 * at a time, several beside each other.
 *
 * What it throws counts as not done: it is told again after a while, longer each time, and the status shows it.
 */
export interface LoadbalancerDriver {
  /** The string by which a service-appliance-set names it (`service_appliance_driver`), such as a Python class path. */
  readonly path: string;
  /**
   * Those that it serves, by uuid: asked once at the start. Of those that nobody wants of it any more it is told to remove them.
   *
   * @param signal fires at the end, or when the time for it is over
   */
  list(signal: AbortSignal): Promise<Iterable<string>>;
  /** Makes what it serves be as the load balancer says. */
  ensure(loadbalancer: LoadbalancerView, signal: AbortSignal): Promise<void>;
  /** Makes it serve the load balancer no more; one that it does not know is no failure. */
  remove(uuid: string, signal: AbortSignal): Promise<void>;
}
