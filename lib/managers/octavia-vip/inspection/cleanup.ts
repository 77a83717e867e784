import type { CacheReader } from '../../../cache/index.js';
import { nameOf } from '../../../model/index.js';
import type { Plan, Verdict } from '../../../planning/index.js';
import { findClaiming } from '../record/observe.js';
import { recordedFloatingIps, withRecord } from '../record/record.js';
import { deleteVirtualIp } from '../writes.js';

/** Begins the name of what a check of the schema makes and takes away again: one that was killed leaves it. */
export const trialNamePrefix = 'opensdn-svc-monitor-schema-check-';

/** What is taken away when this service is to manage nothing any more, and what stays. */
export interface CleanupPlan extends Pick<Plan, 'stages' | 'heeds'> {
  /** Virtual-ips that hold a record and are not ours: left as they are. Why: the row that says so. */
  readonly left: readonly Verdict[];
  /** Uuids of the floating ips that the records name: they stay as they are. */
  readonly floatingIps: readonly string[];
}

/**
 * Plans to take away every virtual-ip of ours, and with it its annotations and references. Floating ips are not touched: their fixed ip, flag
 * and references are what traffic goes by, and stay for whoever looks after them next. No side effects.
 */
export function planCleanup(cache: CacheReader): CleanupPlan {
  const kept = [...cache.all('virtual-ip')].flatMap((virtualIp) => withRecord(virtualIp) ?? []);
  const claims = [...new Set(kept.map(({ record }) => record.vip))].map((vip) => findClaiming(cache, vip));
  const ours = claims.flatMap((claim) => claim.ours);
  const trials = [...cache.all('virtual-ip')].filter((virtualIp) => nameOf(virtualIp).startsWith(trialNamePrefix));
  const uuids = [...new Set([...ours, ...trials].map(({ uuid }) => uuid))].sort();
  return {
    stages: uuids.length === 0 ? [] : [{ name: 'clean up', writes: uuids.map(deleteVirtualIp), isUrgent: true }],
    heeds: [],
    left: claims.flatMap((claim) => claim.verdicts),
    floatingIps: [...new Set(ours.flatMap(recordedFloatingIps))].sort(),
  };
}
