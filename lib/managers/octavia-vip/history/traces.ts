import { restoreRequestIdPrefix } from '../../../config-api/index.js';
import { BoundedMap } from '../../../base/collections/bounded-map.js';
import type { FloatingIpEntity } from '../../../cache/entities.js';
import { Footprints } from './footprints.js';

/** A request that updated a floating ip. */
export interface UpdateTrace {
  readonly requestId: string;
  /** Position in the order of all changes received. */
  readonly sequence: number;
  /** Monotonic time at which it was received, milliseconds. */
  readonly at: number;
}

/** How a floating ip was detached, by its user or by a port delete, while we watched. */
export interface DetachedTrace {
  /** Monotonic time at which it was first seen so, milliseconds. */
  readonly since: number;
  /** False if it was so when we saw it first: after a start, say. */
  readonly wasSeenAttached: boolean;
  /** The interfaces that it referenced before. */
  readonly portUuids: readonly string[];
  /** The requests that updated it since it was last seen attached, in the order of arrival; those of monitors left out. */
  readonly updates: readonly UpdateTrace[];
}

/**
 * Whether a floating ip is attached: Neutron sets references and fixed ip together, and clears them together. References alone are
 * ours, written at the moment at which the rest was cleared.
 */
export function isAttached(floatingIp: Pick<FloatingIpEntity, 'portUuids' | 'fixedIp'>): boolean {
  return floatingIp.portUuids.length > 0 && floatingIp.fixedIp !== undefined;
}

/** A VIP as what was seen of it is remembered: OpenSDN gives the address of one VIP port to the next (recording 43). */
export interface SeenVip {
  readonly key: string;
  /** Uuid of the VIP port. */
  readonly vipPort: string;
}

interface Fence {
  readonly requestId: string;
  readonly at: number;
}

/** How long an update may come after a write of ours and be taken for it, on a server that does not pass our request-ids on. */
const ownUpdateWithinMs = 1_000;
const updatesPerFloatingIp = 16;
const portsLetGo = 16;
const rememberedRequests = 50_000;
const rememberedMembers = 100_000;

/**
 * What request-ids tell beyond the objects themselves: which request detached a floating ip, and which ports it deleted
 * (docs/design.md, "Stripped or freed?"; recordings 05 and 06). Lost at a restart, and bounded.
 */
export class Traces {
  /** What this process wrote on floating ips. */
  public readonly footprints = new Footprints(rememberedRequests);
  private readonly updates = new Map<string, UpdateTrace[]>();
  private readonly detached = new Map<string, Omit<DetachedTrace, 'updates'>>();
  private readonly portsByRequest = new BoundedMap<Set<string>>(rememberedRequests);
  private readonly requestsByPort = new BoundedMap<Set<string>>(rememberedRequests);
  private readonly membersSeen = new BoundedMap<true>(rememberedMembers);
  private readonly associationsSeen = new BoundedMap<true>(rememberedRequests);
  private readonly vipPortProjects = new BoundedMap<string>(rememberedRequests);
  private readonly writes = new BoundedMap<number>(rememberedRequests);
  private readonly echoes = new BoundedMap<number>(rememberedRequests);
  private readonly fences = new BoundedMap<Fence>(rememberedRequests);
  private readonly restoring = new Set<string>();
  private readonly restoresSeen = new Set<string>();
  private readonly added = new Map<string, Map<string, number>>();
  private readonly letGo = new Map<string, Map<string, number>>();
  private readonly ownRequests = new BoundedMap<true>(rememberedRequests);
  private readonly updatesSeen = new BoundedMap<true>(rememberedRequests);
  private ownIdsSeen = false;

  /** A monitor's own request-id has come back: the server passes them on. */
  public ownRequestSeen(): void {
    this.ownIdsSeen = true;
  }

  /** Whether the request is a write of this process. */
  public isOwnRequest(requestId: string): boolean {
    return this.ownRequests.has(requestId);
  }

  /** A monitor's own request updated the floating ip, ours or another instance's. */
  public ownUpdateSeen(uuid: string, requestId: string): void {
    if (this.fences.get(uuid)?.requestId === requestId) this.fences.delete(uuid);
    if (requestId.startsWith(restoreRequestIdPrefix)) this.restoresSeen.add(uuid);
  }

  /** A write of this process to the object is about to be sent with that request-id; `at` is monotonic, milliseconds. */
  public writing(uuid: string, requestId: string, at: number): void {
    this.writes.set(uuid, at);
    this.echoes.set(uuid, (this.echoes.get(uuid) ?? 0) + 1);
    this.ownRequests.set(requestId, true);
  }

  /**
   * An update of the object has come on a stream without request-ids; `at` is monotonic, milliseconds. Each write of ours has one.
   *
   * @returns whether one of ours has been sent lately, and its update had not come
   */
  public takeEcho(uuid: string, at: number): boolean {
    const expected = this.echoes.get(uuid) ?? 0;
    if (expected <= 1) this.echoes.delete(uuid);
    else this.echoes.set(uuid, expected - 1);
    // A write that failed has none.
    return expected > 0 && at - (this.writes.get(uuid) ?? -Infinity) < ownUpdateWithinMs;
  }

  /** We are about to write the floating ip, and what others did to it before has to be known before the write that follows. */
  public openFence(uuid: string, requestId: string, at: number): void {
    this.fences.set(uuid, { requestId, at });
    this.restoring.add(uuid);
  }

  /** We added a reference to the floating ip, by a plan that knew of the changes up to `plannedAt`. */
  public referenceAdded(uuid: string, portUuid: string, plannedAt: number): void {
    const added = this.added.get(uuid) ?? new Map<string, number>();
    this.added.set(uuid, added.set(portUuid, plannedAt));
  }

  /** We let go of a port: its delete may have looked at the references of the floating ip before, and strip it even so. `at` is monotonic. */
  public referenceDeleted(uuid: string, portUuid: string, at: number): void {
    const ports = this.letGo.get(uuid) ?? new Map<string, number>();
    ports.delete(portUuid);
    this.letGo.set(uuid, ports.set(portUuid, at));
    for (const oldest of ports.keys()) {
      if (ports.size <= portsLetGo) break;
      ports.delete(oldest);
    }
  }

  /** The ports that we let go of after `since` (monotonic, milliseconds). */
  public portsLetGoSince(uuid: string, since: number): readonly string[] {
    return [...(this.letGo.get(uuid) ?? [])].filter(([, at]) => at > since).map(([portUuid]) => portUuid);
  }

  /** The ports to which we have added references since the floating ip was last seen attached. */
  public addedPorts(uuid: string): Iterable<string> {
    return this.added.get(uuid)?.keys() ?? [];
  }

  /**
   * Whether a reference to the port was added by us when somebody else had already updated the floating ip, and we did not know. If that
   * was a disassociation, the delete of the port hit nothing but our own reference.
   */
  public wasAddedLate(uuid: string, portUuid: string, update: UpdateTrace): boolean {
    const plannedAt = this.added.get(uuid)?.get(portUuid);
    if (plannedAt === undefined) return false;
    return (this.updates.get(uuid) ?? []).some(
      ({ requestId, sequence }) =>
        sequence > plannedAt && sequence < update.sequence && !this.portsByRequest.has(requestId),
    );
  }

  /**
   * We attached the floating ip again, by a plan that knew of the changes up to `plannedAt`. Of one that was not being restored it
   * says nothing: it may have been detached since that plan was made.
   */
  public restored(uuid: string, plannedAt: number): void {
    if (!this.restoring.delete(uuid)) return;
    this.restoresSeen.delete(uuid);
    this.detached.delete(uuid);
    this.dropUpdates(uuid, plannedAt);
  }

  /**
   * Whether what others did to the floating ip before the first step of its restore is known: the notification of that step has come,
   * and with it all that came before; or it is lost, `limitMs` have passed. The step may have been another instance's.
   */
  public fence(uuid: string, now: number, limitMs: number): 'open' | 'passed' {
    const ours = this.fences.get(uuid);
    if (ours !== undefined) return now - ours.at < limitMs ? 'open' : 'passed';
    const since = this.detached.get(uuid)?.since;
    return since === undefined || this.restoresSeen.has(uuid) || now - since >= limitMs ? 'passed' : 'open';
  }

  /**
   * A request that is no monitor's updated the floating ip.
   *
   * @param isSure whether it is known to be none of ours by what it did; else one that follows a write of ours closely is taken for it, on a
   * server that does not pass our request-ids on
   */
  public floatingIpUpdated(uuid: string, update: UpdateTrace, isSure = false): void {
    if (!isSure && !this.ownIdsSeen && update.at - (this.writes.get(uuid) ?? -Infinity) < ownUpdateWithinMs) return;
    // A request counts at its first message: one that is told again, much later perhaps, is no news.
    const message = `${uuid} ${update.requestId}`;
    if (this.updatesSeen.has(message)) return;
    this.updatesSeen.set(message, true);
    const list = this.updates.get(uuid) ?? [];
    list.push(update);
    if (list.length > updatesPerFloatingIp) list.shift();
    this.updates.set(uuid, list);
  }

  /** A read showed the floating ip. */
  public floatingIpSeen(
    uuid: string,
    seen: {
      readonly before: FloatingIpEntity | undefined;
      readonly after: FloatingIpEntity;
      /** Position of the last change received before the read began: what came earlier is part of what it shows. */
      readonly readAfter: number;
      readonly at: number;
    },
  ): void {
    const { before, after, readAfter, at } = seen;
    if (isAttached(after)) {
      // Half restored it looks attached, too: what explains it is needed until that is done.
      if (this.restoring.has(uuid)) return;
      this.added.delete(uuid);
      this.restoresSeen.delete(uuid);
      this.detached.delete(uuid);
      this.dropUpdates(uuid, readAfter);
    } else if (before === undefined) {
      this.detached.set(uuid, { since: at, wasSeenAttached: false, portUuids: [] });
    } else if (isAttached(before)) {
      this.detached.set(uuid, { since: at, wasSeenAttached: true, portUuids: before.portUuids });
    }
  }

  /**
   * Of a floating ip that was detached when we saw it first: what the record references, for the first of these calls. The server shows
   * references to deleted ports only until the record is written (recording 16).
   */
  public keepEvidence(uuid: string, portUuids: readonly string[]): void {
    const detached = this.detached.get(uuid);
    if (detached === undefined || detached.wasSeenAttached || detached.portUuids.length > 0) return;
    this.detached.set(uuid, { ...detached, portUuids });
  }

  /** The floating ip is gone, or nobody asks for it any more. */
  public forgetFloatingIp(uuid: string): void {
    this.updates.delete(uuid);
    this.detached.delete(uuid);
    this.restoring.delete(uuid);
    this.restoresSeen.delete(uuid);
    this.added.delete(uuid);
    this.letGo.delete(uuid);
    this.writes.delete(uuid);
    this.echoes.delete(uuid);
    this.fences.delete(uuid);
  }

  /** A request deleted the port, or one of its addresses (which Neutron does first, and which stays when the rest fails: recording 08). */
  public portDeleted(portUuid: string, requestId: string): void {
    append(this.portsByRequest, requestId, portUuid);
    append(this.requestsByPort, portUuid, requestId);
  }

  /** How the floating ip was detached; undefined if nobody saw it, or it is attached. */
  public detachedTrace(uuid: string): DetachedTrace | undefined {
    const detached = this.detached.get(uuid);
    return detached === undefined ? undefined : { ...detached, updates: this.updates.get(uuid) ?? [] };
  }

  /** The ports that the request deleted, or whose addresses it did. */
  public portsDeletedBy(requestId: string): ReadonlySet<string> {
    return this.portsByRequest.get(requestId) ?? new Set();
  }

  /** Whether we were told of the delete of the port, and by which request. */
  public isDeleteExplained(portUuid: string): boolean {
    return this.requestsByPort.has(portUuid);
  }

  /**
   * The port was a member of the VIP of that VIP port: that its delete strips a floating ip is known even when nothing references it any
   * more. Another VIP port with the same address is another VIP.
   */
  public memberSeen(portUuid: string, vip: SeenVip): void {
    this.membersSeen.set(seenKey(portUuid, vip), true);
  }

  /** The VIP port was seen, with its project: once it is gone, only a record that stands there is believed. */
  public vipPortSeen(vipPort: string, projectUuid: string): void {
    this.vipPortProjects.set(vipPort, projectUuid);
  }

  /** The project that the VIP port was last seen in; undefined if this process has not seen it. */
  public projectOfVipPort(vipPort: string): string | undefined {
    return this.vipPortProjects.get(vipPort);
  }

  /** Whether the port is or was a member of the VIP. */
  public wasMember(portUuid: string, vip: SeenVip): boolean {
    return this.membersSeen.has(seenKey(portUuid, vip));
  }

  /** The floating ip was seen attached to the VIP: from now on this process itself vouches for the association. */
  public associationSeen(floatingIpUuid: string, vip: SeenVip): void {
    this.associationsSeen.set(seenKey(floatingIpUuid, vip), true);
  }

  /** Whether this process has seen the floating ip attached to the VIP. */
  public wasAssociationSeen(floatingIpUuid: string, vip: SeenVip): boolean {
    return this.associationsSeen.has(seenKey(floatingIpUuid, vip));
  }

  private dropUpdates(uuid: string, upTo: number): void {
    const later = (this.updates.get(uuid) ?? []).filter((update) => update.sequence > upTo);
    if (later.length > 0) this.updates.set(uuid, later);
    else this.updates.delete(uuid);
  }
}

function seenKey(uuid: string, { key, vipPort }: SeenVip): string {
  return `${uuid} ${key} ${vipPort}`;
}

function append(map: BoundedMap<Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}
