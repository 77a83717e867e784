import { canonicalAddress } from '../model/index.js';
import { uuidIn, type NeutronCall } from './calls.js';
import type { ShownFloatingIp } from './shown.js';

type Filters = Readonly<Record<string, unknown>>;

/** Filters by fields of a floating ip that the API server passes over (docs/opensdn.md, 8), and how their values are compared. */
const passedOver: Readonly<Record<string, { readonly field: string; readonly compared: (value: string) => string }>> = {
  fixed_ip_address: { field: 'fixed_ip_address', compared: (value) => canonicalAddress(value) ?? value },
  router_id: { field: 'router_id', compared: (value) => uuidIn(value) ?? value },
  status: { field: 'status', compared: (value) => value },
  project_id: { field: 'tenant_id', compared: (value) => uuidIn(value) ?? value },
  floating_network_id: { field: 'floating_network_id', compared: (value) => uuidIn(value) ?? value },
  description: { field: 'description', compared: (value) => value },
};

/** The values of a filter; undefined: it is not set. */
export function valuesOf(filters: Filters, name: string): readonly unknown[] | undefined {
  const value = filters[name];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

/** The uuids that a filter names; undefined: it is not set; `malformed`: something else is among them, or they are no list. */
export function uuidsOf(filters: Filters, name: string): readonly string[] | 'malformed' | undefined {
  const value = filters[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return 'malformed';
  const uuids = value.map(uuidIn);
  return uuids.every((uuid) => uuid !== undefined) ? [...new Set(uuids)] : 'malformed';
}

/** Whether a floating ip passes those filters that the API server passes over. Of what an answer does not show nothing is asked. */
export function passesOthers({ value }: ShownFloatingIp, filters: Filters): boolean {
  return Object.entries(passedOver).every(([name, { field, compared }]) => {
    const wanted = valuesOf(filters, name);
    if (wanted === undefined || (!(field in value) && field !== 'description')) return true;
    const own = textOf(value[field], compared);
    return wanted.some((one) => textOf(one, compared) === own);
  });
}

/** Whether one of those filters is set. */
export function hasOthers(filters: Filters): boolean {
  return Object.keys(passedOver).some((name) => valuesOf(filters, name) !== undefined);
}

/** Whether the filter by fixed ip names the address. */
export function namesFixedIp(filters: Filters, address: string): boolean {
  const wanted = valuesOf(filters, 'fixed_ip_address') ?? [];
  return wanted.some((value) => typeof value === 'string' && canonicalAddress(value) === address);
}

/**
 * The projects whose floating ips a list can show; undefined: those of all projects. A user who is no administrator sees those of his own, whatever
 * he asks for.
 */
export function projectsAskedFor({ isAdmin, tenant, filters = {} }: NeutronCall): ReadonlySet<string> | undefined {
  if (!isAdmin) return new Set(tenant === undefined ? [] : [tenant]);
  const wanted = uuidsOf(filters, 'tenant_id');
  return wanted === undefined || wanted === 'malformed' ? undefined : new Set(wanted);
}

/**
 * The same question about floating ips by their ids in place of their ports. By ids alone the API server would show a user those of other
 * projects, too.
 */
export function byIds({ filters = {}, isAdmin, tenant }: NeutronCall, ids: readonly string[]): Filters {
  const kept = Object.entries(filters).filter(([name]) => name !== 'port_id');
  return { ...Object.fromEntries(kept), id: ids, ...(isAdmin || tenant === undefined ? {} : { tenant_id: [tenant] }) };
}

function textOf(value: unknown, compared: (value: string) => string): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? compared(value) : JSON.stringify(value);
}
