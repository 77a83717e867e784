import type { SvcMonitorError, VipFindings } from '../../lib/index.js';
import type { ServiceConfig } from '../config/index.js';

/** What is wrong with how something is reached: which setting it is about, and what to do. */
export interface Advice {
  /** A key of the configuration. */
  readonly setting: string;
  readonly advice: string;
}

/** What an operator can do about what the config API, or Keystone before it, has answered. */
export function adviceOnConfigApi(error: SvcMonitorError, { configApi }: Pick<ServiceConfig, 'configApi'>): Advice {
  switch (error.code) {
    case 'unauthorized':
      return configApi.auth.mode === 'none'
        ? {
            setting: 'auth.mode',
            advice: 'The config API wants a token: set auth.mode to keystone, and the keys of auth.',
          }
        : {
            setting: 'auth',
            advice: 'Check user, password, project and domains, and that auth.url is Keystone’s own.',
          };
    case 'forbidden':
      return {
        setting: 'auth.username',
        advice: 'Give the account the cloud-admin role (mostly admin) in its project.',
      };
    case 'timeout':
      return {
        setting: 'config_api.urls',
        advice: 'Look whether the API server hangs, or a firewall drops its packets.',
      };
    case 'bad-answer':
    case 'not-found':
    case 'bad-request':
      return {
        setting: 'config_api.urls',
        advice: 'Look what listens there: it does not answer as the config API does.',
      };
    default:
      return {
        setting: 'config_api.urls',
        advice: 'Check address and port (8082 as a rule), and that the API server runs.',
      };
  }
}

/** What to do next about a VIP, a sentence each. Never empty. */
export function adviceOnVip(findings: VipFindings): readonly string[] {
  const { ports, floatingIps, writes, vip } = findings;
  const refused = ports.filter(({ role }) => role === 'refused');
  const hasVipPort = ports.some(({ role }) => role === 'vip-port');
  const members = ports.filter(({ role }) => role === 'member');
  const advice = [
    ...(hasVipPort ? [] : ['There is no VIP port: its load balancer is gone, and what is left is taken away.']),
    ...(hasVipPort && members.length === 0
      ? ['No amphora carries the VIP: look at it with openstack loadbalancer status show, and fail it over.']
      : []),
    ...(refused.length === 0
      ? []
      : [
          `${refused.length} ports are not trusted: if they are amphorae, add their project (${projectsOf(refused)}) to rules.amphora_projects.`,
        ]),
    ...(floatingIps.some(({ standing }) => standing === 'untrusted')
      ? ['A recorded floating ip of another project is left alone: its user has to associate it once more.']
      : []),
    ...(floatingIps.some(({ standing }) => standing === 'undecided')
      ? ['Of a floating ip it is not decided yet whether it was stripped or freed: ask again in some seconds.']
      : []),
    ...(writes.length === 0
      ? []
      : [`A running service writes what is missing by itself; without one: opensdn-svc-monitor repair ${vip}`]),
  ];
  if (advice.length > 0) return advice;
  if (floatingIps.length === 0) {
    return ['No floating ip is associated with the VIP: openstack floating ip set --port <VIP port> <floating ip>.'];
  }
  return [
    'Nothing: the config is as it should be. If no traffic arrives, look at the amphorae, at security groups and at the vRouters.',
  ];
}

function projectsOf(ports: VipFindings['ports']): string {
  return [...new Set(ports.map(({ projectUuid }) => projectUuid ?? 'none'))].join(', ');
}
