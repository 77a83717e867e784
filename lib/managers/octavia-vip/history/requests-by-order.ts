import { BoundedMap } from '../../../base/collections/index.js';
import { hasCode } from '../../../base/errors/index.js';
import type { CacheReader, Moment } from '../../../cache/index.js';
import type { Change } from '../../../change-stream/index.js';
import { parseObject, toEntity, type EntityOf } from '../../../model/index.js';
import { isShownBy } from '../../../planning/index.js';
import { recordedPorts, virtualIpsRecording } from '../record/record.js';
import { letGoSince, ownUpdateWithinMs, type Memory, type OwnWrite } from './episode.js';

/** A port delete that is under way. */
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

/** What {@link RequestsByOrder} holds, as a plain value: the port deletes that are under way, by port. */
export type RequestsByOrderState = Readonly<Record<string, PortDelete>>;

/** What is to be learned from a change of a floating ip: whose request it is, and what the stream says of it. */
export interface FloatingIpUpdate {
  readonly requestId?: string;
  /** The write of ours of which it is the echo. */
  readonly echoOf?: OwnWrite | undefined;
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

  /** @param state what it begins with; defaults to nothing */
  public constructor(
    private readonly cache: CacheReader,
    state: RequestsByOrderState = {},
  ) {
    for (const [port, running] of Object.entries(state)) this.deletes.set(port, running);
  }

  /** All of it, as a plain value that stays as it is. */
  public state(): RequestsByOrderState {
    return Object.fromEntries(this.deletes.all());
  }

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
   * The stream says of each change what the floating ip is like then. One with a fixed ip is attached, or half restored. That it is detached, said again, is the echo of a write of ours
   * (recording 54), or somebody has disassociated it once more. Said first it is what detached it, and none of ours but one that clears the
   * fixed ip. A port delete announces it once; what is said again while it is under way is taken for its own all the same: it may be the
   * late write of another monitor.
   */
  public floatingIpUpdated({ uuid, object }: Change, memory: Memory, moment: Moment): FloatingIpUpdate {
    const shown = parsedFloatingIp(object);
    const echoOf = shown === undefined ? undefined : echoOfOwn(shown, memory, moment.at);
    if (shown?.fixedIp !== undefined) return { echoOf, said: { detached: false } };
    // What was added too late attaches it to nothing: it is as detached as it was.
    if (shown !== undefined && shown.refs['virtual-machine-interface'].length > 0) return { echoOf };
    const known = object === undefined ? undefined : memory.said;
    const by = this.running(this.portsOf(uuid, memory, moment), moment)?.requestId;
    const fresh = `update ${moment.sequence}`;
    if (known === undefined) {
      const isOurs = by === undefined && echoOf?.do === 'set';
      return { ...(isOurs ? { echoOf } : {}), requestId: by ?? fresh, said: { detached: true, by } };
    }
    if (echoOf !== undefined) return { echoOf };
    // A port delete that began later has nothing to do with it.
    return { requestId: by !== undefined && by === known.by ? by : fresh };
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
    const floatingIp = this.cache.get('floating-ip', uuid) ?? { uuid };
    return [
      ...('refs' in floatingIp ? floatingIp.refs['virtual-machine-interface'] : []),
      ...(memory.detached?.ports ?? []),
      ...virtualIpsRecording(this.cache, { floatingIp, memory }).flatMap(recordedPorts),
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

// The first that it may be. A write that failed has no echo.
function echoOfOwn(shown: EntityOf<'floating-ip'>, { echoes, lastWriteAt }: Memory, at: number): OwnWrite | undefined {
  if (at - (lastWriteAt ?? -Infinity) >= ownUpdateWithinMs) return undefined;
  return echoes.find((write) => isShownBy(shown, write));
}

function parsedFloatingIp(raw: unknown): EntityOf<'floating-ip'> | undefined {
  if (raw === undefined) return undefined;
  try {
    return toEntity('floating-ip', parseObject('floating-ip', raw));
  } catch (error) {
    if (hasCode(error, 'invalid-object')) return undefined;
    throw error;
  }
}
