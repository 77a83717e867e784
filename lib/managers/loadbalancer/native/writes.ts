import { nativeMarks, type PortMapping } from '../../../model/index.js';
import type { CreateWrite, SetWrite, Target, Write } from '../../../planning/index.js';
import type { MonitorView, Named, VipAddress } from '../view/index.js';
import { checkName } from './names.js';

/** How a floating ip is to lead: its ports, to those of the interfaces that it references. */
export function leading(mappings: readonly PortMapping[]): {
  readonly floating_ip_port_mappings_enable: boolean;
  readonly floating_ip_port_mappings: unknown;
} {
  return {
    floating_ip_port_mappings_enable: mappings.length > 0,
    floating_ip_port_mappings: { port_mappings: mappings },
  };
}

/** The floating ip of an address that is about to be made, for other writes. */
export function childOf(address: Pick<VipAddress, 'uuid'>): Target {
  return { kind: 'floating-ip', created: `floating ip of ${address.uuid}` };
}

/** Makes the floating ip of an address of the VIP (recording svc-monitor/40). */
export function createChild(
  loadbalancer: string,
  address: VipAddress & { readonly address: string },
  wish: { readonly project: Named; readonly mappings: readonly PortMapping[] },
): CreateWrite {
  const { project, mappings } = wish;
  return {
    do: 'create',
    kind: 'floating-ip',
    as: `floating ip of ${address.uuid}`,
    fqName: [...address.fqName, address.uuid],
    parent: { kind: 'instance-ip', uuid: address.uuid },
    properties: {
      floating_ip_address: address.address,
      floating_ip_traffic_direction: 'ingress',
      ...(mappings.length === 0 ? {} : leading(mappings)),
      annotations: { key_value_pair: [{ key: nativeMarks.loadbalancer, value: loadbalancer }] },
    },
    references: [{ to: { kind: 'project', ...project } }],
  };
}

/** Marks a floating ip with its load balancer, and an external one with the VIP's port, too. */
export function markFloatingIp(uuid: string, loadbalancer: string, port: string | undefined): Write {
  return {
    do: 'set-entries',
    on: { kind: 'floating-ip', uuid },
    field: 'annotations',
    set: { [nativeMarks.loadbalancer]: loadbalancer, ...(port === undefined ? {} : { [nativeMarks.port]: port }) },
    remove: [],
  };
}

/** Takes the marks off a floating ip. */
export function unmarkFloatingIp(uuid: string): Write {
  return {
    do: 'set-entries',
    on: { kind: 'floating-ip', uuid },
    field: 'annotations',
    set: {},
    remove: [nativeMarks.loadbalancer, nativeMarks.port],
  };
}

/** Sets properties of a floating ip. */
export function setFloatingIp(uuid: string, properties: SetWrite['properties']): Write {
  return { do: 'set', on: { kind: 'floating-ip', uuid }, properties };
}

/** Has a floating ip lead to an interface, which can be deleted all the same. */
export function join(on: Target, interfaceUuid: string): Write {
  return { do: 'add-reference', on, to: { kind: 'virtual-machine-interface', uuid: interfaceUuid }, relaxed: true };
}

/** Has a floating ip lead to an interface no more. */
export function part(uuid: string, interfaceUuid: string): Write {
  return {
    do: 'delete-reference',
    on: { kind: 'floating-ip', uuid },
    to: { kind: 'virtual-machine-interface', uuid: interfaceUuid },
    relaxed: true,
  };
}

/** Deletes a floating ip, with its references. */
export function deleteFloatingIp(uuid: string): Write {
  return { do: 'delete', on: { kind: 'floating-ip', uuid } };
}

/** What a health check is to be for a monitor (recording svc-monitor/45). A monitor's admin state does not matter. */
export function checkProperties(monitor: MonitorView): Readonly<Record<string, unknown>> {
  const isPing = monitor.type === 'PING' || monitor.type === 'TCP';
  const type = isPing ? 'PING' : monitor.type === 'HTTPS' ? 'HTTP' : monitor.type;
  return {
    enabled: true,
    health_check_type: 'link-local',
    monitor_type: type ?? null,
    delay: monitor.delay ?? null,
    delayUsecs: 0,
    timeout: monitor.timeout ?? null,
    timeoutUsecs: 0,
    max_retries: monitor.maxRetries ?? null,
    http_method: monitor.httpMethod ?? null,
    url_path: isPing ? 'local-ip' : (monitor.urlPath ?? null),
    expected_codes: monitor.expectedCodes ?? null,
    target_ip_all: false,
  };
}

/** A health check that is about to be made, for other writes. */
export function checkOf(pool: Named, monitor: MonitorView): string {
  return `health check of ${pool.uuid} ${monitor.uuid}`;
}

/** Makes the health check of a pool and a monitor. */
export function createCheck(
  loadbalancer: string,
  project: Named,
  { pool, monitor }: { readonly pool: Named; readonly monitor: MonitorView },
): CreateWrite {
  return {
    do: 'create',
    kind: 'service-health-check',
    as: checkOf(pool, monitor),
    fqName: [...project.fqName, checkName(pool, monitor)],
    parent: { kind: 'project', uuid: project.uuid },
    properties: {
      service_health_check_properties: checkProperties(monitor),
      annotations: {
        key_value_pair: Object.entries(marksOf(loadbalancer, pool, monitor)).map(([key, value]) => ({ key, value })),
      },
    },
  };
}

/** Marks a health check with what it is of. */
export function markCheck(
  uuid: string,
  loadbalancer: string,
  { pool, monitor }: { readonly pool: Pick<Named, 'uuid'>; readonly monitor: MonitorView },
): Write {
  return {
    do: 'set-entries',
    on: { kind: 'service-health-check', uuid },
    field: 'annotations',
    set: marksOf(loadbalancer, pool, monitor),
    remove: [],
  };
}

/** Sets what a health check does. */
export function setCheck(uuid: string, monitor: MonitorView): Write {
  return {
    do: 'set',
    on: { kind: 'service-health-check', uuid },
    properties: { service_health_check_properties: checkProperties(monitor) },
  };
}

/** Has an interface be looked after by a health check, or no more. */
export function watch(action: 'add-reference' | 'delete-reference', interfaceUuid: string, check: string): Write {
  return {
    do: action,
    on: { kind: 'virtual-machine-interface', uuid: interfaceUuid },
    to: { kind: 'service-health-check', uuid: check },
    relaxed: true,
  };
}

/** Deletes a health check. */
export function deleteCheck(uuid: string): Write {
  return { do: 'delete', on: { kind: 'service-health-check', uuid } };
}

function marksOf(
  loadbalancer: string,
  pool: Pick<Named, 'uuid'>,
  monitor: Pick<MonitorView, 'uuid'>,
): Readonly<Record<string, string>> {
  return {
    [nativeMarks.loadbalancer]: loadbalancer,
    [nativeMarks.pool]: pool.uuid,
    [nativeMarks.monitor]: monitor.uuid,
  };
}
