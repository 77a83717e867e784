import { decide, verdictOf, type Verdict } from '../../planning/index.js';
import type { Complaint } from './pieces.js';
import { interfaceRules, type InterfaceFacts } from './rules.js';
import type { AddressSeen, InterfaceSeen, ServiceSeen, TypeSeen } from './seen.js';

/** An interface, and of which type it is part of the service; undefined: of none. */
export interface StandingInterface extends InterfaceSeen {
  readonly partOf?: string;
}

/** One interface type of a service, and all that concerns it. */
export interface ServiceType {
  readonly serviceInstance: string;
  readonly type: string;
  readonly service: InterfaceFacts['service'];
  /** What template and service instance say of it; undefined: nothing. */
  readonly defined?: TypeSeen;
  /** Its interfaces. */
  readonly parts: readonly StandingInterface[];
  /** Others to which its shared addresses refer: they were its interfaces. */
  readonly former: readonly StandingInterface[];
  readonly addresses: readonly AddressSeen[];
}

/** What stands firm before anything is planned: what each interface is to the service. */
export interface Standings {
  readonly types: readonly ServiceType[];
  readonly verdicts: readonly Verdict[];
  readonly complaints: readonly Complaint[];
}

/** Decides what each interface is to the service, and sorts all by interface type. */
export function standingsOf(seen: ServiceSeen): Standings {
  const service = serviceOf(seen);
  const defined = new Map((seen.types ?? []).map((one) => [one.type, one]));
  const verdicts: Verdict[] = [];
  const complaints: Complaint[] = [];
  const standing = seen.interfaces.map((one) => {
    const { uuid, isInTuple, type } = one;
    const rule = decide(interfaceRules, {
      isInTuple,
      service,
      type: type === undefined ? 'none' : defined.has(type) ? 'known' : 'unknown',
    });
    const about = { kind: 'virtual-machine-interface', uuid };
    verdicts.push(verdictOf(about, rule));
    if (rule.rule === 'no-type' || rule.rule === 'unknown-type') {
      complaints.push({ type: 'service-interface-unknown', ...about, message: `${rule.says}: ${type ?? 'none'}` });
    }
    return { ...one, stands: rule.stands, ...(rule.stands === 'part' && type !== undefined ? { partOf: type } : {}) };
  });
  const types = new Set([...defined.keys(), ...seen.addresses.map(({ type }) => type)]);
  return {
    types: [...types].sort().map((type): ServiceType => {
      const addresses = seen.addresses.filter((address) => address.type === type);
      const held = new Set(addresses.filter(isSharedOfOurs).flatMap(({ interfaces }) => interfaces));
      const own = defined.get(type);
      return {
        serviceInstance: seen.uuid,
        type,
        service,
        ...(own === undefined ? {} : { defined: own }),
        parts: standing.filter(({ partOf }) => partOf === type),
        former: standing.filter(
          ({ uuid, partOf, stands }) => stands !== 'as-it-was' && partOf !== type && held.has(uuid),
        ),
        addresses,
      };
    }),
    verdicts,
    complaints,
  };
}

/** Whether it is a shared address, and ours. */
export function isSharedOfOurs({ isOurs, check }: Pick<AddressSeen, 'isOurs' | 'check'>): boolean {
  return isOurs && check === undefined;
}

function serviceOf({ isThere, types }: Pick<ServiceSeen, 'isThere' | 'types'>): ServiceType['service'] {
  if (!isThere) return 'gone';
  return types === undefined ? 'without-template' : 'there';
}
