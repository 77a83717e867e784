import { assertNever } from '../../../base/errors/index.js';
import type { CacheReader } from '../../../cache/index.js';
import { nameOf } from '../../../model/index.js';
import { durationText, tenths } from './duration.js';
import { isOver, type Failover, type Incident, type StepType, type Story } from './story.js';
import { shortened, type NamedObject } from './vip-view.js';

/** A step of a failover. */
export interface StepView {
  readonly step: StepType;
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** After the first step, milliseconds. */
  readonly afterMs: number;
}

/** One amphora port in the place of another, as it is shown to people. */
export interface FailoverView {
  /** Wall clock of the first step, milliseconds since 1970. */
  readonly startedAt: number;
  /** `joined`: a port has come, and none has left for it. `left`: a port has left, and none had come for it. */
  readonly what: 'failover' | 'joined' | 'left';
  readonly came?: NamedObject;
  readonly left?: NamedObject;
  /** In the order of their times. */
  readonly steps: readonly StepView[];
  /** Whether the old port is gone, and no floating ip is missed. */
  readonly over: boolean;
  /** From the first step to the last, milliseconds. */
  readonly durationMs: number;
  /** From the port that came to the last reference to it, milliseconds. */
  readonly wiredMs?: number;
  /** From the port seen leaving to the last reference to it taken away, milliseconds. */
  readonly letGoMs?: number;
  /** From a floating ip seen stripped to the last one restored, milliseconds. */
  readonly restoredMs?: number;
  /** It in words. */
  readonly sentence: string;
}

/** Something that has happened to an association, as it is shown to people. */
export interface IncidentView {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  readonly type: Incident['type'];
  readonly floatingIp: { readonly uuid: string; readonly address?: string };
  /** It in words. */
  readonly sentence: string;
}

/** A failover as it is shown to people. */
export function viewFailover(cache: CacheReader, failover: Failover): FailoverView {
  const { startedAt, startedMonotonic, came, left, steps: seen } = failover;
  const steps = (Object.entries(seen) as [StepType, number][])
    .map(([step, at]) => ({ step, afterMs: tenths(at - startedMonotonic) }))
    .sort((one, other) => one.afterMs - other.afterMs)
    .map(({ step, afterMs }) => ({ step, at: Math.round(startedAt + afterMs), afterMs }));
  const between = (from: StepType, to: StepType): number | undefined => {
    const begin = seen[from];
    const end = seen[to];
    return begin === undefined || end === undefined ? undefined : tenths(Math.max(end - begin, 0));
  };
  const times = {
    wiredMs: between('came', 'wired'),
    letGoMs: between('leaving', 'let-go'),
    restoredMs: between('stripped', 'restored'),
  };
  const named = {
    ...(came === undefined ? {} : { came: portNamed(cache, came) }),
    ...(left === undefined ? {} : { left: portNamed(cache, left) }),
  };
  return {
    startedAt,
    what: left === undefined ? 'joined' : came === undefined ? 'left' : 'failover',
    ...named,
    steps,
    over: isOver(failover),
    durationMs: steps.at(-1)?.afterMs ?? 0,
    ...known(times),
    sentence: failoverSentence(failover, named, times),
  };
}

/** What has happened to associations, the latest first. */
export function viewIncidents(cache: CacheReader, { incidents }: Story): readonly IncidentView[] {
  return incidents.toReversed().map(({ at, type, floatingIpUuid: uuid }) => {
    const address = cache.get('floating-ip', uuid)?.address;
    const floatingIp = { uuid, ...(address === undefined ? {} : { address: shortened(address, 64) }) };
    return { at, type, floatingIp, sentence: incidentSentence(type, floatingIp.address ?? uuid) };
  });
}

function incidentSentence(type: Incident['type'], address: string): string {
  switch (type) {
    case 'associated':
      return `Floating ip ${address} was associated with the VIP.`;
    case 'taken-over':
      return `Floating ip ${address} had been wired by hand, and is kept from now on.`;
    case 'stripped':
      return `The delete of a port tore floating ip ${address} off. It is being restored.`;
    case 'restored':
      return `Floating ip ${address} is back.`;
    case 'freed':
      return `The user took floating ip ${address} away.`;
    case 'moved':
      return `The user attached floating ip ${address} elsewhere.`;
    case 'vip-gone':
      return `The VIP is gone, and its association with floating ip ${address} is over.`;
    default:
      return assertNever(type);
  }
}

function failoverSentence(
  { steps, torn }: Failover,
  { came, left }: { readonly came?: NamedObject; readonly left?: NamedObject },
  times: Readonly<Record<'wiredMs' | 'letGoMs' | 'restoredMs', number | undefined>>,
): string {
  const after = (words: string, ms: number | undefined): readonly string[] =>
    ms === undefined ? [] : [`${words} ${durationText(ms)}`];
  const parts = [
    ...(came === undefined
      ? []
      : [[`Port ${callOf(came)} came`, ...after('was wired after', times.wiredMs)].join(' and ')]),
    ...(left === undefined
      ? []
      : [
          [
            [`port ${callOf(left)} left`, ...after('was let go of after', times.letGoMs)].join(', '),
            steps.gone === undefined ? 'is still there' : 'is gone',
          ].join(' and '),
        ]),
    ...(steps.stripped === undefined ? [] : ['its delete tore floating ips off']),
    ...after('they were back after', times.restoredMs),
    ...(torn.length === 0 ? [] : [`${torn.length} of them not yet back`]),
  ];
  const text = parts.join('; ');
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function callOf({ uuid, name }: NamedObject): string {
  return name === undefined ? uuid : shortened(name, 80);
}

function portNamed(cache: CacheReader, uuid: string): NamedObject {
  const port = cache.get('virtual-machine-interface', uuid);
  return port === undefined ? { uuid } : { uuid, name: shortened(nameOf(port), 255) };
}

function known(times: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(times).flatMap(([name, ms]) => (ms === undefined ? [] : [[name, ms]])));
}
