/** The template of the service instances that haproxy runs in (recording svc-monitor/30). */
export const haproxyTemplate = 'default-domain:haproxy-loadbalancer-template';

/** The keys of what the vRouter's agent is handed of a load balancer (recordings svc-monitor/32 and 56). */
export const bindingKeys = {
  version: 'lb_version',
  uuid: 'lb_uuid',
  config: 'haproxy_config',
  orchestrator: 'orchestrator',
} as const;

/** Where certificates come from, by the device owner of the VIP port (recordings svc-monitor/56 and 57). */
const orchestrators: Readonly<Record<string, string>> = {
  'K8S:LOADBALANCER': 'kubernetes',
  'CS:LOADBALANCER': 'cloudstack',
};

/** Who runs the load balancer, where it is not OpenStack. */
export function orchestratorOf(owner: string): string | undefined {
  return Object.hasOwn(orchestrators, owner) ? orchestrators[owner] : undefined;
}

/** The name of the default security group of a project (recording svc-monitor/80). */
export const defaultGroupName = 'default';
