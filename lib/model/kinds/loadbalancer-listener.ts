import { z } from 'zod';
import { optional, portSchema, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** A port of a load balancer's VIP. */
export const loadbalancerListener = defineKind({
  name: 'loadbalancer-listener',
  properties: {
    loadbalancer_listener_properties: structured(
      z.looseObject({
        protocol: optional(z.string()),
        protocol_port: optional(portSchema),
        admin_state: optional(z.boolean()),
        connection_limit: optional(z.number()),
        default_tls_container: optional(z.string()),
        sni_containers: optional(z.array(z.string())),
      }),
    ),
  },
  references: ['loadbalancer'],
  entity: (from) => ({
    /** `TCP`, `UDP`, `HTTP`, `HTTPS` or `TERMINATED_HTTPS`. */
    protocol: from(['loadbalancer_listener_properties'], ({ loadbalancer_listener_properties: own }) => own?.protocol),
    port: from(['loadbalancer_listener_properties'], ({ loadbalancer_listener_properties: own }) => own?.protocol_port),
    adminState: from(
      ['loadbalancer_listener_properties'],
      ({ loadbalancer_listener_properties: own }) => own?.admin_state,
    ),
    /** How many connections at most; none at -1 or undefined. */
    connectionLimit: from(
      ['loadbalancer_listener_properties'],
      ({ loadbalancer_listener_properties: own }) => own?.connection_limit,
    ),
    /** Where its certificate is: a word that the agent's script knows what to do with. */
    tlsContainer: from(
      ['loadbalancer_listener_properties'],
      ({ loadbalancer_listener_properties: own }) => own?.default_tls_container,
    ),
    /** Further ones, by the server's name that a client asks for. */
    sniContainers: from(
      ['loadbalancer_listener_properties'],
      ({ loadbalancer_listener_properties: own }): readonly string[] | undefined => own?.sni_containers,
    ),
  }),
});
