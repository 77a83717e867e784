import { z } from 'zod';
import { keyValuePairsSchema, optional, structured } from '../common.js';
import { defineKind } from '../kind.js';

/** How many custom attributes of a pool are taken; the first, as they stand. There are twelve that mean anything. */
export const attributeBound = 64;

/** Keys and values, in their order. */
export type Attributes = readonly { readonly key: string; readonly value: string }[];

/** The members that share what comes to a listener, or, in LBaaS v1, to a virtual-ip. */
export const loadbalancerPool = defineKind({
  name: 'loadbalancer-pool',
  properties: {
    loadbalancer_pool_provider: optional(z.string()),
    loadbalancer_pool_properties: structured(
      z.looseObject({
        admin_state: optional(z.boolean()),
        protocol: optional(z.string()),
        loadbalancer_method: optional(z.string()),
        subnet_id: optional(z.string()),
        session_persistence: optional(z.string()),
        persistence_cookie_name: optional(z.string()),
      }),
    ),
    loadbalancer_pool_custom_attributes: structured(keyValuePairsSchema),
  },
  references: ['loadbalancer-healthmonitor', 'loadbalancer-listener', 'service-appliance-set', 'service-instance'],
  entity: (from) => ({
    /** Of LBaaS v1: the name of a service-appliance-set; undefined: the default. */
    provider: from(['loadbalancer_pool_provider'], ({ loadbalancer_pool_provider: provider }) => provider),
    /** `TCP`, `UDP`, `HTTP`, `HTTPS` or `TERMINATED_HTTPS`. */
    protocol: from(['loadbalancer_pool_properties'], ({ loadbalancer_pool_properties: own }) => own?.protocol),
    adminState: from(['loadbalancer_pool_properties'], ({ loadbalancer_pool_properties: own }) => own?.admin_state),
    /** `ROUND_ROBIN`, `LEAST_CONNECTIONS` or `SOURCE_IP`. */
    method: from(['loadbalancer_pool_properties'], ({ loadbalancer_pool_properties: own }) => own?.loadbalancer_method),
    subnetUuid: from(['loadbalancer_pool_properties'], ({ loadbalancer_pool_properties: own }) => own?.subnet_id),
    /** `SOURCE_IP`, `HTTP_COOKIE` or `APP_COOKIE`. */
    persistence: from(
      ['loadbalancer_pool_properties'],
      ({ loadbalancer_pool_properties: own }) => own?.session_persistence,
    ),
    cookieName: from(
      ['loadbalancer_pool_properties'],
      ({ loadbalancer_pool_properties: own }) => own?.persistence_cookie_name,
    ),
    /** Left out where there is none. */
    attributes: from(['loadbalancer_pool_custom_attributes'], ({ loadbalancer_pool_custom_attributes: own }) =>
      firstPairs(own?.key_value_pair),
    ),
    /** Of an ingress: what of the requests it is for (`type`, `host`, `path`); left out where nothing is said. */
    ingress: from(['annotations'], ({ annotations }) => ingressOf(annotations?.key_value_pair ?? [])),
  }),
  indexes: {
    /** Of LBaaS v1, those without listener: by the name of its provider; empty: it names none. */
    provider: ({ provider, refs }) => (refs['loadbalancer-listener'].length > 0 ? [] : [provider ?? '']),
    /** By the subnet in which its members are said to be. */
    subnet: ({ subnetUuid }) => (subnetUuid === undefined ? [] : [subnetUuid]),
  },
  cut: ({ loadbalancer_pool_custom_attributes: own }) =>
    (own?.key_value_pair ?? []).length > attributeBound ? ['custom attributes'] : [],
});

/** What kube-manager notes on the pool of an ingress (recording svc-monitor/56). */
export interface IngressRule {
  /** `acl`: for a host or a path; `default`, or undefined: for all that no other pool is for. */
  readonly type?: string;
  readonly host?: string;
  readonly path?: string;
}

interface Pair {
  readonly key: string;
  readonly value?: string | undefined;
}

function firstPairs(pairs: readonly Pair[] | undefined): Attributes | undefined {
  if (pairs === undefined || pairs.length === 0) return undefined;
  return pairs.slice(0, attributeBound).map(({ key, value }) => ({ key, value: value ?? '' }));
}

function ingressOf(pairs: readonly Pair[]): IngressRule | undefined {
  const rule: { type?: string; host?: string; path?: string } = {};
  for (const { key, value } of pairs) {
    if (value !== undefined && (key === 'type' || key === 'host' || key === 'path')) rule[key] = value;
  }
  return Object.keys(rule).length === 0 ? undefined : rule;
}
