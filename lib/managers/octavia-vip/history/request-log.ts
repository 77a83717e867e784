import { BoundedMap } from '../../../base/collections/index.js';
import type { UpdateRequest } from './episode.js';

const rememberedRequests = 50_000;

/** What a {@link RequestLog} holds, as a plain value. */
export interface RequestLogState {
  /** The ports that each request deleted. */
  readonly ports: Readonly<Record<string, readonly string[]>>;
  /** The ports of whose delete we were told. */
  readonly explained: readonly string[];
  /** The messages that were heard, as `<uuid> <request-id>`. */
  readonly heard: readonly string[];
}

/** Which requests deleted which ports, and which updates were heard of. Bounded: the oldest are forgotten first. */
export class RequestLog {
  private readonly ports = new BoundedMap<ReadonlySet<string>>(rememberedRequests);
  private readonly explained = new BoundedMap<true>(rememberedRequests);
  private readonly heard = new BoundedMap<true>(rememberedRequests);

  /** @param state what it begins with; defaults to nothing */
  public constructor(state?: RequestLogState) {
    for (const [requestId, ports] of Object.entries(state?.ports ?? {})) this.ports.set(requestId, new Set(ports));
    for (const port of state?.explained ?? []) this.explained.set(port, true);
    for (const message of state?.heard ?? []) this.heard.set(message, true);
  }

  /** All of it, as a plain value that stays as it is. */
  public state(): RequestLogState {
    return {
      ports: Object.fromEntries([...this.ports.all()].map(([requestId, ports]) => [requestId, [...ports]])),
      explained: [...this.explained.all()].map(([port]) => port),
      heard: [...this.heard.all()].map(([message]) => message),
    };
  }

  /** A request deleted the port, or one of its addresses (which Neutron does first, and which stays when the rest fails: recording 08). */
  public portDeleted(port: string, requestId: string): void {
    this.ports.set(requestId, new Set([...this.deletedBy(requestId), port]));
    this.explained.set(port, true);
  }

  /** The ports that the request deleted, or whose addresses it did. */
  public deletedBy(requestId: string): ReadonlySet<string> {
    return this.ports.get(requestId) ?? new Set();
  }

  /** Whether we were told of the delete of the port, and by which request. */
  public isDeleteExplained(port: string): boolean {
    return this.explained.has(port);
  }

  /** Whether this is the first message of a request about the object: one that is told again, much later perhaps, is no news. */
  public isFirst(uuid: string, requestId: string): boolean {
    const message = `${uuid} ${requestId}`;
    if (this.heard.has(message)) return false;
    this.heard.set(message, true);
    return true;
  }

  /**
   * The ports that the request deleted, but for those of which a reference was added by us when somebody else had already updated the floating
   * ip, and we did not know. If that was a disassociation, the delete of the port hit nothing but our own reference.
   */
  public deletedBeside(
    request: UpdateRequest,
    memory: { readonly requests: readonly UpdateRequest[]; readonly added: Readonly<Record<string, number>> },
  ): readonly string[] {
    const isLate = (port: string): boolean => {
      const plannedAt = memory.added[port];
      if (plannedAt === undefined) return false;
      return memory.requests.some(
        ({ requestId, sequence }) =>
          sequence > plannedAt && sequence < request.sequence && this.deletedBy(requestId).size === 0,
      );
    };
    return [...this.deletedBy(request.requestId)].filter((port) => !isLate(port)).sort();
  }
}
