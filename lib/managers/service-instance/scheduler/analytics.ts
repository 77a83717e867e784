import { z } from 'zod';
import { SvcMonitorError, throwIfAborted } from '../../../base/errors/index.js';
import { withPort } from '../../../base/settings/index.js';
import type { Asker } from './asker.js';
import { processSchema, type VrouterSays } from './says.js';

const defaultPort = 8081;
const answerSchema = z.looseObject({ value: z.array(z.unknown()) });
const nameSchema = z.looseObject({ name: z.string() });
const modeSchema = z.looseObject({ value: z.looseObject({ VrouterAgent: z.looseObject({ mode: z.string() }) }) });
const statusSchema = z.looseObject({
  value: z.looseObject({ NodeStatus: z.looseObject({ process_status: z.array(processSchema) }) }),
});

/**
 * What analytics says of vRouters, by their names. One of which it does not say all is left out, and so is one of which it says something that cannot be
 * understood: that is asked itself. The first server that answers counts.
 *
 * Rejects with what the last server failed by, or `aborted`.
 *
 * @param servers hosts, with or without ports, or URLs
 */
export async function askAnalytics(
  asker: Asker,
  servers: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, VrouterSays>> {
  let failure: unknown = new SvcMonitorError('unavailable', 'there is no analytics server');
  for (const server of servers) {
    try {
      return await askServer(asker, baseOf(server), signal);
    } catch (error) {
      throwIfAborted(signal);
      failure = error;
    }
  }
  throw failure;
}

async function askServer(asker: Asker, base: string, signal: AbortSignal): Promise<ReadonlyMap<string, VrouterSays>> {
  const token = await asker.token(signal);
  const headers = token === undefined ? {} : { 'X-AUTH-TOKEN': token };
  const ask = async (filter: string): Promise<ReadonlyMap<string, unknown>> => {
    const url = `${base}/analytics/uves/vrouter/*?cfilt=${filter}`;
    return entriesOf(await asker.get(url, headers, signal), url);
  };
  const modes = await ask('VrouterAgent:mode');
  const states = await ask('NodeStatus:process_status');
  const says = new Map<string, VrouterSays>();
  for (const [name, entry] of modes) {
    const mode = modeSchema.safeParse(entry);
    const state = statusSchema.safeParse(states.get(name));
    if (!mode.success || !state.success) continue;
    says.set(name, { mode: mode.data.value.VrouterAgent.mode, processes: state.data.value.NodeStatus.process_status });
  }
  return says;
}

function entriesOf(body: string, url: string): ReadonlyMap<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    throw new SvcMonitorError('bad-answer', 'analytics answered with no JSON', { cause, details: { url } });
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw new SvcMonitorError('bad-answer', 'what answers is not analytics', { details: { url } });
  const entries = new Map<string, unknown>();
  for (const entry of parsed.data.value) {
    const named = nameSchema.safeParse(entry);
    if (named.success) entries.set(named.data.name, entry);
  }
  return entries;
}

function baseOf(server: string): string {
  return server.includes('://') ? server.replace(/\/+$/, '') : `http://${withPort(server, defaultPort)}`;
}
