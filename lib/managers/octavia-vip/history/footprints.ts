import type { VipKey } from '../../../model/index.js';
import { MultiMap } from '../../../base/collections/multi-map.js';

/** What this process has written on a floating ip for a VIP, and not taken away since. */
export interface Footprint {
  /** The VIP port by which the VIP was known then. */
  readonly vipPort: string | undefined;
  /** It set `floating_ip_is_virtual_ip`. */
  readonly flag: boolean;
  /** It set the fixed ip to the address of the VIP. */
  readonly fixedIp: boolean;
  /** The interfaces to which it added references, the latest last. */
  readonly portUuids: readonly string[];
}

const nothing: Footprint = { vipPort: undefined, flag: false, fixedIp: false, portUuids: [] };
const portsPerFootprint = 16;

/**
 * What this process wrote on floating ips. A write can reach the server after another instance has ended the association and removed its
 * record: then nobody but its writer knows that something is left over.
 */
export class Footprints {
  private readonly entries = new Map<string, Map<VipKey, Footprint>>();
  private readonly byVip = new MultiMap();

  /** @param limit how many floating ips are remembered; the one that was written first is forgotten first */
  public constructor(private readonly limit: number) {}

  /** What was written on the floating ip for the VIP; undefined if nothing was, or nothing is left. */
  public of(floatingIpUuid: string, vip: VipKey): Footprint | undefined {
    return this.entries.get(floatingIpUuid)?.get(vip);
  }

  /** The floating ips on which something was written for the VIP. */
  public floatingIpsOf(vip: VipKey): Iterable<string> {
    return this.byVip.get(vip);
  }

  /** Whether anything was written for the VIP. */
  public hasAny(vip: VipKey): boolean {
    return this.byVip.has(vip);
  }

  /** The VIPs for which something was written on the floating ip. */
  public vipsOf(floatingIpUuid: string): Iterable<VipKey> {
    return this.entries.get(floatingIpUuid)?.keys() ?? [];
  }

  /** Properties were written; those that were not are undefined. A fixed ip that was cleared is null. */
  public propertiesSet(
    floatingIpUuid: string,
    vip: VipKey,
    written: {
      readonly isVirtualIp?: boolean | undefined;
      readonly fixedIp?: string | null | undefined;
      readonly vipPort: string | undefined;
    },
  ): void {
    const before = this.of(floatingIpUuid, vip) ?? nothing;
    this.set(floatingIpUuid, vip, {
      ...before,
      vipPort: written.vipPort ?? before.vipPort,
      flag: written.isVirtualIp ?? before.flag,
      fixedIp: written.fixedIp === undefined ? before.fixedIp : written.fixedIp !== null,
    });
  }

  /** A reference was added. */
  public referenceAdded(floatingIpUuid: string, vip: VipKey, portUuid: string, vipPort: string | undefined): void {
    const before = this.of(floatingIpUuid, vip) ?? nothing;
    const others = before.portUuids.filter((uuid) => uuid !== portUuid);
    this.set(floatingIpUuid, vip, {
      ...before,
      vipPort: vipPort ?? before.vipPort,
      portUuids: [...others, portUuid].slice(-portsPerFootprint),
    });
  }

  /** A reference was removed. */
  public referenceDeleted(floatingIpUuid: string, vip: VipKey, portUuid: string): void {
    const before = this.of(floatingIpUuid, vip);
    if (before === undefined) return;
    this.set(floatingIpUuid, vip, {
      ...before,
      portUuids: before.portUuids.filter((uuid) => uuid !== portUuid),
    });
  }

  /** What was written for the VIP is over: taken away, or somebody else's by now. It is no evidence any more. */
  public forgetOf(floatingIpUuid: string, vip: VipKey): void {
    this.set(floatingIpUuid, vip, nothing);
  }

  /** The floating ip is gone. */
  public forget(floatingIpUuid: string): void {
    for (const vip of this.vipsOf(floatingIpUuid)) this.byVip.delete(vip, floatingIpUuid);
    this.entries.delete(floatingIpUuid);
  }

  private set(floatingIpUuid: string, vip: VipKey, footprint: Footprint): void {
    const ofFloatingIp = this.entries.get(floatingIpUuid) ?? new Map<VipKey, Footprint>();
    if (footprint.flag || footprint.fixedIp || footprint.portUuids.length > 0) {
      ofFloatingIp.set(vip, footprint);
      this.byVip.add(vip, floatingIpUuid);
      this.entries.set(floatingIpUuid, ofFloatingIp);
    } else {
      ofFloatingIp.delete(vip);
      this.byVip.delete(vip, floatingIpUuid);
      if (ofFloatingIp.size === 0) this.entries.delete(floatingIpUuid);
    }
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.limit) break;
      this.forget(oldest);
    }
  }
}
