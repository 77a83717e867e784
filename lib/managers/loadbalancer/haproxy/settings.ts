import { boolean, setting } from '../../../base/settings/index.js';

/** What can be chosen of load balancers in haproxy. */
export const haproxySettings = {
  /** Whether cookies of applications are followed by `appsession`, as the original writes it. Defaults to no: haproxy 1.6 and later refuse it. */
  haproxyAppsession: setting(
    'loadbalancer.haproxy_appsession',
    boolean(),
    false,
    'Whether sessions by a cookie of the application (`APP_COOKIE`) are kept by `appsession`, as the original svc-monitor writes it. haproxy 1.6 and later refuse that word, and the whole configuration with it; without it a stick table does the same.',
  ),
} as const;
