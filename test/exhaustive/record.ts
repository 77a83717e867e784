const prefix = 'opensdn-svc-monitor/';

/** The keys of the annotations by which a virtual-ip says what it is kept for (docs/design.md, "virtual-ip"). */
export const recordKeys = {
  managedBy: `${prefix}managed-by`,
  vip: `${prefix}vip`,
  loadBalancer: `${prefix}loadbalancer`,
  vipPort: `${prefix}vip-port`,
  floatingIp: `${prefix}floating-ip/`,
  member: `${prefix}member/`,
} as const;
