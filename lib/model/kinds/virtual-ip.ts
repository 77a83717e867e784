import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { annotationKeys, hasTooManyAnnotations, ownAnnotations } from '../annotations.js';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** What is said of a VIP. The server enforces the enumerations, not that anything be there (recording 08). */
export const virtualIpPropertiesSchema = z.looseObject({
  address: optional(z.string()),
  subnet_id: optional(z.string()),
  admin_state: optional(z.boolean()),
  protocol: optional(z.string()),
  protocol_port: optional(z.number()),
  connection_limit: optional(z.number()),
  persistence_type: optional(z.string()),
  persistence_cookie_name: optional(z.string()),
});

/** A virtual ip: the layer between the floating ips of a VIP and the interfaces that carry it. */
export const virtualIp = defineKind({
  name: 'virtual-ip',
  properties: {
    virtual_ip_properties: structured(virtualIpPropertiesSchema),
  },
  // Floating ips on an extended schema only; pools of those of LBaaS v1.
  references: ['virtual-machine-interface', 'floating-ip', 'loadbalancer-pool'],
  bounds: { 'loadbalancer-pool': 4, 'virtual-machine-interface': 128, 'floating-ip': 64 },
  entity: (from) => ({
    /** Canonical. */
    address: from(['virtual_ip_properties'], ({ virtual_ip_properties: properties }) =>
      canonicalAddress(properties?.address ?? ''),
    ),
    subnetUuid: from(['virtual_ip_properties'], ({ virtual_ip_properties: properties }) => properties?.subnet_id),
    adminState: from(['virtual_ip_properties'], ({ virtual_ip_properties: properties }) => properties?.admin_state),
    /** What its pool gets of it; left out where it names no protocol and no port, as those that this project writes. */
    ofPool: from(['virtual_ip_properties'], ({ virtual_ip_properties: own }) =>
      own?.protocol === undefined && own?.protocol_port === undefined
        ? undefined
        : {
            protocol: own.protocol,
            port: own.protocol_port,
            connectionLimit: own.connection_limit,
            persistence: own.persistence_type,
            cookieName: own.persistence_cookie_name,
          },
    ),
    /** Those that this project writes, whoever wrote them. */
    annotations: from(['annotations'], ({ annotations }) => ownAnnotations(annotations)),
  }),
  indexes: { name: ({ fqName }) => [fqName.join(':')], annotation: ({ annotations }) => annotationKeys(annotations) },
  cut: ({ annotations }) => (hasTooManyAnnotations(annotations) ? ['annotations'] : []),
});
