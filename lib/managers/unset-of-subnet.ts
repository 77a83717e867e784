/** What the original's client sends of a subnet that says nothing but its prefix: readers of the objects look for the fields (recordings svc-monitor/60 and 86). */
export const unsetOfSubnet = {
  default_gateway: null,
  dns_server_address: null,
  subnet_uuid: null,
  enable_dhcp: true,
  dns_nameservers: [],
  allocation_pools: [],
  addr_from_start: null,
  dhcp_option_list: null,
  host_routes: null,
  subnet_name: null,
  alloc_unit: 1,
  subscriber_tag: null,
  vlan_tag: null,
  dhcp_relay_server: [],
} as const;
