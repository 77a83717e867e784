import type { EmbeddedOpenSdn } from '../../../../../fixtures/index.js';

type Json = Readonly<Record<string, unknown>>;

const kinds = ['logical-router', 'service-instance', 'route-table', 'virtual-network'] as const;
const instanceId = /(snat_[0-9a-f-]{36}_)[0-9a-f-]{36}/g;

/** What there is of SNAT on a server. */
export class SnatState {
  public constructor(private readonly server: EmbeddedOpenSdn) {}

  /** The objects of a kind, without those of before any router. */
  public all(kind: (typeof kinds)[number]): readonly Json[] {
    const isOfSnat = (name: string): boolean => kind === 'logical-router' || /^(snat|rt)[-_]/.test(name);
    return this.server.list(kind).filter((object) => isOfSnat(nameOf(object)));
  }

  public names(kind: (typeof kinds)[number]): readonly string[] {
    return this.all(kind).map(nameOf).sort();
  }

  /**
   * Everything as text, one object a line, without what differs from run to run: uuids that the server makes, times, and the second uuid in the
   * names of service instances.
   */
  public lines(): readonly string[] {
    return kinds
      .flatMap((kind) => this.all(kind).map((object) => `${kind} ${JSON.stringify(stable(object))}`))
      .map((line) => line.replaceAll(instanceId, '$1*'))
      .sort();
  }
}

function nameOf(object: Json): string {
  const name = object['fq_name'];
  return Array.isArray(name) ? String(name.at(-1)) : '';
}

const volatile = new Set([
  'uuid',
  'href',
  'parent_href',
  'parent_uuid',
  'id_perms',
  'subnet_uuid',
  'created',
  'last_modified',
]);

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !volatile.has(key) && !key.endsWith('_back_refs') && !key.endsWith('network_id'))
    .map(([key, part]): [string, unknown] => [key, stable(part)]);
  return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)));
}
