import type { Change } from '../../../change-stream/change.js';
import type { Clock } from '../../../base/clock/index.js';
import { hasCode } from '../../../base/errors/index.js';
import { parseObject } from '../../../model/index.js';
import { BoundedMap } from '../../../base/collections/bounded-map.js';
import { recordedPorts, toEntity } from '../../../cache/entities.js';
import type { CacheReader } from '../../../cache/object-cache.js';

interface PortDelete {
  readonly requestId: string;
  /** Monotonic time, milliseconds. */
  readonly at: number;
}

/** A port delete takes milliseconds; so much later its end is not waited for any more: it has failed (recording 08), or is lost. */
const longestDeleteMs = 30_000;
/** A port that was let go of longer ago was so before its delete began. */
const lateDropMs = 5_000;
const rememberedDeletes = 10_000;

/**
 * Which changes belong to one request, told by their order alone, for streams without request-ids.
 *
 * Neutron's port delete deletes the addresses of the port, then disassociates its floating ips, then deletes the port (recordings 05 and
 * 19). So the update of a floating ip that comes between the delete of an address of its port and that of the port is the port delete's.
 * Any other is a request of its own.
 */
export class RequestsByOrder {
  private readonly deletes = new BoundedMap<PortDelete>(rememberedDeletes);
  /** Floating ips of which the stream has said that they are detached, and which port delete was under way then, if one was. */
  private readonly detached = new BoundedMap<{ readonly by: string | undefined }>(rememberedDeletes);

  public constructor(private readonly parts: { readonly cache: CacheReader; readonly clock: Clock }) {}

  /**
   * An id for the request that made the change, shared by what belongs to one request; undefined if nothing is to be learned from it.
   *
   * @param sequence position of the change in the order of all
   */
  public requestIdOf(change: Change, sequence: number): string | undefined {
    if (change.kind === 'floating-ip' && change.operation === 'UPDATE') return this.floatingIpUpdated(change, sequence);
    if (change.operation !== 'DELETE') return undefined;
    if (change.kind === 'instance-ip') return this.addressDeleted(change.uuid, sequence);
    if (change.kind !== 'virtual-machine-interface') return undefined;
    const running = this.running([change.uuid]);
    this.deletes.delete(change.uuid);
    // Undefined if nothing was heard of its addresses: what the request did before is not known, and must not seem to be.
    return running?.requestId;
  }

  /**
   * The stream says of each change what the floating ip is like then. That it is detached, said again, is one of three: the port delete
   * announces it twice, it is the echo of a write of ours (recording 54), or somebody has disassociated it once more.
   */
  private floatingIpUpdated(change: Change, sequence: number): string | undefined {
    const { cache, clock } = this.parts;
    const isEcho = change.object !== undefined && cache.traces.takeEcho(change.uuid, clock.monotonic());
    if (!mayBeDetached(change.object)) {
      this.detached.delete(change.uuid);
      return undefined;
    }
    const known = change.object === undefined ? undefined : this.detached.get(change.uuid);
    const running = this.running(this.portsOf(change.uuid))?.requestId;
    if (known === undefined) {
      this.detached.set(change.uuid, { by: running });
      return running ?? `update ${sequence}`;
    }
    // A port delete that began later has nothing to do with it.
    if (running !== undefined && running === known.by) return running;
    return isEcho ? undefined : `update ${sequence}`;
  }

  private addressDeleted(uuid: string, sequence: number): string | undefined {
    const ports = this.parts.cache.get('instance-ip', uuid)?.portUuids ?? [];
    if (ports.length === 0) return undefined;
    const requestId = this.running(ports)?.requestId ?? `delete ${sequence}`;
    for (const port of ports) this.deletes.set(port, { requestId, at: this.parts.clock.monotonic() });
    return requestId;
  }

  /**
   * The ports whose delete may be what detached a floating ip: those that it references, that it did when it was last seen attached, that a
   * record names, and that we let go of lately. Neutron looks at the references first and takes them all away milliseconds later: a drop in
   * between comes too late (recording 57).
   */
  private portsOf(floatingIpUuid: string): readonly string[] {
    const { cache, clock } = this.parts;
    const { portUuids = [] } = cache.get('floating-ip', floatingIpUuid) ?? {};
    return [
      ...portUuids,
      ...(cache.traces.detachedTrace(floatingIpUuid)?.portUuids ?? []),
      ...cache.find('virtual-ip', 'virtualIpsByFloatingIp', floatingIpUuid).flatMap(recordedPorts),
      ...cache.traces.portsLetGoSince(floatingIpUuid, clock.monotonic() - lateDropMs),
    ];
  }

  private running(portUuids: readonly string[]): PortDelete | undefined {
    const since = this.parts.clock.monotonic() - longestDeleteMs;
    for (const port of portUuids) {
      const found = this.deletes.get(port);
      if (found !== undefined && found.at > since) return found;
    }
    return undefined;
  }
}

/**
 * Whether a floating ip that comes with an update may have been detached by it. One that is attached has not, nor one that we have
 * half restored: that is the echo of our own write.
 */
function mayBeDetached(raw: unknown): boolean {
  if (raw === undefined) return true;
  try {
    const { portUuids, fixedIp } = toEntity('floating-ip', parseObject('floating-ip', raw));
    return portUuids.length === 0 && fixedIp === undefined;
  } catch (error) {
    if (hasCode(error, 'invalid-object')) return true;
    throw error;
  }
}
