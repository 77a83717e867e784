const drivers = 'svc_monitor.services.loadbalancer.drivers';

/**
 * The drivers of load balancers that there are, by the Python class paths by which sets name them: nobody loads these classes here, but the
 * original finds its own by them when it comes back.
 */
export const driverPaths = {
  haproxy: `${drivers}.ha_proxy.driver.OpencontrailLoadbalancerDriver`,
  native: `${drivers}.native.driver.OpencontrailLoadbalancerDriver`,
} as const;
