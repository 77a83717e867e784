import { BoundedMap } from '../../../base/collections/index.js';
import { hasCode } from '../../../base/errors/index.js';
import type { CacheReader, Moment } from '../../../cache/index.js';
import type { Change } from '../../../change-stream/index.js';
import { parseObject, toEntity } from '../../../model/index.js';
import { recordedPorts, virtualIpsRecording } from '../record/record.js';
import { letGoSince, ownUpdateWithinMs, type Memory } from './episode.js';

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

/** What is to be learned from a change of a floating ip: whose request it is, and what the stream says of it. */
export interface FloatingIpUpdate {
  readonly requestId?: string;
  /** It is the echo of a write of ours. */
  readonly isEcho: boolean;
  /** Whether it is detached then; and which port delete was under way, if one was. Undefined: nothing new is said. */
  readonly said?: { readonly detached: boolean; readonly by?: string | undefined };
}

/**
 * Which changes belong to one request, told by their order alone, for streams without request-ids.
 *
 * Neutron's port delete deletes the addresses of the port, then disassociates its floating ips, then deletes the port (recordings 05 and
 * 19). So the update of a floating ip that comes between the delete of an address of its port and that of the port is the port delete's.
 * Any other is a request of its own.
 */
export class RequestsByOrder {
  private readonly deletes = new BoundedMap<PortDelete>(rememberedDeletes);

  public constructor(private readonly cache: CacheReader) {}

  /**
   * An id for the request that deleted a port or an address, shared by what belongs to one request; undefined if nothing is to be learned
   * from it.
   */
  public requestOfDelete({ kind, uuid }: Change, moment: Moment): string | undefined {
    if (kind === 'instance-ip') return this.addressDeleted(uuid, moment);
    if (kind !== 'virtual-machine-interface') return undefined;
    const running = this.running([uuid], moment);
    this.deletes.delete(uuid);
    // Undefined if nothing was heard of its addresses: what the request did before is not known, and must not seem to be.
    return running?.requestId;
  }

  /**
   * The stream says of each change what the floating ip is like then. That it is detached, said again, is one of three: the port delete
   * announces it twice, it is the echo of a write of ours (recording 54), or somebody has disassociated it once more.
   */
  public floatingIpUpdated({ uuid, object }: Change, memory: Memory, moment: Moment): FloatingIpUpdate {
    const isEcho = object !== undefined && isExpected(memory, moment.at);
    if (!mayBeDetached(object)) return { isEcho, said: { detached: false } };
    const known = object === undefined ? undefined : memory.said;
    const by = this.running(this.portsOf(uuid, memory, moment), moment)?.requestId;
    const fresh = `update ${moment.sequence}`;
    if (known === undefined) return { isEcho, requestId: by ?? fresh, said: { detached: true, by } };
    // A port delete that began later has nothing to do with it. One that runs still announces it twice: which of two is the echo cannot
    // be told, and one that comes when it is over must not count as a deed of the user's.
    if (by !== undefined && by === known.by) return { isEcho: false, requestId: by };
    return isEcho ? { isEcho } : { isEcho, requestId: fresh };
  }

  private addressDeleted(uuid: string, moment: Moment): string | undefined {
    const ports = this.cache.get('instance-ip', uuid)?.refs['virtual-machine-interface'] ?? [];
    if (ports.length === 0) return undefined;
    const requestId = this.running(ports, moment)?.requestId ?? `delete ${moment.sequence}`;
    for (const port of ports) this.deletes.set(port, { requestId, at: moment.at });
    return requestId;
  }

  /**
   * The ports whose delete may be what detached a floating ip: those that it references, that it did when it was last seen attached, that a
   * record names, and that we let go of lately. Neutron looks at the references first and takes them all away milliseconds later: a drop in
   * between comes too late (recording 57).
   */
  private portsOf(uuid: string, memory: Memory, { at }: Moment): readonly string[] {
    return [
      ...(this.cache.get('floating-ip', uuid)?.refs['virtual-machine-interface'] ?? []),
      ...(memory.detached?.ports ?? []),
      ...virtualIpsRecording(this.cache, uuid).flatMap(recordedPorts),
      ...letGoSince(memory, at - lateDropMs),
    ];
  }

  private running(ports: readonly string[], { at }: Moment): PortDelete | undefined {
    for (const port of ports) {
      const found = this.deletes.get(port);
      if (found !== undefined && found.at > at - longestDeleteMs) return found;
    }
    return undefined;
  }
}

// A write that failed has no echo.
function isExpected({ echoes, lastWriteAt }: Memory, at: number): boolean {
  return echoes > 0 && at - (lastWriteAt ?? -Infinity) < ownUpdateWithinMs;
}

/**
 * Whether a floating ip that comes with an update may have been detached by it. One that is attached has not, nor one that we have
 * half restored: that is the echo of our own write.
 */
function mayBeDetached(raw: unknown): boolean {
  if (raw === undefined) return true;
  try {
    const { refs, fixedIp } = toEntity('floating-ip', parseObject('floating-ip', raw));
    return refs['virtual-machine-interface'].length === 0 && fixedIp === undefined;
  } catch (error) {
    if (hasCode(error, 'invalid-object')) return true;
    throw error;
  }
}
