import { z } from 'zod';
import {
  duration,
  hostAndPort,
  httpUrl,
  list,
  number,
  setting,
  text,
  type SettingsOf,
} from '../../base/settings/index.js';

const second = 1_000;
const minute = 60 * second;

/** Where analytics is: a URL, or a host with or without a port. */
function analyticsServer() {
  const schema = z.string().refine((value) => {
    const { schema: one } = value.includes('://') ? httpUrl() : hostAndPort();
    return one.safeParse(value).success;
  });
  return {
    form: 'text',
    allowed: 'hosts, `host:port` (8081 where no port is given), or http and https URLs',
    schema,
  } as const;
}

/** Where virtual machines of service instances may run, and how that is learned. */
export const serviceInstanceSettings = {
  /** The analytics servers, the first that answers counts. Defaults to none: agents are asked directly. */
  analyticsServers: setting(
    'scheduler.analytics_servers',
    list(analyticsServer(), 0),
    [],
    'Analytics servers, which tell which vRouters work: the first that answers counts. Of a vRouter that they do not know, and of all where no server is named here, the agent is asked by its introspect.',
  ),
  /** How often it is looked which vRouters work. Milliseconds. */
  schedulerIntervalMs: setting(
    'scheduler.interval',
    duration(second, 60 * minute),
    minute,
    'How often it is looked which vRouters work. One is dead after three bad looks in a row.',
  ),
  /** How long one request to analytics or an agent may take. Milliseconds. */
  schedulerTimeoutMs: setting(
    'scheduler.timeout',
    duration(100, minute),
    5 * second,
    'How long a request to analytics, or to the introspect of an agent, may take.',
  ),
  /** The port of the agents' introspect. */
  introspectPort: setting(
    'scheduler.introspect_port',
    number(1, 65_535),
    8085,
    'The port of the introspect of the vRouters’ agents.',
  ),
  /** The vRouters that may be chosen, by name. Defaults to all. */
  schedulerVrouters: setting(
    'scheduler.vrouters',
    list(text('a name of a virtual-router'), 0),
    [],
    'The names of the virtual-routers on which virtual machines of service instances may run; none: all. It stands in the place of `netns_availability_zone`, whose hosts the original has from Nova.',
  ),
  /** By what the choice of vRouters is repeated. */
  schedulerSeed: setting(
    'scheduler.seed',
    text(),
    'opensdn-svc-monitor',
    'The choice of vRouters follows from this text and from names: where it is the same, so is the choice.',
  ),
} as const;

/** See {@link serviceInstanceSettings}. */
export type ServiceInstanceSettings = SettingsOf<typeof serviceInstanceSettings>;
