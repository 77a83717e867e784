import { onAbort, withTimeout, type Clock } from '../base/clock/index.js';
import { hasCode, isNotFound, SvcMonitorError } from '../base/errors/index.js';
import type { CacheObserver, CacheReader, Transition } from '../cache/index.js';
import type { ConfigWriter } from '../config-api/index.js';
import { departureKey, findManaged, vipKeyParts } from '../managers/octavia-vip/index.js';
import type { DepartureState, KeptVirtualIp, VipKey } from '../managers/octavia-vip/index.js';
import type { EntityOf, Kind } from '../model/index.js';
import type { DepartingPort, Departure, Departures } from './departures.js';
import type { VipDirectory } from './directory.js';

/** What {@link RecordedDepartures} are made of. */
export interface RecordedDeparturesParts {
  readonly cache: CacheReader;
  readonly directory: Pick<VipDirectory, 'associatedAt'>;
  readonly writer: ConfigWriter;
  readonly clock: Clock;
  /** For how long the answer of whoever leads is waited for, before the references are dropped from here. Milliseconds. */
  readonly answerWithinMs: number;
}

/**
 * Departures by the record of the VIP (docs/design.md, "Departures"): the port is said to be departing, and whoever leads lets go of it. Without an
 * answer in time nobody leads, or somebody who hears nothing; then the references are dropped from here, where what the association shows by is in
 * place.
 *
 * It has to be told of what the cache sees.
 */
export class RecordedDepartures implements Departures, CacheObserver {
  private readonly listeners = new Map<string, Set<(virtualIp: EntityOf<'virtual-ip'> | undefined) => void>>();

  public constructor(private readonly parts: RecordedDeparturesParts) {}

  public async begin({ vip, port }: DepartingPort, signal: AbortSignal): Promise<Departure> {
    const virtualIp = this.virtualIpOf(vip);
    const departure: Departure = {
      // With the port it goes by itself: whoever leads sees to that.
      end: (outcome) => (outcome === 'deleted' ? Promise.resolve() : this.takeBack(virtualIp.uuid, port)),
    };
    try {
      await this.ask(virtualIp, { vip, port }, signal);
    } catch (error) {
      // It may have been written all the same: who leads takes it back after a while, we do it now. What fails is the first error's.
      await this.takeBack(virtualIp.uuid, port).catch(() => undefined);
      throw error;
    }
    return departure;
  }

  /** The answer may be a write of the monitor beside it. */
  public awaits(kind: Kind, uuid: string): boolean {
    return kind === 'virtual-ip' && this.listeners.has(uuid);
  }

  public seen({ kind, uuid, after }: Transition): void {
    if (kind !== 'virtual-ip') return;
    for (const listener of this.listeners.get(uuid) ?? []) listener(after);
  }

  private async ask(virtualIp: KeptVirtualIp, departing: DepartingPort, signal: AbortSignal): Promise<void> {
    const { clock, writer, answerWithinMs } = this.parts;
    const { port } = departing;
    const answered = this.answered(virtualIp.uuid, port);
    try {
      const key = departureKey(port);
      const value: DepartureState = 'asked';
      const update = { operation: 'set' as const, key, value };
      await writer.updateMap(
        { kind: 'virtual-ip', uuid: virtualIp.uuid, field: 'annotations', updates: [update] },
        signal,
      );
      await withTimeout(clock, answerWithinMs, signal, (own) => answered.within(own));
    } catch (error) {
      if (!hasCode(error, 'timeout') || signal.aborted) throw error;
      await this.dropAll(departing, signal);
    } finally {
      answered.forget();
    }
  }

  // Heard from before the question on: the answer can come before the question's own.
  private answered(uuid: string, port: string): { within(signal: AbortSignal): Promise<void>; forget(): void } {
    let tell: () => void = () => undefined;
    let isAnswered = false;
    const listener = (virtualIp: EntityOf<'virtual-ip'> | undefined): void => {
      if (virtualIp?.annotations[departureKey(port)] !== ('let-go' satisfies DepartureState)) return;
      isAnswered = true;
      tell();
    };
    const all = this.listeners.get(uuid) ?? new Set();
    this.listeners.set(uuid, all.add(listener));
    return {
      within: (signal) =>
        new Promise((resolve, reject) => {
          if (isAnswered) {
            resolve();
            return;
          }
          const release = onAbort(signal, () => {
            reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
          });
          tell = () => {
            release();
            resolve();
          };
        }),
      forget: () => {
        all.delete(listener);
        if (all.size === 0) this.listeners.delete(uuid);
      },
    };
  }

  private async dropAll({ vip, port }: DepartingPort, signal: AbortSignal): Promise<void> {
    const { cache, directory, writer } = this.parts;
    const { vipPort } = this.virtualIpOf(vip).record;
    const associated = directory.associatedAt(vipPort).filter((association) => association.vip === vip);
    const floatingIps = associated
      .flatMap(({ floatingIp }) => cache.get('floating-ip', floatingIp) ?? [])
      .filter(({ refs }) => refs['virtual-machine-interface'].includes(port));
    // What an association shows by comes first: who looks after a crash would take it for ended (docs/design.md, "Writes").
    const { address } = vipKeyParts(vip);
    const isWhole = floatingIps.every(
      ({ fixedIp, refs }) => fixedIp === address && refs['virtual-machine-interface'].includes(vipPort),
    );
    if (!isWhole)
      throw new SvcMonitorError('unavailable', 'nobody lets go of the port, and its floating ips are not whole');
    await Promise.all(
      floatingIps.map(({ uuid }) =>
        writer.updateReference(
          { kind: 'floating-ip', uuid, refKind: 'virtual-machine-interface', refUuid: port, operation: 'DELETE' },
          signal,
        ),
      ),
    );
  }

  private async takeBack(uuid: string, port: string): Promise<void> {
    const update = { operation: 'delete' as const, key: departureKey(port) };
    try {
      await this.parts.writer.updateMap(
        { kind: 'virtual-ip', uuid, field: 'annotations', updates: [update] },
        // It has to be taken back also when who has asked does not wait any more; each request has its own timeout.
        new AbortController().signal,
      );
    } catch (error) {
      // With the virtual-ip its record is gone.
      if (!isNotFound(error)) throw error;
    }
  }

  private virtualIpOf(vip: VipKey): KeptVirtualIp {
    const found = findManaged(this.parts.cache, vip).toSorted((one, other) => (one.uuid < other.uuid ? -1 : 1));
    const [virtualIp] = found;
    if (virtualIp === undefined)
      throw new SvcMonitorError('not-found', 'no virtual-ip of ours records the VIP', { details: { vip } });
    return virtualIp;
  }
}
