import type { CachedKind, CacheReader, Entities, PortEntity, Transition } from '../../cache/index.js';
import { vipKey, vipKeyParts, type VipKey } from '../../model/index.js';

/** What a reaction may look at. */
export interface ReactionContext {
  readonly cache: CacheReader;
  /** Whether what a port has as pairs may be VIPs: `mayCarry`, by the settings. */
  readonly isAmphoraPort: (port: PortEntity) => boolean;
}

/** The VIPs that an object of a kind touches. */
export type Reaction<K extends CachedKind> = (entity: Entities[K], context: ReactionContext) => Iterable<VipKey>;

/**
 * Which VIPs are touched when an object is created, changed or deleted. Asked for the object as it was and as it is.
 *
 * | changed | touched VIPs |
 * |---|---|
 * | virtual-network | all of the network: sharing decides whom to trust |
 * | virtual-machine-interface | its own addresses, its pairs if they may be VIPs, the virtual-ips that reference it |
 * | instance-ip | its address, and all that its ports touch |
 * | floating-ip | the addresses and pairs of the ports that it references, the virtual-ips that record it, those for which we wrote on it |
 * | virtual-ip | the VIP that it is kept for |
 */
export const reactions: { readonly [K in CachedKind]: Reaction<K> } = {
  'virtual-network': (network, { cache }) => keysOfNetwork(network.uuid, cache),
  'virtual-machine-interface': keysOfPort,
  'instance-ip': (ip, context) => {
    const keys =
      ip.networkUuid === undefined || ip.address === undefined
        ? []
        : relevant([vipKey(ip.networkUuid, ip.address)], context);
    return [...keys, ...keysOfPorts(ip.portUuids, context)];
  },
  'floating-ip': (floatingIp, context) => [
    ...keysOfPorts(floatingIp.portUuids, context),
    ...context.cache.find('virtual-ip', 'virtualIpsByFloatingIp', floatingIp.uuid).flatMap(recordedKey),
    ...context.cache.traces.footprints.vipsOf(floatingIp.uuid),
  ],
  'virtual-ip': recordedKey,
};

/** The VIPs that a transition touches, each once: those of the object before and those of the object after. */
export function touchedVips(transition: Transition, context: ReactionContext): ReadonlySet<VipKey> {
  const reaction = reactions[transition.kind] as Reaction<CachedKind>;
  const keys = new Set<VipKey>();
  for (const entity of [transition.before, transition.after]) {
    if (entity === undefined) continue;
    for (const key of reaction(entity, context)) keys.add(key);
  }
  return keys;
}

/**
 * In whose hands the change was: the project of the object, or the network itself, of which no project is known. Those who change a lot
 * share the queue with others project by project. Undefined: not known.
 */
export function causeOf({ kind, before, after }: Transition, cache: CacheReader): string | undefined {
  const entity = after ?? before;
  if (entity === undefined) return undefined;
  switch (kind) {
    case 'virtual-network':
      return entity.uuid;
    case 'instance-ip':
      return projectOfPorts((entity as Entities['instance-ip']).portUuids, cache);
    case 'floating-ip':
      return (entity as Entities['floating-ip']).projectUuids[0];
    default:
      return (entity as Entities['virtual-machine-interface' | 'virtual-ip']).projectUuid;
  }
}

/** Every VIP that there is anything to do for: those with a virtual-ip of ours, and those that are carried. */
export function allVips(context: ReactionContext): ReadonlySet<VipKey> {
  const keys = new Set<VipKey>();
  for (const key of context.cache.keys('virtualIpsByVip')) keys.add(key as VipKey);
  for (const key of context.cache.keys('portsByPair')) {
    if (isCarried(key as VipKey, context)) keys.add(key as VipKey);
  }
  return keys;
}

function keysOfPort(port: PortEntity, context: ReactionContext): readonly VipKey[] {
  const { cache } = context;
  const keys = cache.find('virtual-ip', 'virtualIpsByPort', port.uuid).flatMap(recordedKey);
  if (port.networkUuid === undefined) return keys;
  const network = port.networkUuid;
  if (context.isAmphoraPort(port)) keys.push(...port.pairAddresses.map((address) => vipKey(network, address)));
  const own = cache
    .find('instance-ip', 'instanceIpsByPort', port.uuid)
    .flatMap((ip) => (ip.address === undefined ? [] : [vipKey(network, ip.address)]));
  return [...keys, ...relevant(own, context)];
}

function keysOfPorts(portUuids: readonly string[], context: ReactionContext): readonly VipKey[] {
  return portUuids.flatMap((uuid) => {
    const port = context.cache.get('virtual-machine-interface', uuid);
    return port === undefined ? [] : keysOfPort(port, context);
  });
}

function keysOfNetwork(networkUuid: string, cache: CacheReader): readonly VipKey[] {
  const keys: VipKey[] = [];
  for (const index of ['portsByPair', 'virtualIpsByVip'] as const) {
    for (const key of cache.keys(index)) {
      if (vipKeyParts(key as VipKey).networkUuid === networkUuid) keys.push(key as VipKey);
    }
  }
  return keys;
}

function projectOfPorts(portUuids: readonly string[], cache: CacheReader): string | undefined {
  const [first] = portUuids;
  return first === undefined ? undefined : cache.get('virtual-machine-interface', first)?.projectUuid;
}

// Most ports carry no VIP: their changes must not reach the queue.
function relevant(keys: readonly VipKey[], context: ReactionContext): readonly VipKey[] {
  return keys.filter(
    (key) => context.cache.find('virtual-ip', 'virtualIpsByVip', key).length > 0 || isCarried(key, context),
  );
}

function isCarried(key: VipKey, context: ReactionContext): boolean {
  return context.cache.find('virtual-machine-interface', 'portsByPair', key).some(context.isAmphoraPort);
}

function recordedKey(virtualIp: Entities['virtual-ip']): VipKey[] {
  return virtualIp.record === undefined ? [] : [virtualIp.record.vip];
}
