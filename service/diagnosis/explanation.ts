import {
  findSubjects,
  foreignFindingsOf,
  hasCode,
  isAborted,
  vipsOf,
  type ForeignFindings,
  type Subject,
  type VipFindings,
} from '../../lib/index.js';
import type { VipKey } from '../../lib/rules.js';
import type { ServiceConfig } from '../config/index.js';
import { adviceOnVip } from './advice.js';
import type { RunningService, ServiceEvent } from './running-service.js';
import type { VipMirror } from './vip-mirror.js';

/** Something that was asked about, as it can be named without doubt: what to ask with. */
export interface NamedSubject {
  readonly what: Subject['what'];
  /** A uuid, or `<network uuid>/<address>`. */
  readonly id: string;
  /** Its address or name. */
  readonly name?: string;
}

/** What there is to tell of one VIP. */
export interface ExplainedVip extends VipFindings {
  /** The last of what a running service remembers, the latest last. */
  readonly events: readonly ServiceEvent[];
  /** What to do next. */
  readonly advice: readonly string[];
}

/** The answer to a question about a floating ip, an address, a port or a load balancer. */
export interface Explanation {
  readonly asked: string;
  /** What it may mean. One: that is what was explained. None: there is no such thing. */
  readonly candidates: readonly NamedSubject[];
  readonly vips: readonly ExplainedVip[];
  /** What it is instead, where no VIP has to do with it. */
  readonly foreign?: ForeignFindings;
  /** Whether a running service was asked for events; why not. */
  readonly service: { readonly asked: boolean; readonly error?: string };
}

const eventsShown = 20;

/** Explains what is behind a text. Rejects with what the config API answers, or `aborted`. */
export async function explain(
  text: string,
  parts: { readonly mirror: VipMirror; readonly config: ServiceConfig; readonly service: RunningService },
  signal: AbortSignal,
): Promise<Explanation> {
  const { mirror, config, service } = parts;
  const { cache } = mirror;
  const context = contextOf(config);
  const subjects = findSubjects(cache, context, text);
  const candidates = subjects.map((subject) => named(mirror, subject));
  const [subject, ...others] = subjects;
  if (subject === undefined || others.length > 0) {
    return { asked: text, candidates, vips: [], service: { asked: false } };
  }
  const keys = vipsOf(cache, context, subject);
  if (keys.length === 0) {
    const foreign = foreignFindingsOf({ cache, settings: config.rules }, subject);
    return { asked: text, candidates, vips: [], foreign, service: { asked: false } };
  }
  const planned = await mirror.planAll(keys, signal);
  const { events, error } = await eventsOf(service, keys, signal);
  const vips = planned.map(({ key, findings }) => ({
    ...findings,
    events: events.get(key) ?? [],
    advice: adviceOnVip(findings),
  }));
  return {
    asked: text,
    candidates,
    vips,
    service: { asked: error === undefined, ...(error === undefined ? {} : { error }) },
  };
}

/** What the rules need to find VIPs where nothing is remembered. */
export function contextOf({ rules }: ServiceConfig): Parameters<typeof findSubjects>[1] {
  return { settings: rules, history: { memoryOf: () => undefined } };
}

/** A subject as it is told to people. */
export function named({ cache }: Pick<VipMirror, 'cache'>, subject: Subject): NamedSubject {
  const { what } = subject;
  switch (subject.what) {
    case 'address':
      return { what, id: subject.key };
    case 'load-balancer':
      return { what, id: subject.id };
    case 'floating-ip': {
      const address = cache.get('floating-ip', subject.uuid)?.address;
      return { what, id: subject.uuid, ...(address === undefined ? {} : { name: address }) };
    }
    case 'port':
      return { what, id: subject.uuid, ...nameIn(cache.get('virtual-machine-interface', subject.uuid)) };
    case 'virtual-ip':
      return { what, id: subject.uuid, ...nameIn(cache.get('virtual-ip', subject.uuid)) };
    case 'network':
      return { what, id: subject.uuid, ...nameIn(cache.get('virtual-network', subject.uuid)) };
  }
}

function nameIn(entity: { readonly fqName: readonly string[] } | undefined): { readonly name?: string } {
  const name = entity?.fqName.at(-1);
  return name === undefined ? {} : { name };
}

// That no service can be asked is no failure of the explanation.
async function eventsOf(
  service: RunningService,
  keys: readonly VipKey[],
  signal: AbortSignal,
): Promise<{ readonly events: ReadonlyMap<VipKey, readonly ServiceEvent[]>; readonly error?: string }> {
  const events = new Map<VipKey, readonly ServiceEvent[]>();
  try {
    for (const key of keys) events.set(key, (await service.events(key, signal)).slice(-eventsShown));
    return { events };
  } catch (error) {
    if (isAborted(error) || !hasCode(error, 'unavailable', 'timeout', 'bad-answer')) throw error;
    return { events, error: error instanceof Error ? error.message : String(error) };
  }
}
