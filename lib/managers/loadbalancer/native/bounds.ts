/** How many addresses of the VIP's port are looked at. */
export const mostAddresses = 64;
/** How many floating ips that reference the port, and how many that are marked with the load balancer. */
export const mostFloatingIps = 128;
/** How many members of all pools together: each is a reference of each floating ip. */
export const mostEndpoints = 4_096;
/** How many health checks. */
export const mostChecks = 1_024;
