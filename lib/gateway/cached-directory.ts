import { onAbort } from '../base/clock/index.js';
import { SvcMonitorError } from '../base/errors/index.js';
import type { CacheReader } from '../cache/index.js';
import type { VipController, VipPlan } from '../managers/octavia-vip/index.js';
import { mayCarry, vipKey, vipKeyParts, type OctaviaVipSettings, type VipKey } from '../managers/octavia-vip/index.js';
import { nameOf, projectOf, type EntityOf } from '../model/index.js';
import type { Association, KnownCarrier, KnownVipPort, VipDirectory, Wanted, Wiring } from './directory.js';
import type { HeardChanges } from './heard-changes.js';

type Port = EntityOf<'virtual-machine-interface'>;

/** What a {@link CachedDirectory} looks at: all of one monitor. */
export interface CachedDirectoryParts {
  readonly cache: CacheReader;
  readonly controller: VipController;
  readonly settings: OctaviaVipSettings;
  readonly changes: HeardChanges;
}

/** The directory over the cache and the controller of a monitor. What it says of one floating ip or port is planned anew for that, from the cache. */
export class CachedDirectory implements VipDirectory {
  public constructor(private readonly parts: CachedDirectoryParts) {}

  public hasAssociations(projects?: ReadonlySet<string>): boolean {
    const { cache, controller } = this.parts;
    if (projects === undefined) return controller.associations.size > 0;
    return [...projects].some((project) =>
      cache
        .referrers('floating-ip', 'project', project)
        .some(({ uuid }) => controller.associations.of(uuid) !== undefined),
    );
  }

  public knownAssociationOf(floatingIp: string): Association | undefined {
    const known = this.parts.controller.associations.of(floatingIp);
    return known === undefined ? undefined : this.association(floatingIp, known.vip, known.vipPort);
  }

  public associationOf(floatingIp: string): Association | undefined {
    const { cache, controller } = this.parts;
    const entity = cache.get('floating-ip', floatingIp);
    if (entity === undefined) return undefined;
    const known = controller.associations.of(floatingIp);
    const touched = controller.touches['floating-ip']?.(entity, cache) ?? [];
    for (const vip of new Set([...(known === undefined ? [] : [known.vip]), ...touched])) {
      const { associations, vipPortUuid } = this.plan(vip);
      if (vipPortUuid !== undefined && associations.includes(floatingIp)) {
        return this.association(floatingIp, vip, vipPortUuid);
      }
    }
    return undefined;
  }

  public associatedAt(vipPort: string): readonly Association[] {
    return this.vipsOf(vipPort).flatMap((vip) => {
      const { associations, vipPortUuid } = this.plan(vip);
      return vipPortUuid === vipPort ? associations.map((uuid) => this.association(uuid, vip, vipPort)) : [];
    });
  }

  public vipPort(uuid: string): KnownVipPort | undefined {
    const network = this.networkOf(uuid);
    if (network === undefined) return undefined;
    const plans = this.vipsOf(uuid)
      .map((vip) => this.plan(vip))
      .filter((plan) => plan.vipPortUuid === uuid);
    if (plans.length === 0) return undefined;
    const carried = plans.filter(({ members }) => members.length > 0).map(({ key }) => vipKeyParts(key).address);
    return { uuid, addresses: this.addressesOf(uuid), network, carried };
  }

  public mayCarry(port: string, vip: VipKey): boolean {
    const { cache, settings } = this.parts;
    const entity = cache.get('virtual-machine-interface', port);
    if (entity === undefined) return false;
    const { networkUuid, address } = vipKeyParts(vip);
    const isPaired = entity.refs['virtual-network'][0] === networkUuid && entity.pairAddresses.includes(address);
    const { owner, vmNames } = entity;
    if (isPaired && mayCarry({ name: nameOf(entity), owner, vmNames }, settings)) return true;
    // Octavia clears the pairs of a port before it deletes it (recording 19).
    return this.vipsTouchedBy(entity).has(vip) && !this.addressesOf(port).includes(address);
  }

  public carrier(port: string): KnownCarrier | undefined {
    const { cache } = this.parts;
    const entity = cache.get('virtual-machine-interface', port);
    if (entity === undefined) return undefined;
    // Whether they reference it does not count: whoever leads may be about to write that just now.
    const vips = [...this.vipsTouchedBy(entity)].filter((vip) => {
      const { vipPortUuid, associations, refused } = this.plan(vip);
      const isRefused = refused.some(({ uuid }) => uuid === port);
      return vipPortUuid !== port && !isRefused && associations.length > 0 && this.mayCarry(port, vip);
    });
    if (vips.length === 0) return undefined;
    const project = projectOf(entity);
    const [networkUuid = ''] = entity.refs['virtual-network'];
    const network = cache.get('virtual-network', networkUuid);
    const networksProject = network && projectOf(network);
    return {
      uuid: port,
      ...(project === undefined ? {} : { project }),
      ...(networksProject === undefined ? {} : { networksProject }),
      vips,
    };
  }

  public networkOf(port: string): string | undefined {
    return this.parts.cache.get('virtual-machine-interface', port)?.refs['virtual-network'][0];
  }

  public position(): number {
    return this.parts.changes.position;
  }

  public wiring(wanted: Wanted, since: number, signal: AbortSignal): Promise<Wiring> {
    const { changes, controller } = this.parts;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const wiring = this.wiringNow(wanted, since);
        if (wiring === undefined) return;
        release();
        resolve(wiring);
      };
      // What is told while a write is noted shows in the cache a moment later.
      const lookSoon = (): void => {
        queueMicrotask(look);
      };
      const vip = this.vipAt(wanted);
      const unheard = [
        changes.onSeen((uuid) => {
          if (uuid === wanted.floatingIp) lookSoon();
        }),
        controller.associations.onChanged((changed) => {
          if (changed === vip) lookSoon();
        }),
      ];
      const unaborted = onAbort(signal, () => {
        for (const end of unheard) end();
        reject(new SvcMonitorError('aborted', 'called off', { cause: signal.reason }));
      });
      const release = (): void => {
        unaborted();
        for (const end of unheard) end();
      };
      if (!signal.aborted) look();
    });
  }

  private wiringNow({ floatingIp, vipPort, address }: Wanted, since: number): Wiring | undefined {
    const { changes, controller } = this.parts;
    const vip = this.vipAt({ vipPort, address });
    if (vip === undefined || controller.writesNothing) return 'nothing';
    if (!changes.isKnownSince(floatingIp, since)) return undefined;
    const plan = this.plan(vip);
    if (plan.vipPortUuid !== vipPort || !plan.associations.includes(floatingIp)) return 'nothing';
    return isUnderWay(plan, floatingIp, controller.isUnrecorded(vip)) ? undefined : 'wired';
  }

  private vipAt({ vipPort, address }: Pick<Wanted, 'vipPort' | 'address'>): VipKey | undefined {
    const network = this.networkOf(vipPort);
    return network === undefined ? undefined : vipKey(network, address);
  }

  private plan(vip: VipKey): VipPlan {
    const { controller, cache } = this.parts;
    return controller.plan(controller.observe(vip, cache, false));
  }

  private association(floatingIp: string, vip: VipKey, vipPort: string): Association {
    const { networkUuid: network, address } = vipKeyParts(vip);
    const project = this.parts.cache.get('floating-ip', floatingIp)?.refs.project[0];
    const addresses = [...new Set([address, ...this.addressesOf(vipPort)])];
    return { floatingIp, vip, vipPort, address, addresses, network, ...(project === undefined ? {} : { project }) };
  }

  private vipsOf(port: string): readonly VipKey[] {
    const network = this.networkOf(port);
    return network === undefined ? [] : this.addressesOf(port).map((address) => vipKey(network, address));
  }

  private vipsTouchedBy(port: Port): ReadonlySet<VipKey> {
    const { controller, cache } = this.parts;
    return new Set(controller.touches['virtual-machine-interface']?.(port, cache));
  }

  private addressesOf(port: string): readonly string[] {
    const owned = this.parts.cache.referrers('instance-ip', 'virtual-machine-interface', port);
    return owned.flatMap(({ address }) => address ?? []);
  }
}

// Bookkeeping is nobody's traffic, and what the API server refuses to record is not waited for.
function isUnderWay({ stages }: VipPlan, floatingIp: string, isUnrecorded: boolean): boolean {
  return stages.some(({ writes, isBookkeeping, isRecord }) => {
    if (isBookkeeping === true) return false;
    if (isRecord === true) return !isUnrecorded;
    return writes.some((write) => write.do !== 'create' && 'uuid' in write.on && write.on.uuid === floatingIp);
  });
}
