import { EmbeddedCloud } from '../../../../../fixtures/index.js';
import { ManualClock } from '../../../../../lib/index.js';
import { defaultObjectList, type DefaultObject } from '../../../../../lib/managers/default-objects/index.js';

type Json = Readonly<Record<string, unknown>>;

const kinds = ['service-appliance-set', 'service-template'] as const;
const ownSet = ['default-global-system-config', 'third'];

/** An operator who works on service templates and service appliance sets of an embedded OpenSDN, as the config API lets him. */
export class OperatorOfDefaults {
  private constructor(public readonly cloud: EmbeddedCloud) {}

  public static async open(): Promise<OperatorOfDefaults> {
    return new OperatorOfDefaults(await new EmbeddedCloud({ clock: new ManualClock() }).start());
  }

  /** Deletes one of the default objects, if it is there. */
  public async delete(number: number): Promise<void> {
    const one = defaultObject(number);
    const uuid = this.uuidOf(one.kind, one.fqName);
    if (uuid !== undefined) await this.ask('DELETE', `/${one.kind}/${uuid}`, [200, 404]);
  }

  /** Makes a default object what he wants it to be: a flavor for a template, a description for a set. */
  public async put(number: number, flavor: string): Promise<void> {
    const { kind, fqName, parent, properties } = defaultObject(number);
    const template = properties['service_template_properties'] as Json | undefined;
    const own: Json =
      template === undefined
        ? { display_name: flavor }
        : { service_template_properties: { ...template, flavor }, display_name: flavor };
    await this.write(kind, fqName, {
      change: own,
      whole: { ...properties, ...own, parent_type: parent.kind },
    });
  }

  /** Makes a set of his own with a driver, or gives it another one. */
  public async putSet(driver: string | null): Promise<void> {
    const change = { service_appliance_driver: driver };
    await this.write('service-appliance-set', ownSet, {
      change,
      whole: { ...change, parent_type: 'global-system-config' },
    });
  }

  public async deleteSet(): Promise<void> {
    const uuid = this.uuidOf('service-appliance-set', ownSet);
    if (uuid !== undefined) await this.ask('DELETE', `/service-appliance-set/${uuid}`, [200, 404]);
  }

  /** What there is, one object a line, without what differs from run to run. */
  public lines(): readonly string[] {
    const compared = [
      'fq_name',
      'display_name',
      'parent_type',
      'service_template_properties',
      'service_appliance_driver',
    ];
    return kinds
      .flatMap((kind) =>
        this.cloud.server
          .list(kind)
          .map((one) => `${kind} ${JSON.stringify(compared.map((field) => one[field] ?? null))}`),
      )
      .sort();
  }

  private uuidOf(kind: string, fqName: readonly string[]): string | undefined {
    const found = this.cloud.server.list(kind).find((one) => String(one['fq_name']) === String(fqName));
    return found === undefined ? undefined : String(found['uuid']);
  }

  // Who makes it meanwhile, or deletes it, is no hindrance: it is tried once more.
  private async write(
    kind: string,
    fqName: readonly string[],
    { change, whole }: { readonly change: Json; readonly whole: Json },
  ): Promise<void> {
    for (;;) {
      const uuid = this.uuidOf(kind, fqName);
      const status =
        uuid === undefined
          ? await this.ask('POST', `/${kind}s`, [200, 409], { [kind]: { fq_name: fqName, ...whole } })
          : await this.ask('PUT', `/${kind}/${uuid}`, [200, 404], { [kind]: change });
      if (status === 200) return;
    }
  }

  private async ask(method: string, path: string, expected: readonly number[], body?: unknown): Promise<number> {
    const { status } = await this.cloud.server.ask({ method, path, ...(body === undefined ? {} : { body }) });
    if (!expected.includes(status)) throw new Error(`${method} ${path}: ${status}`);
    return status;
  }
}

function defaultObject(number: number): DefaultObject {
  const found = defaultObjectList[number];
  if (found === undefined) throw new Error(`there is no default object ${number}`);
  return found;
}
