import { canonicalAddress } from '../model/index.js';
import type { Association } from './directory.js';
import { itemsOf, membersOf, replaced, separatorOf, valueAt } from './json-text.js';
import { parseJson, uuidIn } from './calls.js';

/** A floating ip as an answer shows it. */
export interface ShownFloatingIp {
  /** A uuid with dashes. */
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** As it stands in the answer. */
  readonly text: string;
}

/** What an answer shows: one floating ip, or several. */
export interface ShownAnswer {
  readonly entries: readonly ShownFloatingIp[];
  /** What stands between two of them. */
  readonly separator: string;
}

/** The answer to a list of floating ips; undefined: it is none. */
export function shownList(text: string): ShownAnswer | undefined {
  const values = parseJson(text);
  if (!Array.isArray(values)) return undefined;
  const spans = itemsOf(text, valueAt(text, 0));
  const entries: ShownFloatingIp[] = [];
  for (const [index, { start, end }] of spans.entries()) {
    const entry = shown(values[index], text.slice(start, end));
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return { entries, separator: separatorOf(text) };
}

/** The answer to a create, an update or a read of a floating ip; undefined: it is none. */
export function shownOne(text: string): ShownFloatingIp | undefined {
  return shown(parseJson(text), text);
}

/** A text of the same form for several floating ips. */
export function listText(entries: readonly ShownFloatingIp[], separator: string): string {
  return `[${entries.map(({ text }) => text).join(separator)}]`;
}

/** How an answer is to show a floating ip that is associated with a VIP, where it shows it otherwise. */
export interface Correction {
  readonly portId: string;
  readonly fixedIp: string;
  /** It was shown with no port at all: as what belongs to a port, too, it is to be shown. */
  readonly isDown: boolean;
}

/**
 * What is to be shown in place of what is: the VIP port, and the VIP, as of a floating ip with a single reference. Undefined: it is to be left, as
 * what the server shows is none of what comes of several references. Then its user has freed it or moved it, and the cache does not know yet.
 *
 * @param carries whether a port may be one that carries the VIP
 */
export function correctionOf(
  { value }: ShownFloatingIp,
  { vipPort, address, addresses }: Pick<Association, 'vipPort' | 'address' | 'addresses'>,
  carries: (port: string) => boolean,
): Correction | undefined {
  const { port_id: portId, fixed_ip_address: fixedIp } = value;
  if (typeof fixedIp !== 'string') return undefined;
  const isVipPorts = addresses.includes(canonicalAddress(fixedIp) ?? '');
  const isDown = portId === null;
  // A restore sets the fixed ip first.
  if (isDown) return isVipPorts ? { portId: vipPort, fixedIp, isDown } : undefined;
  const port = uuidIn(portId);
  if (port === undefined || (port !== vipPort && !carries(port))) return undefined;
  return { portId: vipPort, fixedIp: isVipPorts ? fixedIp : address, isDown };
}

/** The floating ip as it is to be shown; the same one if it is already. Only values that stand there are replaced. */
export function corrected(
  entry: ShownFloatingIp,
  { portId, fixedIp, isDown }: Correction,
  routerId: string | null = null,
): ShownFloatingIp {
  const wanted = {
    port_id: portId,
    fixed_ip_address: fixedIp,
    ...(isDown ? { status: 'ACTIVE', router_id: routerId } : {}),
  };
  const spans = membersOf(entry.text, valueAt(entry.text, 0));
  const changes = Object.entries(wanted).flatMap(([key, value]) => {
    const span = spans.get(key);
    return span === undefined || entry.value[key] === value ? [] : [{ ...span, text: JSON.stringify(value) }];
  });
  if (changes.length === 0) return entry;
  const kept = Object.entries(wanted).filter(([key]) => spans.has(key));
  return { ...entry, value: { ...entry.value, ...Object.fromEntries(kept) }, text: replaced(entry.text, changes) };
}

function shown(value: unknown, text: string): ShownFloatingIp | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const id = uuidIn(fields['id']);
  return id === undefined ? undefined : { id, value: fields, text };
}
