import type { EntityOf } from '../../../model/index.js';
import { decide } from '../../../planning/index.js';
import { observeLoadBalancer, type Known } from '../carriers/observe.js';
import { planLoadBalancer } from '../carriers/plan.js';
import { footprintsAt, noMemory, vipsWrittenFor, type Memory } from '../history/index.js';
import { networkOf } from '../ports.js';
import { findManaged, isBelieved, sortManaged } from '../record/observe.js';
import { recordedPorts, virtualIpsRecording } from '../record/record.js';
import { vipKey, vipKeyParts, type VipKey } from '../vip-key.js';
import { holdRules, type Hold, type HoldFacts } from './hold-rules.js';
import { goneness, isVipPortUnclear, type ObservationParts } from './evidence.js';

type FloatingIp = EntityOf<'floating-ip'>;

/** Who holds a floating ip, and by what. */
export interface Holder {
  readonly vip: VipKey;
  readonly by: Hold;
}

/**
 * The VIP that holds the floating ip: at any moment there is one, or none (docs/rules.md, "What a VIP holds a floating ip by"). It is the
 * same whichever of the VIPs asks.
 *
 * @param asking a VIP that may hold it as well
 * @returns undefined if none holds it; `asking` if no other may, by nothing that would have to be known
 */
export function holderOf(parts: ObservationParts, floatingIp: FloatingIp, asking: VipKey): Holder | undefined {
  const memory = parts.history.memoryOf(floatingIp.uuid) ?? noMemory;
  const vips = [...new Set([asking, ...mayHold(parts, floatingIp, memory)])].sort();
  if (vips.length === 1) return { vip: asking, by: 'none' };
  let holder: (Holder & { readonly row: number }) | undefined;
  for (const vip of vips) {
    const rule = decide(holdRules, holdFacts(parts, { floatingIp, memory, vip }));
    const row = holdRules.rules.indexOf(rule);
    if (rule.stands !== 'none' && (holder === undefined || row < holder.row)) holder = { vip, by: rule.stands, row };
  }
  return holder;
}

// Those to which it is attached, those that record it, the one where it was seen last, and those for which something was written on it.
function mayHold({ cache }: Known, floatingIp: FloatingIp, memory: Memory): readonly VipKey[] {
  const { fixedIp, refs } = floatingIp;
  const networks = refs['virtual-machine-interface'].flatMap((portUuid) => {
    const port = cache.get('virtual-machine-interface', portUuid);
    return (port && networkOf(port)) ?? [];
  });
  return [
    ...(fixedIp === undefined ? [] : networks.map((network) => vipKey(network, fixedIp))),
    ...virtualIpsRecording(cache, { floatingIp, memory }).map(({ record }) => record.vip),
    ...(memory.held === undefined ? [] : [memory.held.vip]),
    ...vipsWrittenFor(memory),
  ];
}

function holdFacts(
  parts: ObservationParts,
  { floatingIp, memory, vip }: { readonly floatingIp: FloatingIp; readonly memory: Memory; readonly vip: VipKey },
): HoldFacts {
  const { cache, settings } = parts;
  const managed = findManaged(cache, vip);
  const { vipPort, members } = planLoadBalancer(observeLoadBalancer(parts, vip, managed), settings);
  const { current } = sortManaged(cache, managed, { key: vip, vipPort: vipPort?.uuid });
  const isThere = vipPort !== undefined || isVipPortUnclear(parts, current);
  const port = vipPort?.uuid ?? current[0]?.record.vipPort;
  const believed = current.filter((virtualIp) => isBelieved(parts, virtualIp, floatingIp));
  const others = believed.flatMap(recordedPorts).filter((uuid) => uuid !== port);
  const isGone = others.some((uuid) => goneness(parts, uuid) !== 'no');
  return {
    served: isThere && managed.length + members.length > 0,
    shows: shownOf(parts, { floatingIp, memory, vip, port }),
    seenLast: memory.held !== undefined && memory.held.vip === vip && memory.held.vipPort === port,
    record: believed.length === 0 ? 'none' : isGone ? 'port-gone' : 'believed',
    wrote: footprintsAt(memory, vip, port).own !== undefined,
  };
}

function shownOf(
  { cache }: Known,
  seen: {
    readonly floatingIp: FloatingIp;
    readonly memory: Memory;
    readonly vip: VipKey;
    readonly port: string | undefined;
  },
): HoldFacts['shows'] {
  const { floatingIp, memory, vip, port } = seen;
  if (floatingIp.fixedIp !== vipKeyParts(vip).address) return 'nothing';
  const isAttached =
    port !== undefined && floatingIp.refs['virtual-machine-interface'].includes(port) && !cache.isGone(port);
  if (!isAttached) return 'fixed-ip';
  return port in memory.added ? 'attached-by-us' : 'attached';
}
