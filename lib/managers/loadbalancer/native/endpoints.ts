import type { PortMapping } from '../../../model/index.js';
import { decide, verdictOf, type Verdict } from '../../../planning/index.js';
import { memberRules } from './member-rules.js';
import type { MemberSeen } from './seen.js';

/** Where the floating ips of a load balancer lead to. */
export interface Endpoints {
  /** Uuids of interfaces, each once, in the order in which they count. */
  readonly interfaces: readonly string[];
  /** Interfaces to which floating ips that reference them go on leading. */
  readonly holds: ReadonlySet<string>;
  readonly mappings: readonly Required<PortMapping>[];
  /** By pool. */
  readonly ofPools: ReadonlyMap<string, ReadonlySet<string>>;
  readonly verdicts: readonly Verdict[];
  /** Members that name what is not theirs to name. */
  readonly refused: readonly string[];
}

/**
 * Decides to which members traffic is sent. A port of the VIP leads to one port: where members differ, that of the first one counts
 * (recording svc-monitor/42).
 */
export function endpointsOf(members: readonly MemberSeen[]): Endpoints {
  const interfaces = new Set<string>();
  const holds = new Set<string>();
  const mappings = new Map<string, Required<PortMapping>>();
  const ofPools = new Map<string, Set<string>>();
  const verdicts: Verdict[] = [];
  const refused: string[] = [];
  for (const { uuid, pool, facts, interfaceUuid, mapping } of members) {
    const rule = decide(memberRules, facts);
    verdicts.push(verdictOf({ kind: 'loadbalancer-member', uuid }, rule));
    if (rule.stands === 'refuse') refused.push(uuid);
    const isSent = rule.stands === 'endpoint' || rule.stands === 'hold';
    if (!isSent || interfaceUuid === undefined || mapping === undefined) continue;
    (rule.stands === 'hold' ? holds : interfaces).add(interfaceUuid);
    const key = `${mapping.protocol} ${mapping.src_port}`;
    if (!mappings.has(key)) mappings.set(key, mapping);
    if (rule.stands === 'hold') continue;
    const ofPool = ofPools.get(pool) ?? new Set();
    ofPools.set(pool, ofPool.add(interfaceUuid));
  }
  return { interfaces: [...interfaces], holds, mappings: [...mappings.values()], ofPools, verdicts, refused };
}
