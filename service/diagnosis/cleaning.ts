import { planCleanup, type CleanupPlan } from '../../lib/index.js';
import type { VipMirror } from './vip-mirror.js';

/** What is to be taken away, in words. */
export interface CleanupFindings {
  /** Virtual-ips that are to be deleted, by uuid and name. */
  readonly virtualIps: readonly { readonly uuid: string; readonly name: string }[];
  /** Floating ips that their records name, and that stay as they are. */
  readonly floatingIps: readonly { readonly uuid: string; readonly address?: string }[];
  /** Virtual-ips that hold a record and are left, and why. */
  readonly left: readonly { readonly uuid: string; readonly rule: string; readonly says: string }[];
}

/** What has come of a cleanup. */
export interface Cleaned {
  readonly deleted: number;
  /** What is still there and should not be: somebody makes it anew. */
  readonly remaining: CleanupFindings['virtualIps'];
}

const rounds = 3;

/** What a cleanup would take away, and what it leaves. */
export function cleanupFindings(mirror: Pick<VipMirror, 'cache'>): CleanupFindings {
  const { cache } = mirror;
  const plan = planCleanup(cache);
  return {
    virtualIps: uuidsIn(plan).map((uuid) => ({ uuid, name: cache.get('virtual-ip', uuid)?.fqName.join(':') ?? '' })),
    floatingIps: plan.floatingIps.map((uuid) => {
      const address = cache.get('floating-ip', uuid)?.address;
      return { uuid, ...(address === undefined ? {} : { address }) };
    }),
    left: plan.left.map(({ about, rule, says }) => ({ uuid: about.uuid, rule, says })),
  };
}

/**
 * Takes away what is ours, and looks again whether it is gone. `readAgain`: everything, afresh; it is closed here. Rejects with what the config
 * API answers, or `aborted`.
 */
export async function cleanUp(
  mirror: VipMirror,
  readAgain: () => Promise<VipMirror>,
  signal: AbortSignal,
): Promise<Cleaned> {
  let deleted = 0;
  let current = mirror;
  for (let round = 0; round < rounds; round += 1) {
    const { stages } = planCleanup(current.cache);
    if (stages.length === 0) break;
    deleted += await current.apply(stages, signal);
    if (current !== mirror) current.close();
    current = await readAgain();
  }
  const { virtualIps: remaining } = cleanupFindings(current);
  if (current !== mirror) current.close();
  return { deleted, remaining };
}

function uuidsIn({ stages }: CleanupPlan): readonly string[] {
  return stages.flatMap(({ writes }) => writes.flatMap((write) => (write.do === 'delete' ? [write.on.uuid] : [])));
}
