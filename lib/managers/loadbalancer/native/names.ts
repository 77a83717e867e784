import { nameOf, type EntityOf } from '../../../model/index.js';
import type { MonitorView, Named } from '../view/index.js';

/** The name of the health check of a pool and a monitor: the same each time, so that nobody makes a second one. */
export function checkName(pool: Pick<Named, 'fqName'>, monitor: Pick<MonitorView, 'uuid'>): string {
  return `${pool.fqName.at(-1) ?? ''}-${monitor.uuid}`;
}

/**
 * Whether a child of an address is named as a native driver names it: the original by its own uuid (recording svc-monitor/40), ours by that of the
 * address, so that nobody makes a second one.
 */
export function isNamedAsOurs(floatingIp: EntityOf<'floating-ip'>, address: string): boolean {
  const name = nameOf(floatingIp);
  return name === floatingIp.uuid || name === address;
}
