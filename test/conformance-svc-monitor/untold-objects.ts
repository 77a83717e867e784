import type { Json } from '../../fixtures/index.js';

/** What recordings 39 and 91 do not tell of load balancers that were made before them, as the texts of their original show it. */
export const untold: Readonly<Record<string, Json>> = {
  '52c5c6b8-512a-441f-9088-9d74baf0a231': { loadbalancer_properties: { vip_address: '10.11.1.3' } },
  '5a947fd5-60ff-4168-9dcf-d8d92664dab8': {
    loadbalancer_refs: [{ to: ['default-domain'], uuid: '52c5c6b8-512a-441f-9088-9d74baf0a231' }],
    loadbalancer_listener_properties: { protocol: 'HTTP', protocol_port: 80 },
  },
  '6b5a7c59-6077-4b7a-986c-390af930a06b': {
    loadbalancer_listener_refs: [{ to: ['default-domain'], uuid: '5a947fd5-60ff-4168-9dcf-d8d92664dab8' }],
  },
  '57f6ba7a-ff43-4f5d-b235-13020fac70ae': {
    parent_type: 'loadbalancer-pool',
    parent_uuid: '6b5a7c59-6077-4b7a-986c-390af930a06b',
    loadbalancer_member_properties: { address: '10.11.1.11', protocol_port: 8080, weight: 1 },
  },
  'f1fbeb1a-25a5-417c-a8a7-4bcebee0e3d4': { loadbalancer_properties: { vip_address: '10.60.1.3' } },
  'bd95c9af-66fe-450b-92b5-705f32c5ebea': {
    loadbalancer_pool_properties: { protocol: 'HTTP', loadbalancer_method: 'ROUND_ROBIN' },
    loadbalancer_healthmonitor_refs: [{ to: ['default-domain'], uuid: 'c0ffee00-0000-4000-8000-000000000091' }],
  },
};

/** A health monitor of which recording 91 does not tell at all. */
export const untoldMonitor: Json = {
  uuid: 'c0ffee00-0000-4000-8000-000000000091',
  fq_name: ['default-domain', 'rs3509', 'hm1'],
  loadbalancer_healthmonitor_properties: {
    monitor_type: 'HTTP',
    delay: 5,
    timeout: 3,
    max_retries: 2,
    http_method: 'GET',
    url_path: '/health',
    expected_codes: '200-202,204',
  },
};
