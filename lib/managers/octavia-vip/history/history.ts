import { BoundedMap, MultiMap } from '../../../base/collections/index.js';
import { hasCode } from '../../../base/errors/index.js';
import type { CacheObserver, CacheReader, Moment, ObjectRef, Sight, Transition } from '../../../cache/index.js';
import type { Change } from '../../../change-stream/index.js';
import { ownRequestIdPrefix, requestIdPrefix } from '../../../config-api/index.js';
import { parseObject, toEntity, type EntityOf, type Kind } from '../../../model/index.js';
import {
  departingPorts,
  recordedFloatingIps,
  vipAttachedTo,
  virtualIpsRecording,
  withRecord,
} from '../record/record.js';
import type { VipKey } from '../vip-key.js';
import {
  noMemory,
  ownUpdateWithinMs,
  restorePurpose,
  vipsWrittenFor,
  type Memory,
  type UpdateRequest,
} from './episode.js';
import type { Event } from './events.js';
import { RequestLog, type RequestLogState } from './request-log.js';
import { RequestsByOrder, type RequestsByOrderState } from './requests-by-order.js';
import { lacksEvidence, next } from './transitions.js';

/** What was seen of a VIP port. */
interface VipPortMemory {
  /** Uuid of the project that it was last seen in. */
  readonly project?: string;
  /** The ports that were members of its VIPs, as `<port> <vip>`, the latest last. */
  readonly members: Set<string>;
}

/** A VIP as what was seen of it is remembered: OpenSDN gives the address of one VIP port to the next (recording 43). */
export interface SeenVip {
  readonly key: VipKey;
  /** Uuid of the VIP port. */
  readonly vipPort: string;
}

/** What is remembered beyond the objects themselves: what plans are made from. */
export interface HistoryReader {
  readonly requests: RequestLog;
  /** What is remembered of a floating ip; undefined: nothing. */
  memoryOf(floatingIp: string): Memory | undefined;
  /** The requests of others that have updated a floating ip since it was last seen attached, in the order of arrival. */
  requestsOf(floatingIp: string): readonly UpdateRequest[];
  /** The floating ips on which something was written for the VIP, and is not taken away; and those left with a fixed ip that was not read since. */
  writtenFor(vip: VipKey): Iterable<string>;
  /** Whether the floating ip was seen attached to the VIP. */
  wasAssociated(floatingIp: string, vip: SeenVip): boolean;
  /**
   * Whether the port is or was a member of the VIP: that its delete strips a floating ip is known even when nothing references it any more.
   * Another VIP port with the same address is another VIP.
   */
  wasMember(port: string, vip: SeenVip): boolean;
  /**
   * Since when a record says that the port is about to be deleted, as this process has seen it. Monotonic time, milliseconds; undefined: none
   * does.
   */
  departingSince(port: string): number | undefined;
  /** The project that the VIP port was last seen in; undefined if this process has not seen it. */
  projectOf(vipPort: string): string | undefined;
}

/** What a {@link History} holds, as a plain value. */
export interface HistoryState {
  readonly requests: RequestLogState;
  /** What the order of changes has told, on streams without request-ids. Defaults to nothing. */
  readonly byOrder?: RequestsByOrderState;
  readonly floatingIps: Readonly<Record<string, Memory>>;
  readonly vipPorts: Readonly<Record<string, { readonly project?: string; readonly members: readonly string[] }>>;
  readonly ownIdsSeen: boolean;
  /** Since when ports are departing. Defaults to nothing. */
  readonly departing?: Readonly<Record<string, number>>;
}

const rememberedDepartures = 10_000;
const rememberedVipPorts = 50_000;
const membersPerVipPort = 256;

/**
 * What request-ids, the order of changes, and what this process did itself tell beyond the objects: which request detached a floating ip,
 * which ports it deleted, what we wrote (docs/design.md, "Stripped or freed?"; recordings 05 and 06). Lost at a restart, and bounded.
 *
 * One memory for each floating ip, changed by nothing but {@link next}; one for each VIP port; and the requests.
 */
export class History implements CacheObserver, HistoryReader {
  public readonly requests: RequestLog;
  private readonly floatingIps = new Map<string, Memory>();
  private readonly byVip = new MultiMap();
  private readonly vipPorts = new BoundedMap<VipPortMemory>(rememberedVipPorts);
  private readonly departing = new BoundedMap<number>(rememberedDepartures);
  private readonly byOrder: RequestsByOrder;
  /** A monitor's own request-id has come back: the server passes them on. */
  private ownIdsSeen = false;

  /** @param state what it begins with; defaults to nothing */
  public constructor(
    private readonly cache: CacheReader,
    state?: HistoryState,
  ) {
    this.byOrder = new RequestsByOrder(cache, state?.byOrder);
    this.requests = new RequestLog(state?.requests);
    if (state === undefined) return;
    this.ownIdsSeen = state.ownIdsSeen;
    for (const [port, since] of Object.entries(state.departing ?? {})) this.departing.set(port, since);
    for (const [uuid, memory] of Object.entries(state.floatingIps)) this.put(uuid, noMemory, memory);
    for (const [vipPort, { members, ...others }] of Object.entries(state.vipPorts)) {
      this.vipPorts.set(vipPort, { ...others, members: new Set(members) });
    }
  }

  /** All of it, as a plain value that stays as it is. For who keeps several histories. */
  public state(): HistoryState {
    const vipPorts = [...this.vipPorts.all()].map(
      ([vipPort, { members, ...others }]) => [vipPort, { ...others, members: [...members] }] as const,
    );
    return {
      requests: this.requests.state(),
      byOrder: this.byOrder.state(),
      floatingIps: Object.fromEntries(this.floatingIps),
      vipPorts: Object.fromEntries(vipPorts),
      ownIdsSeen: this.ownIdsSeen,
      departing: Object.fromEntries(this.departing.all()),
    };
  }

  public memoryOf(floatingIp: string): Memory | undefined {
    return this.floatingIps.get(floatingIp);
  }

  public requestsOf(floatingIp: string): readonly UpdateRequest[] {
    const requests = this.floatingIps.get(floatingIp)?.requests ?? [];
    return this.ownIdsSeen ? requests : requests.filter(({ mayBeOurs }) => mayBeOurs !== true);
  }

  public writtenFor(vip: VipKey): Iterable<string> {
    return this.byVip.get(vip);
  }

  /** Whether anything was written for the VIP. */
  public hasWrittenFor(vip: VipKey): boolean {
    return this.byVip.has(vip);
  }

  public wasAssociated(floatingIp: string, { key, vipPort }: SeenVip): boolean {
    const episodes = this.floatingIps.get(floatingIp)?.episodes ?? [];
    return episodes.some((episode) => episode.seen && episode.vip === key && episode.vipPort === vipPort);
  }

  public wasMember(port: string, { key, vipPort }: SeenVip): boolean {
    return this.vipPorts.get(vipPort)?.members.has(`${port} ${key}`) === true;
  }

  public departingSince(port: string): number | undefined {
    return this.departing.get(port);
  }

  public projectOf(vipPort: string): string | undefined {
    return this.vipPorts.get(vipPort)?.project;
  }

  /** The port is a member of the VIP. */
  public memberSeen(port: string, { key, vipPort }: SeenVip): void {
    const memory = this.vipPorts.get(vipPort) ?? { members: new Set<string>() };
    const { members } = memory;
    const member = `${port} ${key}`;
    members.delete(member);
    members.add(member);
    const [first] = members;
    if (members.size > membersPerVipPort && first !== undefined) members.delete(first);
    this.vipPorts.set(vipPort, memory);
  }

  /** The VIP port was seen, with its project: once it is gone, only a record that stands there is believed. */
  public vipPortSeen(vipPort: string, project: string): void {
    this.vipPorts.set(vipPort, { members: new Set(), ...this.vipPorts.get(vipPort), project });
  }

  /** Whether it is not known from which ports the floating ip was detached, and a record can tell. */
  public lacksEvidence(floatingIp: string): boolean {
    const memory = this.floatingIps.get(floatingIp);
    return memory !== undefined && lacksEvidence(memory);
  }

  /** Something has happened to the floating ip. */
  public note(floatingIp: string, event: Event): void {
    const before = this.floatingIps.get(floatingIp) ?? noMemory;
    this.put(floatingIp, before, next(before, event));
  }

  /** The port is not departing any more, by a write of ours. */
  public departureEnded(port: string): void {
    this.departing.delete(port);
  }

  public heard(change: Change, moment: Moment): void {
    const isOwn = change.requestId?.startsWith(ownRequestIdPrefix) === true;
    if (isOwn) this.ownIdsSeen = true;
    if (change.operation === 'DELETE') this.deleteHeard(change, moment);
    else if (change.kind === 'floating-ip') this.updateHeard(change, moment, isOwn);
  }

  public seen(transition: Transition, { readAfter, at }: Sight): void {
    if (transition.kind === 'virtual-ip') {
      this.departuresSeen(transition.before, transition.after, at);
      this.virtualIpSeen(transition.before, transition.after);
    }
    if (transition.kind !== 'floating-ip') return;
    const { uuid, before, after } = transition;
    const memory = this.floatingIps.get(uuid);
    // A child of an address is a native load balancer's: it has no fixed ip, and is nobody's association.
    if (after?.parent?.kind === 'instance-ip') return;
    if (after === undefined) {
      if (memory !== undefined) this.put(uuid, memory, noMemory);
    } else if (isAttached(after)) {
      const { refs, fixedIp } = after;
      // Most floating ips are nobody's business: nothing is kept of them.
      if (memory !== undefined && fixedIp !== undefined) {
        const ports = refs['virtual-machine-interface'];
        this.note(uuid, { type: 'seen-attached', readAfter, ports, fixedIp, at: vipAttachedTo(this.cache, after) });
      }
    } else {
      this.note(uuid, { type: 'seen-detached', at, before: standingOf(before) });
    }
  }

  public awaits(kind: Kind, uuid: string): boolean {
    if (kind !== 'floating-ip') return false;
    const memory = this.floatingIps.get(uuid);
    // What an end of ours left is news to the VIP that its user may have chosen since.
    return memory?.detached !== undefined || memory?.left !== undefined;
  }

  public needs<K extends Kind>(kind: K, entity: EntityOf<K>): readonly ObjectRef[] {
    if (kind !== 'virtual-ip') return [];
    const kept = withRecord(entity as EntityOf<'virtual-ip'>);
    if (kept === undefined) return [];
    return [
      ...recordedFloatingIps(kept).map((uuid): ObjectRef => ({ kind: 'floating-ip', uuid })),
      { kind: 'virtual-machine-interface', uuid: kept.record.vipPort },
    ];
  }

  private departuresSeen(
    before: EntityOf<'virtual-ip'> | undefined,
    after: EntityOf<'virtual-ip'> | undefined,
    at: number,
  ): void {
    const portsOf = (virtualIp: EntityOf<'virtual-ip'> | undefined): readonly string[] => {
      const kept = virtualIp && withRecord(virtualIp);
      return kept === undefined ? [] : departingPorts(kept);
    };
    const now = portsOf(after);
    for (const port of portsOf(before)) if (!now.includes(port)) this.departing.delete(port);
    for (const port of now) if (this.departing.get(port) === undefined) this.departing.set(port, at);
  }

  // An association is over when its record is gone, whichever monitor has ended it.
  private virtualIpSeen(before: EntityOf<'virtual-ip'> | undefined, after: EntityOf<'virtual-ip'> | undefined): void {
    const kept = before && withRecord(before);
    if (kept === undefined) return;
    const { vip } = kept.record;
    const now = after && withRecord(after);
    const still = now?.record.vip === vip ? recordedFloatingIps(now) : [];
    for (const uuid of recordedFloatingIps(kept)) {
      if (still.includes(uuid) || this.floatingIps.get(uuid)?.held?.vip !== vip) continue;
      const floatingIp = this.cache.get('floating-ip', uuid);
      const recorded = { floatingIp: floatingIp ?? { uuid }, memory: this.memoryOf(uuid) };
      const others = virtualIpsRecording(this.cache, recorded).filter(({ uuid: other }) => other !== kept.uuid);
      const isAttachedHere = floatingIp !== undefined && vipAttachedTo(this.cache, floatingIp)?.vip === vip;
      if (isAttachedHere || others.some(({ record }) => record.vip === vip)) continue;
      this.note(uuid, { type: 'unrecorded', vip });
    }
  }

  private deleteHeard(change: Change, moment: Moment): void {
    const requestId = change.requestId ?? this.byOrder.requestOfDelete(change, moment);
    if (requestId === undefined) return;
    if (change.kind === 'virtual-machine-interface') this.requests.portDeleted(change.uuid, requestId);
    if (change.kind !== 'instance-ip') return;
    const known = this.cache.get('instance-ip', change.uuid) ?? parsedInstanceIp(change.object);
    for (const port of known?.refs['virtual-machine-interface'] ?? []) this.requests.portDeleted(port, requestId);
  }

  private updateHeard(change: Change, moment: Moment, isOwn: boolean): void {
    const { uuid, requestId } = change;
    if (requestId !== undefined) {
      if (isOwn) {
        const isRestore = requestId.startsWith(requestIdPrefix(restorePurpose));
        if (isRestore || this.memoryOf(uuid)?.fence !== undefined) {
          this.note(uuid, { type: 'own-heard', requestId, isRestore });
        }
      } else this.updatedByOthers(uuid, requestId, moment);
      return;
    }
    const memory = this.floatingIps.get(uuid) ?? noMemory;
    if (change.operation !== 'UPDATE') return;
    const update = this.byOrder.floatingIpUpdated(change, memory, moment);
    if (update.echoOf !== undefined) this.note(uuid, { type: 'echoed', write: update.echoOf });
    if (update.said !== undefined && (update.said.detached || memory.said !== undefined)) {
      this.note(uuid, { type: 'said', ...update.said });
    }
    // With an object it has an id only if it shows the floating ip detached: no write of ours does that to one that is recorded.
    if (update.requestId !== undefined) {
      this.updatedByOthers(uuid, update.requestId, moment, change.object !== undefined);
    }
  }

  /**
   * A request that is no monitor's updated the floating ip.
   *
   * @param isSure whether it is known to be none of ours by what it did; else one that follows a write of ours closely may be that write, until one
   * of our own request-ids has come back
   */
  private updatedByOthers(uuid: string, requestId: string, { sequence, at }: Moment, isSure = false): void {
    const lastWriteAt = this.floatingIps.get(uuid)?.lastWriteAt ?? -Infinity;
    if (!this.requests.isFirst(uuid, requestId)) return;
    const mayBeOurs = !isSure && !this.ownIdsSeen && at - lastWriteAt < ownUpdateWithinMs;
    const request = { requestId, sequence, at, ...(mayBeOurs ? { mayBeOurs } : {}) };
    this.note(uuid, { type: 'updated', request });
  }

  private put(uuid: string, before: Memory, after: Memory): void {
    if (isEmpty(after)) this.floatingIps.delete(uuid);
    else this.floatingIps.set(uuid, after);
    if (before.episodes === after.episodes && before.left === after.left) return;
    const now = vipsWrittenFor(after);
    for (const vip of vipsWrittenFor(before)) if (!now.has(vip)) this.byVip.delete(vip, uuid);
    for (const vip of now) this.byVip.add(vip, uuid);
  }
}

/**
 * Whether a floating ip is attached: Neutron sets references and fixed ip together, and clears them together. References alone are
 * ours, written at the moment at which the rest was cleared.
 */
export function isAttached({ refs, fixedIp }: Pick<EntityOf<'floating-ip'>, 'refs' | 'fixedIp'>): boolean {
  return refs['virtual-machine-interface'].length > 0 && fixedIp !== undefined;
}

function standingOf(before: EntityOf<'floating-ip'> | undefined): 'unknown' | 'detached' | readonly string[] {
  if (before === undefined) return 'unknown';
  return isAttached(before) ? before.refs['virtual-machine-interface'] : 'detached';
}

function isEmpty(memory: Memory): boolean {
  const { phase, requests, said, fence, restoreHeard, lastWriteAt, echoes, added, letGo, left, held, episodes } =
    memory;
  return (
    phase === 'attached' &&
    memory.detached === undefined &&
    requests.length + echoes.length + episodes.length + Object.keys(added).length + Object.keys(letGo).length === 0 &&
    said === undefined &&
    fence === undefined &&
    left === undefined &&
    held === undefined &&
    lastWriteAt === undefined &&
    !restoreHeard
  );
}

function parsedInstanceIp(raw: unknown): EntityOf<'instance-ip'> | undefined {
  try {
    return toEntity('instance-ip', parseObject('instance-ip', raw));
  } catch (error) {
    if (hasCode(error, 'invalid-object')) return undefined;
    throw error;
  }
}
