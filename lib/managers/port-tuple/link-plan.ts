import { decide, verdictOf, type Verdict, type Write } from '../../planning/index.js';
import { givenPrefix } from './observe.js';
import type { Pieces } from './pieces.js';
import { linkRules } from './passed-on-rules.js';
import type { AddressSeen, LinkKind, LinkSeen } from './seen.js';
import { isSharedOfOurs, type ServiceType, type StandingInterface } from './standing.js';
import { link, note } from './writes.js';

/** How it is noted what is passed on to interfaces of a type. */
export function notesOf(links: readonly Pick<LinkSeen, 'kind' | 'uuid'>[]): Readonly<Record<string, string>> {
  return Object.fromEntries(links.map(({ kind, uuid }) => [`${givenPrefix}${uuid}`, kind]));
}

/** What is known of route tables and health checks, besides the interfaces. */
export interface KnownLinks {
  /** All that are linked to the service instance. */
  readonly all: readonly LinkSeen[];
  /** Those that were linked for this type when it was last looked at: uuids. */
  readonly remembered: readonly string[];
  /** All interface types of the service instance. */
  readonly types: ReadonlyMap<string, ServiceType>;
}

/**
 * Plans which route tables and health checks the interfaces of a type have: those that are linked to the service instance for it. What is passed
 * on is noted on the shared address, which tenants do not see, so that it is known for ours when it is linked no more. What the original has passed
 * on is not noted: it is remembered while we run.
 */
export function planLinks(type: ServiceType, { all, remembered, types }: KnownLinks): Pieces {
  const record = recordOf(type);
  if (record === undefined || type.service === 'without-template') return { writes: {}, verdicts: [], complaints: [] };
  const linked = new Map(all.filter((one) => one.type === type.type).map((one) => [one.uuid, one]));
  const noted = new Set([...Object.keys(record.given), ...remembered]);
  const interfaces: Write[] = [];
  const verdicts: Verdict[] = [];
  let isAdded = false;
  for (const one of [...type.parts, ...type.former]) {
    const held = new Map<string, LinkKind>([
      ...one.tables.map((uuid) => [uuid, 'interface-route-table'] as const),
      ...one.checks.map((uuid) => [uuid, 'service-health-check'] as const),
    ]);
    const isPart = one.partOf === type.type;
    const candidates = new Set([...linked.keys(), ...[...noted].filter((uuid) => held.has(uuid))]);
    for (const uuid of [...candidates].sort()) {
      const kind = held.get(uuid) ?? linked.get(uuid)?.kind;
      if (kind === undefined) continue;
      const rule = decide(linkRules, {
        isPart,
        isLinked: linked.has(uuid),
        isHeld: held.has(uuid),
        isNoted: noted.has(uuid),
        isElsewhere: one.elsewhere.includes(uuid) || isPassedOnByOtherType(uuid, one, { all, types }),
      });
      if (rule.stands === 'leave') continue;
      if (rule.stands === 'add') isAdded = true;
      interfaces.push(link(rule.stands === 'add' ? 'add-reference' : 'delete-reference', one.uuid, { kind, uuid }));
      verdicts.push(verdictOf({ kind, uuid }, rule));
    }
  }
  const missing = isAdded ? [...linked.values()].filter(({ uuid }) => record.given[uuid] === undefined) : [];
  // A note of what is gone says nothing: it goes along with what is noted anyway.
  const keysOf = (uuids: readonly string[]): readonly string[] => uuids.map((uuid) => `${givenPrefix}${uuid}`);
  const over = Object.keys(record.given).filter((uuid) => !linked.has(uuid));
  const isOverdue = type.service !== 'gone' && over.some((uuid) => !record.givenGone.includes(uuid));
  return {
    writes: {
      note: missing.length === 0 ? [] : [note(record.uuid, notesOf(missing), keysOf(record.givenGone))],
      interfaces,
      forget: isOverdue ? [note(record.uuid, {}, keysOf(over))] : [],
    },
    verdicts,
    complaints: [],
    // Another type may have to pass on once more what is taken away here.
    goesOn: type.former.some(({ partOf }) => partOf !== undefined) && interfaces.length > 0,
  };
}

function isPassedOnByOtherType(
  uuid: string,
  { partOf }: StandingInterface,
  { all, types }: Pick<KnownLinks, 'all' | 'types'>,
): boolean {
  const other = partOf === undefined ? undefined : types.get(partOf);
  return (
    other !== undefined &&
    all.some((one) => one.uuid === uuid && one.type === partOf) &&
    uuid in (recordOf(other)?.given ?? {})
  );
}

/** The address on which it is noted what is passed on to interfaces of a type. */
function recordOf({ addresses }: ServiceType): AddressSeen | undefined {
  return addresses.find((one) => one.family === 'v4' && isSharedOfOurs(one));
}
