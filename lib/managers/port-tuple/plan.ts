import type { ObjectRef } from '../../cache/index.js';
import { sortedVerdicts, type Plan, type Stage } from '../../planning/index.js';
import { planAddresses } from './address-plan.js';
import { planCheckAddresses } from './check-plan.js';
import { planLinks } from './link-plan.js';
import { planPairs } from './pair-plan.js';
import { stagesOf, together, type Complaint, type Pieces } from './pieces.js';
import type { LinkSeen, ServiceSeen } from './seen.js';
import { standingsOf } from './standing.js';

/** What is to be done for a service instance. */
export interface ServicePlan extends Plan {
  readonly complaints: readonly Complaint[];
  /** What is linked now, by interface type: to be remembered. */
  readonly linked: Readonly<Record<string, readonly string[]>>;
  /** What was linked when it was last looked at, and is taken away by this: to be remembered until that is done. */
  readonly unlinked: Readonly<Record<string, readonly string[]>>;
  /** By interface: other service instances that have it in a port tuple, and are to look at it when it is written to. */
  readonly wakes: ReadonlyMap<string, readonly string[]>;
}

/** Plans a service instance with port tuples. Pure. */
export function planService(seen: ServiceSeen): ServicePlan {
  const linked = byType(seen.links);
  const nothing = {
    stages: [],
    verdicts: [],
    heeds: [],
    complaints: [],
    linked,
    unlinked: {},
    wakes: new Map<string, readonly string[]>(),
  };
  // What is gone for the cache may only not have been read yet: an address that is deleted is another one when it is made anew.
  if (!seen.isThere && !seen.isVerified && seen.addresses.length > 0) {
    return { ...nothing, verify: [{ kind: 'service-instance', uuid: seen.uuid }, ...seen.unseen] };
  }
  // Or it cannot be read: as long as that is so, nobody can tell what is to be taken away.
  if (seen.unseen.length > 0) return { ...nothing, verify: seen.isVerified ? [] : seen.unseen };
  const { types, verdicts, complaints } = standingsOf(seen);
  const all = new Map(types.map((one) => [one.type, one]));
  const pieces = together(
    types.flatMap((one) => [
      planAddresses(
        one,
        seen.pool,
        seen.links.filter(({ type }) => type === one.type),
      ),
      planPairs(one, all),
      planLinks(one, { all: seen.links, remembered: seen.remembered[one.type] ?? [], types: all }),
      planCheckAddresses(one, seen.links),
    ]),
  );
  const stages = stagesOf(pieces);
  return {
    stages,
    verdicts: sortedVerdicts(verdicts, pieces.verdicts),
    heeds: subjectsOf(stages),
    verify: [],
    goesOn: pieces.goesOn === true,
    complaints: [...complaints, ...ofService(seen), ...pieces.complaints],
    linked,
    unlinked: takenAway(pieces, seen),
    wakes: wokenBy(seen),
  };
}

function takenAway({ writes }: Pieces, { remembered }: ServiceSeen): ServicePlan['unlinked'] {
  const gone = new Set(
    (writes.interfaces ?? []).flatMap((one) => (one.do === 'delete-reference' ? [one.to.uuid] : [])),
  );
  return Object.fromEntries(
    Object.entries(remembered).map(([type, uuids]) => [type, uuids.filter((uuid) => gone.has(uuid))]),
  );
}

function wokenBy({ interfaces }: ServiceSeen): ServicePlan['wakes'] {
  return new Map(interfaces.flatMap(({ uuid, others }) => (others.length === 0 ? [] : [[uuid, others]])));
}

function ofService({ uuid, isThere, types, interfaces, oversized }: ServiceSeen): readonly Complaint[] {
  const about = { kind: 'service-instance', uuid };
  const isWaiting = isThere && types === undefined && interfaces.some(({ isInTuple }) => isInTuple);
  return [
    ...(isWaiting ? [{ type: 'service-incomplete', ...about, message: 'its template is not there' } as const] : []),
    ...oversized.map(({ what }): Complaint => ({
      type: 'port-tuples-oversized',
      ...about,
      message: `too many ${what}: the first count`,
    })),
  ];
}

function byType(links: readonly LinkSeen[]): ServicePlan['linked'] {
  const found: Record<string, string[]> = {};
  for (const { type, uuid } of links) (found[type] ??= []).push(uuid);
  return found;
}

// Whoever changes one of them makes what was planned for it wrong.
function subjectsOf(stages: readonly Stage[]): readonly ObjectRef[] {
  const found = new Map<string, ObjectRef>();
  for (const { writes } of stages) {
    for (const write of writes) if (write.do !== 'create' && 'uuid' in write.on) found.set(write.on.uuid, write.on);
  }
  return [...found.values()];
}
