import { randomBytes } from 'node:crypto';
import { vipsOf, type Subject } from '../../../lib/index.js';
import type { Kind } from '../../../lib/model/index.js';
import type { ServiceConfig } from '../../config/index.js';
import { packageVersion } from '../../version.js';
import { contextOf } from '../explanation.js';
import type { ServiceEvent, ServiceWrite } from '../running-service.js';
import type { VipMirror } from '../vip-mirror.js';
import { Anonymiser } from './anonymiser.js';
import { gather, type GatheredObject } from './gather.js';
import type { Json } from './json.js';
import { namesIn, pickWrite, writeEvent, type Shown } from './requests.js';

export { Anonymiser, type KeptWords } from './anonymiser.js';
export type { Json } from './json.js';

/** The objects of a load balancer as a recording that the fixtures play. */
export interface ExportedRecording {
  readonly name: string;
  readonly description: string;
  /** What a running service remembered: its last writes, in words what has happened. Then a read of each object, as it is now. */
  readonly events: readonly Json[];
  readonly export: {
    readonly version: string;
    readonly isAnonymised: boolean;
    /** VIPs, as `<network uuid>/<address>`. */
    readonly vips: readonly string[];
    /** The settings of the rules, by their names in the code. */
    readonly rules: Readonly<Record<string, Json>>;
  };
}

/** How something is exported. */
export interface ExportOptions {
  readonly isAnonymised: boolean;
  /** What a running service remembers of a VIP. */
  readonly eventsOf: (vip: string) => Promise<readonly ServiceEvent[]>;
  /** The last writes of a running service that have to do with some objects, in their order. */
  readonly writesOf: (uuids: readonly string[]) => Promise<readonly ServiceWrite[]>;
}

/**
 * Exports all that has to do with a subject: of one VIP of a load balancer, all of its VIPs. Rejects with what the config API answers, or
 * `aborted`.
 */
export async function exportRecording(
  subject: Subject,
  parts: { readonly mirror: VipMirror; readonly config: ServiceConfig; readonly options: ExportOptions },
  signal: AbortSignal,
): Promise<ExportedRecording> {
  const { mirror, config, options } = parts;
  const { cache } = mirror;
  const context = contextOf(config);
  const direct = await mirror.planAll(vipsOf(cache, context, subject), signal);
  const ids = new Set(direct.flatMap(({ findings }) => findings.loadBalancerId ?? []));
  const keys = new Set(direct.map(({ key }) => key));
  for (const id of ids) for (const key of vipsOf(cache, context, { what: 'load-balancer', id })) keys.add(key);
  const vips = (await mirror.planAll([...keys], signal)).map(({ findings }) => findings);
  const objects = await gather(
    mirror,
    {
      vips,
      ports: subject.what === 'port' ? [subject.uuid] : [],
      floatingIps: subject.what === 'floating-ip' ? [subject.uuid] : [],
    },
    signal,
  );
  const writes = (await options.writesOf(uuidsOf(objects, ids))).map(pickWrite);
  const rules = JSON.parse(JSON.stringify(config.rules)) as Readonly<Record<string, Json>>;
  const anonymiser = options.isAnonymised
    ? new Anonymiser(
        [...objects.map(({ object }) => object), ...writes.map(namesIn), rules],
        { prefixes: [config.rules.amphoraNamePrefix], words: wordsOf(config) },
        randomBytes(32),
      )
    : undefined;
  const shown: Shown = anonymiser ?? { object: (value) => value, text: (text) => text };
  const reads = objects.map(({ kind, object }): Json => {
    const response = shown.object(object) as Readonly<Record<string, Json>>;
    const { uuid } = response;
    const path = `/${kind}/${typeof uuid === 'string' ? uuid : ''}`;
    return { http: { method: 'GET', path, request: null, status: 200, response: { [kind]: response } } };
  });
  // What a service has put into words may name anything: it is left out where names are.
  const remembered = options.isAnonymised ? [] : (await Promise.all([...keys].map(options.eventsOf))).flat();
  const told = remembered.map(({ at, says }) => ({ at, event: { mark: `${at} ${says}` } }));
  const written = writes.map((write) => ({
    at: write.write.at,
    event: writeEvent(write, shown, options.isAnonymised),
  }));
  return {
    name: 'export',
    description: `What opensdn-svc-monitor export has read${options.isAnonymised ? ', anonymised' : ''}`,
    events: [...inOrder(told, written), ...reads],
    export: {
      version: packageVersion(),
      isAnonymised: options.isAnonymised,
      vips: [...keys].map((key) => shown.text(key)),
      rules: withProjects(rules, (project: string) => shown.text(project)),
    },
  };
}

/** Objects that may be written, and what they stand for: what all have in common, such as a network, would lead to others' writes. */
const writtenKinds: readonly Kind[] = ['virtual-machine-interface', 'floating-ip', 'virtual-ip'];

function uuidsOf(objects: readonly GatheredObject[], loadBalancerIds: ReadonlySet<string>): readonly string[] {
  const written = objects.filter(({ kind }) => writtenKinds.includes(kind)).map(({ object }) => object['uuid']);
  return [...loadBalancerIds, ...written.filter((uuid) => typeof uuid === 'string')];
}

interface Told {
  /** ISO. */
  readonly at: string;
  readonly event: Json;
}

// What was told stands among the writes by its time. Those stay in their own order: several can have one time.
function inOrder(told: readonly Told[], written: readonly Told[]): readonly Json[] {
  const waiting = [...told].sort((one, other) => (one.at < other.at ? -1 : Number(one.at > other.at)));
  const events: Json[] = [];
  const tell = (until?: string): void => {
    while (waiting[0] !== undefined && (until === undefined || waiting[0].at <= until)) {
      events.push(waiting.shift()?.event ?? null);
    }
  };
  for (const { at, event } of written) {
    tell(at);
    events.push(event);
  }
  tell();
  return events;
}

// Projects that settings name by name keep it, or nobody would trust them there.
function wordsOf({ rules }: ServiceConfig): readonly string[] {
  return [rules.octaviaOwner, ...rules.amphoraProjects.flatMap((project) => project.split(':'))].filter(
    (word) => !/^[0-9a-f-]{32,36}$/i.test(word),
  );
}

function withProjects(
  rules: Readonly<Record<string, Json>>,
  shown: (project: string) => string,
): Readonly<Record<string, Json>> {
  const { amphoraProjects } = rules;
  if (!Array.isArray(amphoraProjects)) return rules;
  const projects = (amphoraProjects as readonly Json[])
    .filter((project) => typeof project === 'string')
    .map((project) => project.split(':').map(shown).join(':'));
  return { ...rules, amphoraProjects: projects };
}
