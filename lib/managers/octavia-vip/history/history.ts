import { BoundedMap, MultiMap } from '../../../base/collections/index.js';
import { hasCode } from '../../../base/errors/index.js';
import type { CacheObserver, CacheReader, Moment, ObjectRef, Sight, Transition } from '../../../cache/index.js';
import type { Change } from '../../../change-stream/index.js';
import { ownRequestIdPrefix, requestIdPrefix } from '../../../config-api/index.js';
import { parseObject, toEntity, type EntityOf, type Kind } from '../../../model/index.js';
import { recordedFloatingIps, recordOf } from '../record/record.js';
import type { VipKey } from '../vip-key.js';
import { isWritten, noMemory, ownUpdateWithinMs, type Memory } from './episode.js';
import { RequestLog, type RequestLogState } from './request-log.js';
import { RequestsByOrder } from './requests-by-order.js';
import { next, type Event } from './transitions.js';

/** What a write is for that is the first step of a restore: it stands in the request-id, so that other monitors know it, too. */
export const restorePurpose = 'restore';

/** What was seen of a VIP port. */
interface VipPortMemory {
  /** Uuid of the project that it was last seen in. */
  readonly project?: string;
  /** The ports that were members of its VIPs, as `<port> <vip>`, the latest last. */
  readonly members: ReadonlySet<string>;
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
  /** The floating ips on which something was written for the VIP, and is not taken away. */
  writtenFor(vip: VipKey): Iterable<string>;
  /** Whether the floating ip was seen attached to the VIP. */
  wasAssociated(floatingIp: string, vip: SeenVip): boolean;
  /**
   * Whether the port is or was a member of the VIP: that its delete strips a floating ip is known even when nothing references it any more.
   * Another VIP port with the same address is another VIP.
   */
  wasMember(port: string, vip: SeenVip): boolean;
  /** The project that the VIP port was last seen in; undefined if this process has not seen it. */
  projectOf(vipPort: string): string | undefined;
}

/** What a {@link History} holds of streams with request-ids, as a plain value. */
export interface HistoryState {
  readonly requests: RequestLogState;
  readonly floatingIps: Readonly<Record<string, Memory>>;
  readonly vipPorts: Readonly<Record<string, { readonly project?: string; readonly members: readonly string[] }>>;
  readonly ownIdsSeen: boolean;
}

const rememberedVipPorts = 50_000;
const membersPerVipPort = 256;
const nothingSeen: VipPortMemory = { members: new Set() };

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
  private readonly byOrder: RequestsByOrder;
  /** A monitor's own request-id has come back: the server passes them on. */
  private ownIdsSeen = false;

  /** @param state what it begins with; defaults to nothing */
  public constructor(
    private readonly cache: CacheReader,
    state?: HistoryState,
  ) {
    this.byOrder = new RequestsByOrder(cache);
    this.requests = new RequestLog(state?.requests);
    if (state === undefined) return;
    this.ownIdsSeen = state.ownIdsSeen;
    for (const [uuid, memory] of Object.entries(state.floatingIps)) this.put(uuid, noMemory, memory);
    for (const [vipPort, { members, ...others }] of Object.entries(state.vipPorts)) {
      this.vipPorts.set(vipPort, { ...others, members: new Set(members) });
    }
  }

  /** All of it, as a plain value that stays as it is; but for what is told by the order of changes. For who keeps several histories. */
  public state(): HistoryState {
    const vipPorts = [...this.vipPorts.all()].map(
      ([vipPort, { members, ...others }]) => [vipPort, { ...others, members: [...members] }] as const,
    );
    return {
      requests: this.requests.state(),
      floatingIps: Object.fromEntries(this.floatingIps),
      vipPorts: Object.fromEntries(vipPorts),
      ownIdsSeen: this.ownIdsSeen,
    };
  }

  public memoryOf(floatingIp: string): Memory | undefined {
    return this.floatingIps.get(floatingIp);
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

  public projectOf(vipPort: string): string | undefined {
    return this.vipPorts.get(vipPort)?.project;
  }

  /** The port is a member of the VIP. */
  public memberSeen(port: string, { key, vipPort }: SeenVip): void {
    const before = this.vipPorts.get(vipPort) ?? nothingSeen;
    const members = [...before.members].filter((member) => member !== `${port} ${key}`);
    this.vipPorts.set(vipPort, {
      ...before,
      members: new Set([...members, `${port} ${key}`].slice(-membersPerVipPort)),
    });
  }

  /** The VIP port was seen, with its project: once it is gone, only a record that stands there is believed. */
  public vipPortSeen(vipPort: string, project: string): void {
    this.vipPorts.set(vipPort, { ...(this.vipPorts.get(vipPort) ?? nothingSeen), project });
  }

  /** Something has happened to the floating ip. */
  public note(floatingIp: string, event: Event): void {
    const before = this.floatingIps.get(floatingIp) ?? noMemory;
    this.put(floatingIp, before, next(before, event));
  }

  public heard(change: Change, moment: Moment): void {
    const isOwn = change.requestId?.startsWith(ownRequestIdPrefix) === true;
    if (isOwn) this.ownIdsSeen = true;
    if (change.operation === 'DELETE') this.deleteHeard(change, moment);
    else if (change.kind === 'floating-ip') this.updateHeard(change, moment, isOwn);
  }

  public seen(transition: Transition, { readAfter, at }: Sight): void {
    if (transition.kind !== 'floating-ip') return;
    const { uuid, before, after } = transition;
    if (after === undefined) {
      const memory = this.floatingIps.get(uuid);
      if (memory !== undefined) this.put(uuid, memory, noMemory);
    } else if (isAttached(after)) {
      // Most floating ips are nobody's business: nothing is kept of them.
      if (this.floatingIps.has(uuid)) this.note(uuid, { type: 'seen-attached', readAfter });
    } else {
      this.note(uuid, { type: 'seen-detached', at, before: standingOf(before) });
    }
  }

  public awaits(kind: Kind, uuid: string): boolean {
    return kind === 'floating-ip' && this.floatingIps.get(uuid)?.detached !== undefined;
  }

  public needs<K extends Kind>(kind: K, entity: EntityOf<K>): readonly ObjectRef[] {
    if (kind !== 'virtual-ip') return [];
    const virtualIp = entity as EntityOf<'virtual-ip'>;
    const record = recordOf(virtualIp);
    if (record === undefined) return [];
    return [
      ...recordedFloatingIps(virtualIp).map((uuid): ObjectRef => ({ kind: 'floating-ip', uuid })),
      { kind: 'virtual-machine-interface', uuid: record.vipPort },
    ];
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
    if (update.isEcho) this.note(uuid, { type: 'echoed' });
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
   * @param isSure whether it is known to be none of ours by what it did; else one that follows a write of ours closely is taken for it, on a
   * server that does not pass our request-ids on
   */
  private updatedByOthers(uuid: string, requestId: string, { sequence, at }: Moment, isSure = false): void {
    const lastWriteAt = this.floatingIps.get(uuid)?.lastWriteAt ?? -Infinity;
    if (!isSure && !this.ownIdsSeen && at - lastWriteAt < ownUpdateWithinMs) return;
    if (!this.requests.isFirst(uuid, requestId)) return;
    this.note(uuid, { type: 'updated', request: { requestId, sequence, at } });
  }

  private put(uuid: string, before: Memory, after: Memory): void {
    if (isEmpty(after)) this.floatingIps.delete(uuid);
    else this.floatingIps.set(uuid, after);
    if (before.episodes === after.episodes) return;
    const vips = (memory: Memory): ReadonlySet<VipKey> =>
      new Set(memory.episodes.filter(({ wrote }) => isWritten(wrote)).map(({ vip }) => vip));
    const now = vips(after);
    for (const vip of vips(before)) if (!now.has(vip)) this.byVip.delete(vip, uuid);
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
  const { phase, requests, said, fence, restoreHeard, lastWriteAt, echoes, added, letGo, episodes } = memory;
  return (
    phase === 'attached' &&
    memory.detached === undefined &&
    requests.length + echoes + episodes.length + Object.keys(added).length + Object.keys(letGo).length === 0 &&
    said === undefined &&
    fence === undefined &&
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
