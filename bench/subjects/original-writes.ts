import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';

/** What the original svc-monitor wrote in a recording. */
export interface OriginalWrites {
  /** All that it sent, refused ones included. */
  readonly writes: number;
  /** How many times a tenant sent the request that is asked for. */
  readonly deeds: number;
}

const folder = new URL('../../../fixtures/recordings/svc-monitor/', import.meta.url);

const recordingSchema = z.object({
  events: z.array(
    z.object({
      'svc-monitor': z.object({ path: z.string() }).optional(),
      http: z.object({ path: z.string(), request: z.unknown() }).optional(),
    }),
  ),
});

/**
 * Counts what the original wrote. The recordings are read when a subject runs, and are not part of the package.
 *
 * @param number of the recording, such as 60
 * @param isDeed whether a request of a tenant is one of those to be counted
 */
export async function originalWrites(
  number: number,
  isDeed: (request: { readonly path: string; readonly request?: unknown }) => boolean,
): Promise<OriginalWrites> {
  const name = (await readdir(folder)).find((file) => file.startsWith(`${number}-`));
  if (name === undefined) throw new Error(`there is no recording ${number}`);
  const { events } = recordingSchema.parse(JSON.parse(await readFile(new URL(name, folder), 'utf8')));
  return {
    writes: events.filter((event) => event['svc-monitor'] !== undefined).length,
    deeds: events.filter(({ http }) => http !== undefined && isDeed(http)).length,
  };
}
