import { annotationPrefix, canonicalAddress } from '../../../lib/model/index.js';
import { departureStates, managedBy, recordKeys } from '../../../lib/rules.js';
import { AddressMap } from './address-map.js';
import { isList, textsOf, type Json } from './json.js';

const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const bareUuidPattern = /(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/gi;
const macPattern = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i;
/** Names that every OpenSDN has: they tell nothing. */
const commonNames: ReadonlySet<string> = new Set([
  'default-domain',
  'default-project',
  'default-network-ipam',
  'default',
  '',
]);
/** What names of Octavia begin with: by that ports are told apart. */
const octaviaPrefixes = ['octavia-lb-vrrp-', 'octavia-lb-', 'lb-'] as const;
/** Fields whose texts are words of OpenSDN's own. */
const wordFields: ReadonlySet<string> = new Set([
  'parent_type',
  'created',
  'floating_ip_address_family',
  'floating_ip_traffic_direction',
  'instance_ip_family',
  'address_mode',
  'protocol',
]);
const knownLists: ReadonlySet<string> = new Set(Object.values(recordKeys));
/** What annotations of ours hold besides names. */
const ownValues: ReadonlySet<string> = new Set([managedBy, ...departureStates]);

/** What is kept as it is: the rules go by it. */
export interface KeptWords {
  /** What names of amphora ports begin with. */
  readonly prefixes: readonly string[];
  /** Names and owners that settings name. */
  readonly words: readonly string[];
}

/**
 * Replaces names, addresses, MACs and uuids: each always by the same, two never by the same, the order of uuids kept, since rules go by it.
 * What is not known to be harmless is replaced, too.
 */
export class Anonymiser {
  private readonly uuids: ReadonlyMap<string, string>;
  private readonly macs: ReadonlyMap<string, string>;
  private readonly names = new Map<string, string>();
  private readonly addresses: AddressMap;
  private readonly prefixes: readonly string[];
  private readonly words: ReadonlySet<string>;

  /** @param secret what addresses are turned by: forgotten afterwards */
  public constructor(all: readonly Json[], kept: KeptWords, secret: Uint8Array) {
    const texts = [...textsOf(all)];
    this.uuids = numbered(
      texts.flatMap((text) => [...uuidsIn(text)]),
      (number) => `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
    );
    this.macs = numbered(
      texts.filter((text) => macPattern.test(text)).map((text) => text.toLowerCase()),
      (number) =>
        `02:00:${[24, 16, 8, 0].map((shift) => ((number >> shift) & 0xff).toString(16).padStart(2, '0')).join(':')}`,
    );
    this.addresses = new AddressMap(secret);
    this.prefixes = [...kept.prefixes, ...octaviaPrefixes].toSorted((one, other) => other.length - one.length);
    this.words = new Set([...commonNames, ...kept.words]);
  }

  /** An object, or a list of some. */
  public object(value: Json): Json {
    if (typeof value !== 'object' || value === null) return value;
    if (isList(value)) return value.map((entry) => this.object(entry));
    const { ip_prefix: prefix, ip_prefix_len: length } = value;
    if (typeof prefix === 'string' && typeof length === 'number') {
      const canonical = canonicalAddress(prefix);
      const made = canonical === undefined ? this.name(prefix) : this.addresses.prefix(canonical, length);
      return { ...value, ip_prefix: made };
    }
    return Object.fromEntries(Object.entries(value).map(([field, entry]) => [field, this.field(field, entry)]));
  }

  /** A text of which only the tokens tell something: a name, an owner, a key of work. */
  public text(text: string, field = ''): string {
    if (wordFields.has(field) || this.words.has(text)) return text;
    if (field.endsWith('device_owner')) return this.owner(text);
    if (macPattern.test(text)) return this.macs.get(text.toLowerCase()) ?? this.name(text);
    const whole = this.token(text);
    if (whole !== undefined) return whole;
    if (text.includes('/'))
      return text
        .split('/')
        .map((part) => this.text(part))
        .join('/');
    const [, whom, whose] = /^(tenant|domain):(.+)$/.exec(text) ?? [];
    return whom === undefined || whose === undefined ? this.name(text) : `${whom}:${this.text(whose)}`;
  }

  private field(field: string, value: Json): Json {
    if (field === 'annotations') return this.annotations(value);
    if (typeof value === 'string') return this.text(value, field);
    if (typeof value !== 'object' || value === null || !isList(value)) return this.object(value);
    return value.map((entry) => (typeof entry === 'string' ? this.text(entry, field) : this.object(entry)));
  }

  // Who has a port: a word of OpenStack's before the colon, which says what it is, and after it what may be a name.
  private owner(text: string): string {
    const [kind = '', ...rest] = text.split(':');
    if (!/^(compute|network|neutron|baremetal)$/.test(kind) || rest.length === 0) return this.name(text);
    return rest.join(':') === 'nova' || kind !== 'compute' ? text : `${kind}:${this.name(rest.join(':'))}`;
  }

  /** Undefined: it is more, or something else, than a uuid or an address. */
  private token(text: string): string | undefined {
    const address = canonicalAddress(text);
    if (address !== undefined) return this.addresses.address(address);
    const [uuid, ...others] = uuidsIn(text);
    if (uuid === undefined || others.length > 0) return undefined;
    const bare = uuid.replaceAll('-', '');
    const made = this.uuids.get(uuid);
    if (made === undefined) return undefined;
    if (text.toLowerCase() === uuid) return made;
    return text.toLowerCase() === bare ? made.replaceAll('-', '') : undefined;
  }

  private name(text: string): string {
    if (this.words.has(text)) return text;
    const whole = this.token(text);
    if (whole !== undefined) return whole;
    const prefix = this.prefixes.find((one) => text.startsWith(one)) ?? '';
    const rest = text.slice(prefix.length);
    // `octavia-lb-<id>`, and for additional VIPs `octavia-lb-<id>-<address>`.
    const [, id = '', , address = ''] = /^([0-9a-f-]{36})(-(.+))?$/i.exec(rest) ?? [];
    const madeId = this.token(id);
    const madeAddress = address === '' ? '' : this.token(address);
    if (prefix !== '' && madeId !== undefined && madeAddress !== undefined) {
      return `${prefix}${madeId}${address === '' ? '' : `-${madeAddress}`}`;
    }
    const known = this.names.get(text);
    if (known !== undefined) return known;
    const made = `${prefix}name-${this.names.size + 1}`;
    this.names.set(text, made);
    return made;
  }

  private annotations(value: Json): Json {
    if (typeof value !== 'object' || value === null || isList(value)) return null;
    const entries = value['key_value_pair'];
    if (entries === undefined || entries === null || !isList(entries)) return null;
    return { key_value_pair: entries.map((entry) => this.annotation(entry)) };
  }

  private annotation(entry: Json): Json {
    if (typeof entry !== 'object' || entry === null || isList(entry)) return null;
    const { key, value } = entry;
    const ownKey = typeof key === 'string' && key.startsWith(annotationPrefix) ? this.ownKey(key) : undefined;
    // A text of others may say anything: only whether it is there is told.
    if (ownKey === undefined) return { key: `annotation-${this.name(typeof key === 'string' ? key : '')}`, value: '' };
    if (typeof value !== 'string') return { key: ownKey, value: null };
    return { key: ownKey, value: ownValues.has(value) ? value : this.text(value) };
  }

  private ownKey(key: string): string | undefined {
    if (knownLists.has(key)) return key;
    const { floatingIpPrefix, memberPrefix, departingPrefix } = recordKeys;
    const list = [floatingIpPrefix, memberPrefix, departingPrefix].find((one) => key.startsWith(one));
    const made = list === undefined ? undefined : this.token(key.slice(list.length));
    return list === undefined || made === undefined ? undefined : `${list}${made}`;
  }
}

function* uuidsIn(text: string): Generator<string, void, void> {
  for (const [uuid] of text.matchAll(uuidPattern)) yield uuid.toLowerCase();
  for (const [bare] of text.matchAll(bareUuidPattern)) {
    yield bare.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
}

function numbered(values: readonly string[], make: (number: number) => string): ReadonlyMap<string, string> {
  return new Map([...new Set(values)].sort().map((value, index) => [value, make(index + 1)]));
}
