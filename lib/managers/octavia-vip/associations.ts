import type { VipKey } from './vip-key.js';
import type { VipPlan } from './vip-plan.js';

/** A VIP and its VIP port. */
export interface AssociatedVip {
  readonly vip: VipKey;
  readonly vipPort: string;
}

/** Hears that the plan of a VIP was made or carried out, in part or as a whole: what was true of it may not be so any more. */
export type VipListener = (vip: VipKey) => void;

/**
 * Which floating ip is associated with which VIP, as the latest plan of each VIP has it: whether this monitor acts for the VIP or stands by. For who
 * asks of many at once; of a single one the plan that is made now tells more.
 */
export class Associations {
  private readonly byVip = new Map<VipKey, { readonly vipPort: string; readonly floatingIps: readonly string[] }>();
  private readonly byFloatingIp = new Map<string, AssociatedVip>();
  private readonly listeners = new Set<VipListener>();

  /** How many floating ips are associated. */
  public get size(): number {
    return this.byFloatingIp.size;
  }

  /** With which VIP the floating ip was associated when that was planned last; undefined: with none. */
  public of(floatingIpUuid: string): AssociatedVip | undefined {
    return this.byFloatingIp.get(floatingIpUuid);
  }

  /** Calls the listener whenever a plan is made, written of or settled; it must not throw. Returns how to end that. */
  public onChanged(listener: VipListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** A plan was made. */
  public planned({ key: vip, vipPortUuid: vipPort, associations }: VipPlan): void {
    for (const uuid of this.byVip.get(vip)?.floatingIps ?? []) {
      if (this.byFloatingIp.get(uuid)?.vip === vip) this.byFloatingIp.delete(uuid);
    }
    if (vipPort === undefined || associations.length === 0) this.byVip.delete(vip);
    else {
      this.byVip.set(vip, { vipPort, floatingIps: associations });
      for (const uuid of associations) this.byFloatingIp.set(uuid, { vip, vipPort });
    }
    this.changed(vip);
  }

  /** Something of a plan was carried out. */
  public changed(vip: VipKey): void {
    for (const listener of this.listeners) listener(vip);
  }
}
