import type { MetricTable } from '../../base/metrics/index.js';

/** What the octavia-vip manager counts. */
export const octaviaVipMetrics = {
  objects_cut: {
    type: 'gauge',
    help: 'Objects of which only a part counts: they hold more than any load balancer needs',
    labels: ['kind'],
  },
  associations: { type: 'gauge', help: 'Floating ips associated with a VIP', labels: [] },
  virtual_ips: { type: 'gauge', help: 'VIPs that are managed', labels: [] },
  associations_stripped_total: { type: 'counter', help: 'Associations lost to a port delete', labels: [] },
  associations_restored_total: { type: 'counter', help: 'Associations restored after a port delete', labels: [] },
  associations_ended_total: {
    type: 'counter',
    help: 'Associations that the user ended, or that ended with the VIP',
    labels: ['reason'],
  },
  ports_refused: {
    type: 'gauge',
    help: 'Ports that look like amphorae of a VIP, or like its VIP port, and are not trusted',
    labels: [],
  },
  ports_left_behind: {
    type: 'gauge',
    help: 'Amphora ports whose VIP is gone, while something else has the address',
    labels: [],
  },
  amphora_projects_unlisted: {
    type: 'gauge',
    help: 'Projects of amphorae in use that rules.amphora_projects lacks: they are refused where a network is shared',
    labels: [],
  },
} as const satisfies MetricTable;
