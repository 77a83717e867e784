import { createHash } from 'node:crypto';

/** The service template that all SNAT is made after. */
export const snatTemplate = 'default-domain:netns-snat-template';

/** The service type of templates of SNAT. */
export const snatServiceType = 'source-nat';

/** Where addresses come from in a project: its own IPAM, or that of the default project. */
export const defaultIpamName = 'default-network-ipam';
/** See {@link defaultIpamName}. */
export const sharedIpam = `default-domain:default-project:${defaultIpamName}`;

/** How many names of a new service instance are tried. */
export const namesPerRouter = 4;

/**
 * The names that a new service instance of a router can have: `snat_<router uuid>_<uuid>`, as the original has them, but with a uuid that
 * follows from the router's, so that whoever starts after a crash makes the same.
 */
export function instanceNames(routerUuid: string): readonly string[] {
  return Array.from(
    { length: namesPerRouter },
    (_, at) => `snat_${routerUuid}_${uuidWithin(routerUuid, `snat ${at}`)}`,
  );
}

/** The name of the route table of a router. */
export function tableName(routerUuid: string): string {
  return `rt_${routerUuid}`;
}

// RFC 9562, version 5.
function uuidWithin(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const bytes = createHash('sha1').update(space).update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
