import { z } from 'zod';
import { parseJson, textOf } from './calls.js';
import type { Upstream } from './front-end.js';

const routersSchema = z.object({
  'logical-routers': z.array(
    z.object({
      'logical-router': z.object({
        uuid: z.string(),
        virtual_machine_interface_refs: z.array(z.object({ uuid: z.string() })).nullish(),
      }),
    }),
  ),
});

/**
 * The router that the API server shows with a floating ip of the project on a port in the network: one of the project that has an interface there
 * (recording 48). It is asked in the name of the caller; null: there is none, or he may not see it.
 */
export async function routerOf(
  { project, network }: { readonly project: string; readonly network: string },
  { upstream, networkOf }: { readonly upstream: Upstream; readonly networkOf: (port: string) => string | undefined },
  signal: AbortSignal,
): Promise<string | null> {
  const path = `/logical-routers?parent_id=${project}&detail=True&fields=virtual_machine_interface_refs`;
  const { status, body } = await upstream.send({ method: 'GET', path }, signal);
  const parsed = status === 200 ? routersSchema.safeParse(parseJson(textOf(body) ?? '')) : undefined;
  const routers = parsed?.data?.['logical-routers'].map((entry) => entry['logical-router']) ?? [];
  const found = routers.find(({ virtual_machine_interface_refs: refs }) =>
    refs?.some(({ uuid }) => networkOf(uuid) === network),
  );
  return found?.uuid ?? null;
}
