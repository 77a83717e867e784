import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { ownAnnotations, type OwnAnnotations } from '../annotations.js';
import { hidden, onlyTrue, optional, structured, subnetPrefixSchema } from '../common.js';
import { defineKind } from '../kind.js';

/** An address of a port. */
export const instanceIp = defineKind({
  name: 'instance-ip',
  properties: {
    instance_ip_address: optional(z.string()),
    instance_ip_family: optional(z.string()),
    subnet_uuid: optional(z.string()),
    instance_ip_mode: optional(z.string()),
    instance_ip_secondary: optional(z.boolean()),
    secondary_ip_tracking_ip: structured(subnetPrefixSchema),
    service_instance_ip: optional(z.boolean()),
    service_health_check_ip: optional(z.boolean()),
  },
  references: ['virtual-machine-interface', 'virtual-network', 'network-ipam'],
  entity: (from) => ({
    /** Canonical. */
    address: from(['instance_ip_address'], ({ instance_ip_address: address }) => canonicalAddress(address ?? '')),
    subnetUuid: from(['subnet_uuid'], ({ subnet_uuid: subnet }) => subnet),
    /** `v4` or `v6`. */
    family: from(['instance_ip_family'], ({ instance_ip_family: family }) => family),
    /** `active-active` or `active-standby`. */
    mode: from(['instance_ip_mode'], ({ instance_ip_mode: mode }) => mode),
    /** One of a service; left out if it is none. */
    isService: from(['service_instance_ip'], ({ service_instance_ip: flag }) => onlyTrue(flag)),
    isSecondary: from(['instance_ip_secondary'], ({ instance_ip_secondary: flag }) => onlyTrue(flag)),
    isHealthCheck: from(['service_health_check_ip'], ({ service_health_check_ip: flag }) => onlyTrue(flag)),
    /** The address whose state decides whether this one is active. */
    tracking: from(['secondary_ip_tracking_ip'], ({ secondary_ip_tracking_ip: tracking }) => tracking),
    /** Tenants do not see it: only an admin makes such. */
    isHidden: from(['id_perms'], hidden),
    /** What this project has noted on it; left out where there is nothing. */
    annotations: from(['annotations'], ({ annotations }): OwnAnnotations | undefined => {
      const own = ownAnnotations(annotations);
      return Object.keys(own).length === 0 ? undefined : own;
    }),
  }),
  indexes: {
    /** By `<network uuid>/<address>`. */
    address: ({ refs, address }) => {
      const [network] = refs['virtual-network'];
      return network === undefined || address === undefined ? [] : [`${network}/${address}`];
    },
    /** Those of services, by name. */
    serviceName: ({ fqName, isService, isHealthCheck }) =>
      isService === true || isHealthCheck === true ? [fqName.at(-1) ?? ''] : [],
    /** Those that are named like an address of a version 1 service instance, by name: whoever made them. */
    sideName: ({ fqName }) => {
      const name = fqName.at(-1) ?? '';
      return /__.+-(left|right|management|other\d*)(-[\da-f-]{36})?(-v6)?$/.test(name) ? [name] : [];
    },
    /** Those that are named like an address that the instances of a version 1 service share, by what comes before the side. */
    sharedBy: ({ fqName }) => sharedBy.exec(fqName.at(-1) ?? '')?.slice(1) ?? [],
    /** By the uuid that its name begins with, where more follows: of a service instance, or of whatever its maker likes. */
    namedAfter: ({ fqName }) => namedAfter.exec(fqName.at(-1) ?? '')?.slice(1) ?? [],
  },
});

const sharedBy = /^(.+__.+)-(?:left|right|management|other\d*)(?:-v6)?$/;

const namedAfter = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-./;
