import { EmbeddedOpenSdn, OriginalStage, type Json, type SvcMonitorRecording } from '../../fixtures/index.js';
import { ManualClock } from '../../lib/index.js';
import { ObjectCache } from '../../lib/cache/index.js';
import { definitionOf, kinds, toEntity } from '../../lib/model/index.js';
import type { ConfigObject } from '../../lib/model/index.js';
import { observeLoadbalancer, type LoadbalancerView } from '../../lib/managers/loadbalancer/view/index.js';
import { ReplayedOriginal } from './replayed-original.js';
import { untold, untoldMonitor } from './untold-objects.js';

interface Updates {
  readonly updates?: readonly { readonly value?: { readonly key: string; readonly value: string } | null }[];
}

/** A text as the original left it, and the load balancer as it was then. */
export interface RecordedText {
  readonly recording: SvcMonitorRecording;
  /** From 0. */
  readonly step: number;
  readonly text: string;
  readonly view: LoadbalancerView;
}

/** All texts that the original writes in a recording. */
export function writtenTexts(recording: SvcMonitorRecording): readonly string[] {
  return writtenValues(recording, 'haproxy_config');
}

/**
 * The texts that stand on the server after each step of a recording, with its original at work. Left out are load balancers of
 * which it writes none: what the recording only names has no address, or no order.
 */
export async function recordedTexts(
  recording: SvcMonitorRecording,
  all: readonly SvcMonitorRecording[],
): Promise<readonly RecordedText[]> {
  const server = new EmbeddedOpenSdn();
  await server.start();
  const written = new Set(writtenValues(recording, 'lb_uuid'));
  const found: RecordedText[] = [];
  const onStep = (step: number): void => {
    const cache = cacheOf(server);
    for (const instance of server.list('service-instance')) {
      const { haproxy_config: text, lb_uuid: uuid } = bindingsOf(instance);
      const view = uuid === undefined || !written.has(uuid) ? undefined : observeLoadbalancer(uuid, cache);
      if (text !== undefined && view?.vipAddress !== undefined) found.push({ recording, step, text, view });
    }
  };
  const original = new ReplayedOriginal(recording, server);
  try {
    for await (const step of new OriginalStage({ recording, all, server, onStep }).play(original))
      original.played(step);
  } finally {
    await original.close();
    await server.stop();
  }
  return found;
}

function writtenValues(recording: SvcMonitorRecording, key: string): readonly string[] {
  return recording.events.flatMap((event) => {
    if (!('http' in event) || event.by !== 'svc-monitor') return [];
    const { updates = [] } = (event.http.request ?? {}) as Updates;
    return updates.flatMap(({ value }) => (value?.key === key ? [value.value] : []));
  });
}

function cacheOf(server: EmbeddedOpenSdn): ObjectCache {
  const cache = new ObjectCache(new ManualClock());
  for (const kind of kinds) {
    const { schema } = definitionOf(kind);
    const more = kind === 'loadbalancer-healthmonitor' ? [untoldMonitor] : [];
    for (const object of [...server.list(kind), ...more]) {
      const known = schema.parse({ ...object, ...untold[String(object['uuid'])] });
      cache.put(kind, toEntity(kind, known as ConfigObject));
    }
  }
  return cache;
}

function bindingsOf(instance: Json): Readonly<Record<string, string | undefined>> {
  const bindings = instance['service_instance_bindings'] as
    { readonly key_value_pair?: readonly { readonly key: string; readonly value: string }[] } | undefined;
  return Object.fromEntries((bindings?.key_value_pair ?? []).map(({ key, value }) => [key, value]));
}
