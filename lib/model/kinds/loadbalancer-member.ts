import { z } from 'zod';
import { canonicalAddress } from '../address.js';
import { optional, portSchema, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** Who gets a share of what comes to a pool. A child of the pool. */
export const loadbalancerMember = defineKind({
  name: 'loadbalancer-member',
  properties: {
    loadbalancer_member_properties: structured(
      z.looseObject({
        admin_state: optional(z.boolean()),
        protocol_port: optional(portSchema),
        weight: optional(z.number()),
        address: optional(z.string()),
        subnet_id: optional(z.string()),
      }),
    ),
  },
  references: [],
  entity: (from) => ({
    adminState: from(['loadbalancer_member_properties'], ({ loadbalancer_member_properties: own }) => own?.admin_state),
    port: from(['loadbalancer_member_properties'], ({ loadbalancer_member_properties: own }) => own?.protocol_port),
    weight: from(['loadbalancer_member_properties'], ({ loadbalancer_member_properties: own }) => own?.weight),
    /** Canonical. */
    address: from(['loadbalancer_member_properties'], ({ loadbalancer_member_properties: own }) =>
      canonicalAddress(own?.address ?? ''),
    ),
    subnetUuid: from(['loadbalancer_member_properties'], ({ loadbalancer_member_properties: own }) => own?.subnet_id),
    /** The uuid of the interface of a pod, as kube-manager notes it (recording svc-monitor/41). */
    interfaceUuid: from(['annotations'], ({ annotations }) =>
      annotations?.key_value_pair?.find(({ key }) => key === 'vmi')?.value?.toLowerCase(),
    ),
  }),
  indexes: {
    /** By the uuid of its pool. */
    pool: ({ parent }) => (parent === undefined ? [] : [parent.uuid]),
    /** By the uuid of the interface that it names. */
    interface: ({ interfaceUuid }) => (interfaceUuid === undefined ? [] : [interfaceUuid]),
    /** By its address. */
    address: ({ address }) => (address === undefined ? [] : [address]),
    /** By the subnet in which its address is said to be. */
    subnet: ({ subnetUuid }) => (subnetUuid === undefined ? [] : [subnetUuid]),
  },
});
