import { z } from 'zod';
import { optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** How a pool's members are looked after. */
export const loadbalancerHealthmonitor = defineKind({
  name: 'loadbalancer-healthmonitor',
  properties: {
    loadbalancer_healthmonitor_properties: structured(
      z.looseObject({
        admin_state: optional(z.boolean()),
        monitor_type: optional(z.string()),
        delay: optional(z.number()),
        timeout: optional(z.number()),
        max_retries: optional(z.number()),
        http_method: optional(z.string()),
        url_path: optional(z.string()),
        expected_codes: optional(z.string()),
      }),
    ),
  },
  references: [],
  entity: (from) => ({
    adminState: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.admin_state,
    ),
    /** `PING`, `TCP`, `HTTP` or `HTTPS`. */
    type: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.monitor_type,
    ),
    /** Seconds between two looks. */
    delay: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.delay,
    ),
    /** Seconds. */
    timeout: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.timeout,
    ),
    maxRetries: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.max_retries,
    ),
    httpMethod: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.http_method,
    ),
    urlPath: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.url_path,
    ),
    expectedCodes: from(
      ['loadbalancer_healthmonitor_properties'],
      ({ loadbalancer_healthmonitor_properties: own }) => own?.expected_codes,
    ),
  }),
});
