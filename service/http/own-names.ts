import { lookup, lookupService } from 'node:dns/promises';
import { hostname } from 'node:os';

/** The names of this host that need no asking. */
export function localNames(): readonly string[] {
  return ['localhost', hostname()];
}

/**
 * The names that resolvers have for this host, by its own name and by the address that something listens on: what Python's `socket.getfqdn` gives,
 * by which contrail-status asks. Never rejects: what cannot be resolved has no such name.
 */
export async function resolvedNames(host: string): Promise<readonly string[]> {
  const names = await Promise.all([hostname(), host].map(nameOf));
  return names.flatMap((name) => (name === undefined ? [] : [name]));
}

async function nameOf(host: string): Promise<string | undefined> {
  try {
    const { address } = await lookup(host);
    const { hostname: name } = await lookupService(address, 0);
    return name;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
