const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const instancePattern = new RegExp(`^snat_(${uuid})_${uuid}$`);
const tablePattern = new RegExp(`^rt_(${uuid})$`);
const leftPrefix = 'snat-si-left_';

/** The router that a service instance is for, by its name: `snat_<router uuid>_<uuid>` (recording svc-monitor/60). */
export function routerOfInstance(name: string): string | undefined {
  return instancePattern.exec(name)?.[1];
}

/** The router that a route table is for, by its name: `rt_<router uuid>` (recording svc-monitor/60). */
export function routerOfTable(name: string): string | undefined {
  return tablePattern.exec(name)?.[1];
}

/** The name of the network between a router's own networks and the SNAT of a service instance (recording svc-monitor/60). */
export function leftNetworkOf(instance: string): string {
  return `${leftPrefix}${instance}`;
}

/** The service instance that a network is the left one of, by its name; undefined if it is none of SNAT. */
export function instanceOfLeftNetwork(name: string): string | undefined {
  if (!name.startsWith(leftPrefix)) return undefined;
  const instance = name.slice(leftPrefix.length);
  return routerOfInstance(instance) === undefined ? undefined : instance;
}
