import { z } from 'zod';
import { optional } from '../common.js';
import { defineKind } from '../kind.js';

/** A vRouter, and the instances that are placed on it. */
export const virtualRouter = defineKind({
  name: 'virtual-router',
  properties: { virtual_router_ip_address: optional(z.string()), virtual_router_type: optional(z.string()) },
  references: ['virtual-machine'],
  // What is placed on it has to be known, whatever else cannot be read: an instance that looks as if it were nowhere is placed once more.
  isKnownByReferences: true,
  entity: (from) => ({
    address: from(['virtual_router_ip_address'], ({ virtual_router_ip_address: address }) => address),
    /** `embedded`, `tor-agent`, `tor-service-node` and others; undefined: an ordinary one. */
    type: from(['virtual_router_type'], ({ virtual_router_type: type }) => type),
  }),
  // When an instance is deleted, its reference goes without a notification of the router.
  losesReferencesTo: ['virtual-machine'],
});
