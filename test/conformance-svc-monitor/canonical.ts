import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../fixtures/index.js';

/** An object with its kind (dashed), as the config API shows it. */
export interface Shown {
  readonly kind: string;
  readonly object: Json;
}

/** Objects by their canonical names (`<kind> <fq_name>`), each by field. */
export type CanonicalState = ReadonlyMap<string, Json>;

const uuidAtEnd = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const uuidPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What tells one run from another, and nothing of the state: times, links, numbers that are given out. */
const ownOfRun: ReadonlySet<string> = new Set([
  'uuid',
  'href',
  'name',
  'fq_name',
  'parent_href',
  'virtual_network_network_id',
  'security_group_id',
  'virtual_router_ip_address',
]);

const ownOfRunWithin: ReadonlySet<string> = new Set(['href', 'created', 'last_modified']);

/**
 * A state in a form that does not depend on the uuids that were given out.
 *
 * An uuid that both sides share (`shared`) stays. Another one is replaced by the name of its object, or by `<uuid>` if there is none: in
 * names, too, so that random parts of names are no difference. Absent, null and an empty list are one. References are in one order, and so are ports; of a map each
 * entry is a field. A
 * MAC that is made of an address's or interface's uuid is named after it. Where VMs are placed is told by their number of vRouters, and
 * how those look.
 *
 * @param up whether a vRouter is up, by its name
 */
export function canonicalState(
  objects: ReadonlyMap<string, Shown>,
  shared: ReadonlySet<string>,
  up: (vrouter: string) => boolean,
): CanonicalState {
  return new Canonical(objects, shared, up).state();
}

/** The canonical name of each object. */
export function namesIn(objects: ReadonlyMap<string, Shown>, shared: ReadonlySet<string>): (uuid: string) => string {
  const canonical = new Canonical(objects, shared, () => true);
  return (uuid) => canonical.nameOf(uuid);
}

class Canonical {
  private readonly names = new Map<string, string>();
  private readonly macs = new Map<string, string>();

  public constructor(
    private readonly objects: ReadonlyMap<string, Shown>,
    private readonly shared: ReadonlySet<string>,
    private readonly up: (vrouter: string) => boolean,
  ) {}

  public state(): CanonicalState {
    for (const [uuid, { kind }] of this.objects) {
      if (kind !== 'instance-ip' && kind !== 'virtual-machine-interface') continue;
      if (!this.shared.has(uuid)) this.macs.set(macOf(uuid), `<mac of ${this.nameOf(uuid)}>`);
    }
    const placements = this.placements();
    const found = new Map<string, Json>();
    for (const [uuid, { kind, object }] of this.objects) {
      const name = this.nameOf(uuid);
      let unique = name;
      for (let count = 2; found.has(unique); count += 1) unique = `${name} #${count}`;
      const placed = kind === 'virtual-machine' ? { 'placed on vRouters': placements.get(uuid) } : {};
      found.set(unique, { ...this.fields(kind, object), ...withoutEmpty(placed) });
    }
    return found;
  }

  public nameOf(uuid: string): string {
    const known = this.names.get(uuid);
    if (known !== undefined) return known;
    const { kind, object } = this.objects.get(uuid) ?? { kind: '', object: {} };
    // A name can hold its own object's uuid.
    this.names.set(uuid, '<own uuid>');
    const name = `${kind} ${this.text(withoutRandomEnd(kind, object).join(':'))}`;
    this.names.set(uuid, name);
    return name;
  }

  private text(value: string): string {
    return value
      .replaceAll(uuidPattern, (uuid) => {
        if (this.shared.has(uuid)) return uuid;
        return this.objects.has(uuid) ? `<${this.nameOf(uuid)}>` : '<uuid>';
      })
      .replaceAll(/\b02(?::[0-9a-f]{2}){5}\b/g, (mac) => this.macs.get(mac) ?? mac);
  }

  private fields(kind: string, object: Json): Json {
    const own = Object.entries(object).filter(([field, value]) => isOwn(kind, field, value));
    return withoutEmpty(
      Object.fromEntries(
        own
          .flatMap(([field, value]) => (isMap(field) ? entriesOf(field, value) : [[field, value] as const]))
          .map(([field, value]) => [field, this.value(field === 'id_perms' ? withoutUuid(value) : value)]),
      ),
    );
  }

  private value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) {
      const entries = value.map((entry) => this.value(entry));
      return isListOfLinks(value) || isListOfPorts(value) ? entries.toSorted(byText) : entries;
    }
    if (typeof value !== 'object' || value === null) return value;
    return withoutEmpty(
      Object.fromEntries(
        Object.entries(value)
          .filter(([field]) => !ownOfRunWithin.has(field))
          .map(([field, entry]) => [field, this.value(entry)] as const)
          .toSorted(([one], [other]) => (one < other ? -1 : 1)),
      ),
    );
  }

  // Which vRouter is chosen is left to chance: what counts is whether each VM is on one that is up.
  private placements(): ReadonlyMap<string, readonly string[]> {
    const found = new Map<string, string[]>();
    for (const { kind, object } of this.objects.values()) {
      if (kind !== 'virtual-router') continue;
      const machines = list(object['virtual_machine_refs']).map(({ uuid }) => String(uuid));
      const look = this.up(strings(object['fq_name']).at(-1) ?? '') ? 'up' : 'down';
      for (const machine of machines) {
        const siblings = machines.filter((other) => this.instanceOf(other) === this.instanceOf(machine)).length;
        const text = siblings > 1 ? `${look}, with ${siblings - 1} of the same instance` : look;
        found.set(machine, [...(found.get(machine) ?? []), text].toSorted());
      }
    }
    return found;
  }

  private instanceOf(machine: string): unknown {
    return list(this.objects.get(machine)?.object['service_instance_refs'])[0]?.['uuid'] ?? machine;
  }
}

function isOwn(kind: string, field: string, value: unknown): boolean {
  if (ownOfRun.has(field) || field.endsWith('_back_refs')) return false;
  if (kind === 'virtual-router' && field === 'virtual_machine_refs') return false;
  return field.endsWith('_refs') || !isListOfLinks(value);
}

// References and children alone are lists of names and uuids.
function isListOfLinks(value: unknown): boolean {
  const entries = list(value);
  return entries.length > 0 && entries.every((entry) => 'to' in entry);
}

// Which protocols and ports are one flow each: a set in the original.
function isListOfPorts(value: unknown): boolean {
  const entries = list(value);
  return (
    entries.length > 0 &&
    entries.every(
      (entry) => 'ignore_address' in entry || isDeepStrictEqual(Object.keys(entry).toSorted(), ['port', 'protocol']),
    )
  );
}

// What the agent is handed: each entry is compared by itself.
function isMap(field: string): boolean {
  return field === 'service_instance_bindings';
}

function entriesOf(field: string, value: unknown): readonly (readonly [string, unknown])[] {
  const { key_value_pair: pairs } = typeof value === 'object' && value !== null ? (value as Json) : {};
  return list(pairs).map((pair) => [`${field} ${String(pair['key'])}`, pair['value']] as const);
}

// An object's uuid once more, as two numbers.
function withoutUuid(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, uuid: null };
}

function withoutEmpty(object: Json): Json {
  const isEmpty = (value: unknown): boolean =>
    value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isEmpty(value)));
}

/** The MAC that is made of an uuid: of its first ten digits. */
function macOf(uuid: string): string {
  return ['02', ...(uuid.replaceAll('-', '').slice(0, 10).match(/../g) ?? [])].join(':');
}

function byText(one: unknown, other: unknown): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}

function list(value: unknown): readonly Json[] {
  return Array.isArray(value)
    ? value.filter((entry): entry is Json => typeof entry === 'object' && entry !== null)
    : [];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** All uuids within a value. */
export function uuidsIn(value: unknown): readonly string[] {
  return JSON.stringify(value ?? null).match(uuidPattern) ?? [];
}

// What the original ends with the object's own uuid, ours ends with that of an address or a monitor, to find it again.
function withoutRandomEnd(kind: string, object: Json): readonly string[] {
  const name = strings(object['fq_name']);
  const isOfNative =
    (kind === 'floating-ip' && object['parent_type'] === 'instance-ip') || kind === 'service-health-check';
  return isOfNative ? [...name.slice(0, -1), (name.at(-1) ?? '').replace(uuidAtEnd, '<its end>')] : name;
}
