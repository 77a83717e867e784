import type { CacheReader } from '../../cache/index.js';
import type { History } from './history/index.js';
import type { VipKey } from './vip-key.js';
import type { VipPlan } from './vip-plan.js';
import { floatingIpPropertiesOf, type FloatingIpProperties } from './writes.js';

/**
 * What another monitor, which acts for a VIP while this one follows it, has written on floating ips. Whoever takes over has to answer for it as
 * if it were its own: where no record could be made it is all that leads from the VIP to a floating ip that is stripped.
 *
 * It is known by two plans in a row: what the first one had to write, and the second one finds written.
 */
export class FollowedWrites {
  private readonly expected = new Map<VipKey, ReadonlyMap<string, FloatingIpProperties>>();

  public constructor(private readonly parts: { readonly cache: CacheReader; readonly history: History }) {}

  /** Takes the plan that the other monitor has to carry out. */
  public follow(key: VipKey, plan: VipPlan): void {
    const { cache, history } = this.parts;
    const toSet = new Map<string, FloatingIpProperties>();
    for (const write of plan.stages.flatMap((stage) => stage.writes)) {
      if (write.do !== 'set' || !('uuid' in write.on) || write.on.kind !== 'floating-ip') continue;
      const properties = floatingIpPropertiesOf(write);
      // What begins an association. What ends one leaves nothing to answer for.
      if (properties.isVirtualIp === true) toSet.set(write.on.uuid, properties);
    }
    for (const [uuid, properties] of this.expected.get(key) ?? []) {
      const isWritten = !toSet.has(uuid) && cache.get('floating-ip', uuid)?.isVirtualIp === true;
      if (!isWritten || !plan.associations.includes(uuid)) continue;
      history.note(uuid, { type: 'properties-set', ...properties, of: { vip: key, vipPort: plan.vipPortUuid } });
    }
    if (toSet.size === 0) this.expected.delete(key);
    else this.expected.set(key, toSet);
  }

  /** This monitor acts for the VIP itself. */
  public forget(key: VipKey): void {
    this.expected.delete(key);
  }
}
