import type { CacheReader, Transition } from '../../cache/index.js';
import type { Touches } from '../../controller/index.js';
import { projectOf, type EntityOf } from '../../model/index.js';
import { mayCarry, type MarkRules } from './carriers/detection.js';
import { noMemory, vipsWrittenFor, type HistoryReader } from './history/index.js';
import { addressesOf, carriedBy, carriersOf, marksOf, networkOf } from './ports.js';
import { memberRecordKey, recordKeys } from './record/annotations.js';
import { recordedFloatingIps, recordOf, virtualIpsNaming, virtualIpsRecording, withRecord } from './record/record.js';
import { vipKey, vipKeyParts, type VipKey } from './vip-key.js';

/** What a reaction may look at besides the cache. */
export interface ReactionContext {
  readonly settings: MarkRules;
  readonly history: Pick<HistoryReader, 'memoryOf'>;
}

/**
 * Which VIPs are touched when an object is created, changed or deleted.
 *
 * | changed | touched VIPs |
 * |---|---|
 * | virtual-network | all of the network: sharing decides whom to trust |
 * | virtual-machine-interface | its own addresses, its pairs if they may be VIPs, the virtual-ips that reference or record it, those for which we wrote on a floating ip that references it |
 * | instance-ip | its address, and all that its ports touch |
 * | floating-ip | the addresses and pairs of the ports that it references, the virtual-ips that record it and may be believed, those for which we wrote on it |
 * | virtual-ip | the VIP that it is kept for, and those for which we wrote on a floating ip that it records, or that references its VIP port: it may hold it no more |
 */
export function reactions(context: ReactionContext): Touches<VipKey> {
  return {
    'virtual-network': ({ uuid }, cache) => keysOfNetwork(uuid, cache),
    'virtual-machine-interface': (port, cache) => [
      ...keysOfPort(port, cache, context),
      ...keysWrittenFor([port.uuid], cache, context),
    ],
    'instance-ip': ({ refs, address }, cache) => {
      const [network] = refs['virtual-network'];
      const own = network === undefined || address === undefined ? [] : [vipKey(network, address)];
      const ports = refs['virtual-machine-interface'];
      return [
        ...relevant(own, cache, context),
        ...keysOfPorts(ports, cache, context),
        ...keysWrittenFor(ports, cache, context),
      ];
    },
    'floating-ip': (floatingIp, cache) => {
      const memory = context.history.memoryOf(floatingIp.uuid) ?? noMemory;
      return [
        ...keysOfPorts(floatingIp.refs['virtual-machine-interface'], cache, context),
        ...virtualIpsRecording(cache, { floatingIp, memory }).map(({ record }) => record.vip),
        ...vipsWrittenFor(memory),
      ];
    },
    'virtual-ip': (virtualIp, cache) => [
      ...recordedKey(virtualIp),
      ...keysWrittenFor(recordedVipPort(virtualIp), cache, context),
      ...recordedBy(virtualIp).flatMap((uuid) => [...vipsWrittenFor(context.history.memoryOf(uuid) ?? noMemory)]),
    ],
  };
}

/** Every VIP that there is anything to do for: those with a virtual-ip of ours, and those that are carried. */
export function allVips(cache: CacheReader, context: ReactionContext): ReadonlySet<VipKey> {
  const keys = new Set<VipKey>();
  const prefix = `${recordKeys.vip}=`;
  for (const key of cache.keys('virtual-ip', 'annotation')) {
    const vip = key.slice(prefix.length) as VipKey;
    if (key.startsWith(prefix) && virtualIpsNaming(cache, vip).length > 0) keys.add(vip);
  }
  for (const key of cache.keys('virtual-machine-interface', 'pair')) {
    if (isCarried(key as VipKey, cache, context)) keys.add(key as VipKey);
  }
  return keys;
}

/**
 * In whose hands the change was: the project of the object, or a network itself of which no project is known. Those who change a lot
 * share the queue with others project by project. Undefined: not known.
 */
export function causeOf({ kind, before, after }: Transition, cache: CacheReader): string | undefined {
  const entity = after ?? before;
  if (entity === undefined) return undefined;
  switch (kind) {
    case 'virtual-network':
      return projectOf(entity) ?? entity.uuid;
    case 'instance-ip': {
      const [port] = (entity as EntityOf<'instance-ip'>).refs['virtual-machine-interface'];
      const owner = port === undefined ? undefined : cache.get('virtual-machine-interface', port);
      return owner === undefined ? undefined : projectOf(owner);
    }
    case 'floating-ip':
      return (entity as EntityOf<'floating-ip'>).refs.project[0];
    default:
      return projectOf(entity);
  }
}

type Port = EntityOf<'virtual-machine-interface'>;

function keysOfPort(port: Port, cache: CacheReader, context: ReactionContext): readonly VipKey[] {
  const naming = cache.find('virtual-ip', 'annotation', memberRecordKey(port.uuid));
  const keys = [...cache.referrers('virtual-ip', 'virtual-machine-interface', port.uuid), ...naming].flatMap(
    recordedKey,
  );
  const network = networkOf(port);
  if (network === undefined) return keys;
  if (mayCarry(marksOf(port), context.settings)) keys.push(...carriedBy(port));
  const own = addressesOf(cache, port.uuid).flatMap(({ address }) =>
    address === undefined ? [] : [vipKey(network, address)],
  );
  return [...keys, ...relevant(own, cache, context)];
}

function keysOfPorts(ports: readonly string[], cache: CacheReader, context: ReactionContext): readonly VipKey[] {
  return ports.flatMap((uuid) => {
    const port = cache.get('virtual-machine-interface', uuid);
    return port === undefined ? [] : keysOfPort(port, cache, context);
  });
}

// To which port a floating ip is attached on which we wrote may not have been known until now, or it is held there no more.
function keysWrittenFor(ports: readonly string[], cache: CacheReader, { history }: ReactionContext): readonly VipKey[] {
  return ports
    .flatMap((port) => cache.referrers('floating-ip', 'virtual-machine-interface', port))
    .flatMap(({ uuid }) => [...vipsWrittenFor(history.memoryOf(uuid) ?? noMemory)]);
}

function keysOfNetwork(networkUuid: string, cache: CacheReader): readonly VipKey[] {
  const prefix = `${recordKeys.vip}=`;
  const carried = [...cache.keys('virtual-machine-interface', 'pair')] as VipKey[];
  const named = [...cache.keys('virtual-ip', 'annotation')]
    .filter((key) => key.startsWith(`${prefix}${networkUuid}/`))
    .map((key) => key.slice(prefix.length) as VipKey)
    .filter((key) => virtualIpsNaming(cache, key).length > 0);
  return [...carried.filter((key) => vipKeyParts(key).networkUuid === networkUuid), ...named];
}

// Most ports carry no VIP: their changes must not reach the queue.
function relevant(keys: readonly VipKey[], cache: CacheReader, context: ReactionContext): readonly VipKey[] {
  return keys.filter((key) => virtualIpsNaming(cache, key).length > 0 || isCarried(key, cache, context));
}

function isCarried(key: VipKey, cache: CacheReader, { settings }: ReactionContext): boolean {
  return carriersOf(cache, key).some((port) => mayCarry(marksOf(port), settings));
}

function recordedKey(virtualIp: EntityOf<'virtual-ip'>): VipKey[] {
  const record = recordOf(virtualIp);
  return record === undefined ? [] : [record.vip];
}

function recordedVipPort(virtualIp: EntityOf<'virtual-ip'>): readonly string[] {
  const record = recordOf(virtualIp);
  return record === undefined ? [] : [record.vipPort];
}

function recordedBy(virtualIp: EntityOf<'virtual-ip'>): readonly string[] {
  const kept = withRecord(virtualIp);
  return kept === undefined ? [] : recordedFloatingIps(kept);
}
