import type { ConfigReader, ConfigWriter } from '../../../config-api/index.js';
import { isNotFound } from '../../../base/errors/index.js';
import type { FloatingIp } from '../../../model/index.js';
import { refUuids } from '../../../model/index.js';
import type { KnownSchema } from './schema-knowledge.js';

/** What a check of the API server's schema has found. */
export interface SchemaCheck {
  /** `unknown`: there was nothing to see, and nothing to try it with, or no trial was allowed. */
  readonly schema: KnownSchema;
  /** What it was concluded from. */
  readonly evidence: string;
}

/** What a {@link checkSchema} is made of. */
export interface SchemaCheckOptions {
  readonly client: ConfigReader & ConfigWriter;
  /** Whether it may write: a virtual-ip of its own, removed at the end, with a relaxed reference to some floating ip. */
  readonly trial: boolean;
  /** Makes the name of that virtual-ip unique. */
  readonly newName: () => string;
}

/**
 * Finds out whether an API server keeps references virtual-ip → floating-ip.
 *
 * Looks at what is there first. An extended server without any such reference looks like a stock one, which answers a reference that its
 * schema lacks with 200 and shows nothing (docs/opensdn.md, 5.1): then only a trial tells.
 * Rejects with what the config API answers, or `aborted`.
 */
export async function checkSchema(options: SchemaCheckOptions, signal: AbortSignal): Promise<SchemaCheck> {
  const { client, trial } = options;
  for await (const page of client.listDetail('virtual-ip', { fields: ['floating_ip_refs'] }, signal)) {
    const witness = page.objects.find((virtualIp) => refUuids(virtualIp, 'floating-ip').length > 0);
    if (witness !== undefined) {
      return { schema: 'native', evidence: `virtual-ip ${witness.uuid} references a floating ip` };
    }
  }
  if (!trial)
    return { schema: 'unknown', evidence: 'no virtual-ip references a floating ip, and no trial was allowed' };
  const floatingIp = await anyFloatingIp(client, signal);
  if (floatingIp === undefined) {
    return { schema: 'unknown', evidence: 'there is no floating ip of a project to try it with' };
  }
  return tryWith(floatingIp, options, signal);
}

async function tryWith(floatingIp: FloatingIp, options: SchemaCheckOptions, signal: AbortSignal): Promise<SchemaCheck> {
  const { client, newName } = options;
  const project = floatingIp.project_refs?.[0]?.to ?? [];
  const fqName = [...project, newName()];
  const properties = { virtual_ip_properties: { admin_state: false } };
  const uuid = await client.create('virtual-ip', { fqName, parentKind: 'project', properties }, signal);
  try {
    await client.updateReference(
      { kind: 'virtual-ip', uuid, refKind: 'floating-ip', refUuid: floatingIp.uuid, operation: 'ADD' },
      signal,
    );
    const shown = await client.get('virtual-ip', uuid, { fields: ['floating_ip_refs'] }, signal);
    return refUuids(shown, 'floating-ip').length > 0
      ? { schema: 'native', evidence: `a reference to floating ip ${floatingIp.uuid} was written and read back` }
      : { schema: 'stock', evidence: `a reference to floating ip ${floatingIp.uuid} was written, and is not there` };
  } finally {
    // Also when it was called off: nothing is to be left behind.
    await client.delete('virtual-ip', uuid, new AbortController().signal).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

async function anyFloatingIp(client: ConfigReader, signal: AbortSignal): Promise<FloatingIp | undefined> {
  for await (const page of client.listDetail('floating-ip', { fields: ['project_refs'], pageSize: 10 }, signal)) {
    const found = page.objects.find(({ project_refs: refs }) => (refs?.[0]?.to ?? []).length > 0);
    if (found !== undefined) return found;
  }
  return undefined;
}
