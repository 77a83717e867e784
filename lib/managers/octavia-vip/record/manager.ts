import type { CacheReader, VirtualIpEntity } from '../../../cache/index.js';
import { vipKeyParts, type VipKey } from '../../../model/index.js';
import { isUnclear } from '../floating-ips/observe.js';
import type { FloatingIpPlan } from '../floating-ips/plan.js';
import type { LoadBalancerPlan } from '../carriers/plan.js';
import type { SchemaKnowledge } from '../schema/schema-knowledge.js';
import { findManaged, sortManaged, takenNames, type ManagedVirtualIps } from './observe.js';
import { candidateNames, planVirtualIp, type VirtualIpPlan } from './plan.js';

/** Keeps the virtual-ip of a VIP. */
export interface VirtualIpManager {
  /** The virtual-ips that are ours for the VIP. */
  find(key: VipKey): readonly VirtualIpEntity[];
  /** Those, sorted by the VIP port that the VIP has now. */
  sort(
    managed: readonly VirtualIpEntity[],
    vip: { readonly key: VipKey; readonly vipPort: string | undefined },
  ): ManagedVirtualIps;
  /** What is to be written on them. */
  plan(input: VirtualIpInput): VirtualIpPlan;
}

/** What the virtual-ip follows from. */
export interface VirtualIpInput {
  readonly key: VipKey;
  readonly managed: ManagedVirtualIps;
  readonly loadBalancer: LoadBalancerPlan;
  readonly floatingIps: Pick<FloatingIpPlan, 'associations' | 'undecided' | 'untrusted'>;
}

/** The virtual-ip manager on the cache. */
export class CachedVirtualIpManager implements VirtualIpManager {
  public constructor(
    private readonly parts: {
      readonly cache: CacheReader;
      readonly schema: Pick<SchemaKnowledge, 'schema'>;
    },
  ) {}

  public find(key: VipKey): readonly VirtualIpEntity[] {
    return findManaged(this.parts.cache, key);
  }

  public sort(
    managed: readonly VirtualIpEntity[],
    vip: { readonly key: VipKey; readonly vipPort: string | undefined },
  ): ManagedVirtualIps {
    return sortManaged(this.parts.cache, managed, vip);
  }

  public plan({ key, managed: { current, former }, loadBalancer, floatingIps }: VirtualIpInput): VirtualIpPlan {
    const { address } = vipKeyParts(key);
    const { vipPort } = loadBalancer;
    const names =
      vipPort === undefined
        ? []
        : candidateNames(vipPort, address).map((name) =>
            [vipPort.project.domain, vipPort.project.name, name].join(':'),
          );
    return planVirtualIp({
      vip: key,
      address,
      ...(vipPort === undefined ? {} : { vipPort }),
      members: loadBalancer.members,
      former: former.map(({ uuid }) => uuid),
      existing: current.flatMap((virtualIp) =>
        virtualIp.record === undefined ? [] : [{ ...virtualIp, record: virtualIp.record }],
      ),
      unclearPorts: current.flatMap(({ portUuids }) => portUuids).filter((uuid) => isUnclear(this.parts.cache, uuid)),
      takenNames: takenNames(this.parts.cache, names, [...current, ...former]),
      associations: floatingIps.associations,
      undecided: floatingIps.undecided,
      untrusted: floatingIps.untrusted,
      schema: this.parts.schema.schema,
    });
  }
}
