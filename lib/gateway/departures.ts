import type { VipKey } from '../managers/octavia-vip/index.js';

/** A port that carries a VIP, and is about to be deleted. */
export interface DepartingPort {
  readonly vip: VipKey;
  readonly port: string;
}

/** A departure that has begun: no floating ip of the VIP references the port any more, and none will until it ends. */
export interface Departure {
  /**
   * `deleted`: the port is gone. `refused`: it is still there, or that is not known; then floating ips may reference it again. May be called
   * after the signal of `begin` has fired.
   */
  end(outcome: 'deleted' | 'refused'): Promise<void>;
}

/** Who lets go of a port before it is deleted, with the monitor's own account, and only on floating ips that the rules allow it to change. */
export interface Departures {
  /**
   * Marks the port as departing, and drops the references that floating ips of the VIP have to it. Resolves when the API server has answered.
   *
   * @throws SvcMonitorError whatever a write of the monitor's can fail with; nothing is marked then
   */
  begin(departing: DepartingPort, signal: AbortSignal): Promise<Departure>;
}
