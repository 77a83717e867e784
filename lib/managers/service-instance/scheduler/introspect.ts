import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { SvcMonitorError } from '../../../base/errors/index.js';
import type { Asker } from './asker.js';
import { processSchema, type VrouterSays } from './says.js';

const several: ReadonlySet<string> = new Set(['UveVrouterAgent', 'NodeStatusUVE', 'ProcessStatus']);

const modeSchema = z.looseObject({
  __UveVrouterAgent_list: z.looseObject({
    UveVrouterAgent: z.tuple(
      [z.looseObject({ data: z.looseObject({ VrouterAgent: z.looseObject({ mode: z.string() }) }) })],
      z.unknown(),
    ),
  }),
});

const nodeStatus = z.looseObject({
  process_status: z.looseObject({ list: z.looseObject({ ProcessStatus: z.array(processSchema) }) }),
});
const statusSchema = z.looseObject({
  __NodeStatusUVE_list: z.looseObject({
    NodeStatusUVE: z.tuple([z.looseObject({ data: z.looseObject({ NodeStatus: nodeStatus }) })], z.unknown()),
  }),
});

/**
 * What the agent of a vRouter says of itself at its introspect: plain HTTP, XML. Rejects with `bad-answer` if that cannot be understood, with what the request
 * failed by, or `aborted`.
 *
 * @param host a name or an address, an IPv6 one in brackets
 */
export async function askAgent(
  asker: Asker,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<VrouterSays> {
  const ask = async <T>(type: string, schema: z.ZodType<T>): Promise<T> => {
    const url = `http://${host}:${port}/Snh_SandeshUVECacheReq?tname=${type}`;
    return parse(await asker.get(url, {}, signal), schema, url);
  };
  const mode = await ask('VrouterAgent', modeSchema);
  const status = await ask('NodeStatus', statusSchema);
  return {
    mode: mode.__UveVrouterAgent_list.UveVrouterAgent[0].data.VrouterAgent.mode,
    processes: status.__NodeStatusUVE_list.NodeStatusUVE[0].data.NodeStatus.process_status.list.ProcessStatus,
  };
}

function parse<T>(body: string, schema: z.ZodType<T>, url: string): T {
  // Texts stay texts, and attributes say nothing of use.
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    isArray: (name) => several.has(name),
  });
  let document: unknown;
  try {
    document = parser.parse(body);
  } catch (cause) {
    throw new SvcMonitorError('bad-answer', 'the introspect of an agent answered with no XML', {
      cause,
      details: { url },
    });
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw new SvcMonitorError('bad-answer', 'what answers is not the introspect of an agent', { details: { url } });
}
