import { BoundedMap } from './bounded-map.js';

/** A request that updated a floating ip. */
export interface UpdateTrace {
  readonly requestId: string;
  /** Position in the order of all changes received. */
  readonly sequence: number;
  /** Monotonic time at which it was received, milliseconds. */
  readonly at: number;
}

/** How a floating ip lost its last reference while we watched. */
export interface EmptiedTrace {
  /** Monotonic time at which it was seen empty, milliseconds. */
  readonly since: number;
  /** The interfaces that it referenced before. */
  readonly portUuids: readonly string[];
  /** The requests that updated it since it was last seen with references, in the order of arrival; those of monitors left out. */
  readonly updates: readonly UpdateTrace[];
}

interface Fence {
  readonly requestId: string;
  readonly at: number;
}

/** How long an update may come after a write of ours and be taken for it, on a server that does not pass our request-ids on. */
const ownUpdateWithinMs = 1_000;
const updatesPerFloatingIp = 16;
const rememberedRequests = 50_000;

/**
 * What request-ids tell beyond the objects themselves: which request emptied a floating ip, and which ports it deleted
 * (design, section 4, "Stripped or freed?"; recordings 05 and 06). Lost at a restart, and bounded.
 */
export class Traces {
  private readonly updates = new Map<string, UpdateTrace[]>();
  private readonly emptied = new Map<string, { since: number; portUuids: readonly string[] }>();
  private readonly portsByRequest = new BoundedMap<Set<string>>(rememberedRequests);
  private readonly requestsByPort = new BoundedMap<Set<string>>(rememberedRequests);
  private readonly associationsSeen = new BoundedMap<true>(rememberedRequests);
  private readonly writes = new BoundedMap<number>(rememberedRequests);
  private readonly fences = new BoundedMap<Fence>(rememberedRequests);
  private ownIdsSeen = false;

  /** A monitor's own request-id has come back: the server passes them on. */
  public ownRequestSeen(): void {
    this.ownIdsSeen = true;
  }

  /** A monitor's own request updated the floating ip. */
  public ownUpdateSeen(uuid: string, requestId: string): void {
    if (this.fences.get(uuid)?.requestId === requestId) this.fences.delete(uuid);
  }

  /** We are about to write the floating ip; `at` is monotonic, milliseconds. */
  public writing(uuid: string, at: number): void {
    this.writes.set(uuid, at);
  }

  /** We are about to write the floating ip, and what others did to it before has to be known before the write that follows. */
  public openFence(uuid: string, requestId: string, at: number): void {
    this.fences.set(uuid, { requestId, at });
  }

  /** We gave the floating ip references again, by a plan that knew of the changes up to `plannedAt`. */
  public refilled(uuid: string, plannedAt: number): void {
    this.emptied.delete(uuid);
    this.dropUpdates(uuid, plannedAt);
  }

  /**
   * Whether what others did to the floating ip before the fence is known: the notification of our own write has come, and with it all
   * that came before; or it is lost, `limitMs` have passed.
   */
  public fence(uuid: string, now: number, limitMs: number): 'open' | 'passed' | 'unavailable' {
    if (!this.ownIdsSeen) return 'unavailable';
    const fence = this.fences.get(uuid);
    return fence !== undefined && now - fence.at < limitMs ? 'open' : 'passed';
  }

  /** A request that is no monitor's updated the floating ip. */
  public floatingIpUpdated(uuid: string, update: UpdateTrace): void {
    if (!this.ownIdsSeen && update.at - (this.writes.get(uuid) ?? -Infinity) < ownUpdateWithinMs) return;
    const list = this.updates.get(uuid) ?? [];
    if (list.at(-1)?.requestId === update.requestId) return;
    list.push(update);
    if (list.length > updatesPerFloatingIp) list.shift();
    this.updates.set(uuid, list);
  }

  /**
   * A read showed which interfaces the floating ip references.
   *
   * @param readAfter position of the last change received before the read began: what came earlier is part of what it shows
   */
  public floatingIpSeen(
    uuid: string,
    seen: {
      readonly before: readonly string[] | undefined;
      readonly after: readonly string[];
      readonly readAfter: number;
      readonly at: number;
    },
  ): void {
    if (seen.after.length > 0) {
      this.emptied.delete(uuid);
      this.dropUpdates(uuid, seen.readAfter);
    } else if (seen.before !== undefined && seen.before.length > 0) {
      this.emptied.set(uuid, { since: seen.at, portUuids: seen.before });
    }
  }

  /** The floating ip is gone, or nobody asks for it any more. */
  public forgetFloatingIp(uuid: string): void {
    this.updates.delete(uuid);
    this.emptied.delete(uuid);
    this.writes.delete(uuid);
    this.fences.delete(uuid);
  }

  /** A request deleted the port, or one of its addresses (which Neutron does first, and which stays when the rest fails: recording 08). */
  public portDeleted(portUuid: string, requestId: string): void {
    append(this.portsByRequest, requestId, portUuid);
    append(this.requestsByPort, portUuid, requestId);
  }

  /** How the floating ip lost its references; undefined if nobody saw it, or it has some. */
  public emptiedTrace(uuid: string): EmptiedTrace | undefined {
    const emptied = this.emptied.get(uuid);
    return emptied === undefined ? undefined : { ...emptied, updates: this.updates.get(uuid) ?? [] };
  }

  /** The ports that the request deleted, or whose addresses it did. */
  public portsDeletedBy(requestId: string): ReadonlySet<string> {
    return this.portsByRequest.get(requestId) ?? new Set();
  }

  /** Whether we were told of the delete of the port, and by which request. */
  public isDeleteExplained(portUuid: string): boolean {
    return this.requestsByPort.has(portUuid);
  }

  /** The floating ip was seen attached to the VIP: from now on this process itself vouches for the association. */
  public associationSeen(floatingIpUuid: string, vip: string): void {
    this.associationsSeen.set(`${floatingIpUuid} ${vip}`, true);
  }

  /** Whether this process has seen the floating ip attached to the VIP. */
  public wasAssociationSeen(floatingIpUuid: string, vip: string): boolean {
    return this.associationsSeen.has(`${floatingIpUuid} ${vip}`);
  }

  private dropUpdates(uuid: string, upTo: number): void {
    const later = (this.updates.get(uuid) ?? []).filter((update) => update.sequence > upTo);
    if (later.length > 0) this.updates.set(uuid, later);
    else this.updates.delete(uuid);
  }
}

function append(map: BoundedMap<Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}
