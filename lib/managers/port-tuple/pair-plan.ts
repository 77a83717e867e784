import { canonicalAddress, type AllowedAddressPair } from '../../model/index.js';
import { decide, verdictOf, type Verdict, type Write } from '../../planning/index.js';
import { defaultMode } from './observe.js';
import type { Pieces } from './pieces.js';
import { pairRules, type PairFacts } from './passed-on-rules.js';
import type { AddressSeen, PrefixSeen } from './seen.js';
import { isSharedOfOurs, type ServiceType, type StandingInterface } from './standing.js';
import { follow, followsNothing, setPairs, type Following } from './writes.js';

/** What the shared addresses of a type are to follow: the first pair that the service instance defines. */
export function followingOf({ defined }: Pick<ServiceType, 'defined'>): Following {
  const [first] = defined?.pairs ?? [];
  if (first?.ip === undefined) return followsNothing;
  const { ip_prefix: prefix, ip_prefix_len: length } = first.ip;
  return { tracking: { ip_prefix: prefix, ip_prefix_len: length }, mode: first.address_mode ?? defaultMode };
}

/**
 * Plans the allowed address pairs of the interfaces of a type, and what its shared addresses follow.
 *
 * What they follow is the memory of it: pairs whose first address they follow were set by the service instance. So one of them follows a new pair
 * before the interfaces have it, and another one the old pair until none has it any more.
 */
export function planPairs(type: ServiceType, all: ReadonlyMap<string, ServiceType>): Pieces {
  const shared = type.addresses.filter(isSharedOfOurs);
  if (shared.length === 0 || type.service === 'without-template') return { writes: {}, verdicts: [], complaints: [] };
  const wanted = type.defined?.pairs;
  const followed = shared.flatMap(({ tracking }) => tracking ?? []);
  const interfaces: Write[] = [];
  const verdicts: Verdict[] = [];
  for (const one of [...type.parts, ...type.former]) {
    const rule = decide(pairRules, {
      isPart: one.partOf === type.type,
      isDefined: wanted !== undefined,
      has: pairsOf(one, wanted, followed),
      isElsewhere: one.hasOtherPairs || isSetByOtherType(one, type, all),
    });
    if (rule.stands === 'set' && wanted !== undefined) interfaces.push(setPairs(one.uuid, wanted));
    if (rule.stands === 'clear') interfaces.push(setPairs(one.uuid, []));
    if (rule.stands !== 'leave') verdicts.push(verdictOf({ kind: 'virtual-machine-interface', uuid: one.uuid }, rule));
  }
  const following = followingOf(type);
  // Of a service that is gone the addresses go, too.
  const behind = type.service === 'gone' ? [] : shared.filter((address) => !follows(address, following));
  const isFirst = ({ family }: AddressSeen): boolean =>
    wanted !== undefined && (family === 'v6' || !shared.some((other) => other.family === 'v6'));
  return {
    writes: {
      follow: behind.filter(isFirst).map(({ uuid }) => follow(uuid, following)),
      interfaces,
      'follow-last': behind.filter((one) => !isFirst(one)).map(({ uuid }) => follow(uuid, following)),
    },
    verdicts,
    complaints: [],
  };
}

function isSetByOtherType(
  { partOf }: StandingInterface,
  type: ServiceType,
  all: ReadonlyMap<string, ServiceType>,
): boolean {
  return partOf !== undefined && partOf !== type.type && all.get(partOf)?.defined?.pairs !== undefined;
}

function pairsOf(
  { isInTuple, pairs = [], pairAddresses }: StandingInterface,
  wanted: readonly AllowedAddressPair[] | undefined,
  followed: readonly PrefixSeen[],
): PairFacts['has'] {
  if (!isInTuple) {
    if (pairAddresses.length === 0) return 'none';
    const isFollowed = followed.some(({ ip_prefix: address }) =>
      pairAddresses.includes(canonicalAddress(address) ?? ''),
    );
    return isFollowed ? 'followed' : 'others';
  }
  const [first] = pairs;
  if (first === undefined) return 'none';
  if (wanted?.length === pairs.length && wanted.every((one, index) => isSame(one, pairs[index]))) return 'wanted';
  return followed.some((prefix) => isSamePrefix(prefix, first.ip)) ? 'followed' : 'others';
}

// The server may fill in a mac where none was given.
function isSame(wanted: AllowedAddressPair, has: AllowedAddressPair | undefined): boolean {
  const mac = wanted.mac ?? '';
  return (
    has !== undefined &&
    (wanted.ip === undefined ? has.ip === undefined : isSamePrefix(wanted.ip, has.ip)) &&
    (mac === '' || mac.toLowerCase() === has.mac?.toLowerCase()) &&
    (wanted.address_mode ?? defaultMode) === (has.address_mode ?? defaultMode)
  );
}

function isSamePrefix(one: PrefixSeen, other: PrefixSeen | undefined): boolean {
  return one.ip_prefix === other?.ip_prefix && one.ip_prefix_len === other.ip_prefix_len;
}

// Without pairs only what follows something is brought back: how others are used is none of our business.
function follows({ tracking, mode }: AddressSeen, wanted: Following): boolean {
  if (wanted.tracking === undefined) return tracking === undefined;
  return isSamePrefix(wanted.tracking, tracking) && mode === wanted.mode;
}
