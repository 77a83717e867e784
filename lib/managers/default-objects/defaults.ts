import { driverPaths } from '../driver-paths.js';

/** An object that everybody expects to be there. */
export interface DefaultObject {
  readonly kind: 'service-appliance-set' | 'service-template';
  readonly fqName: readonly string[];
  readonly parent: { readonly kind: string };
  /** Underscored, as the config API takes them. */
  readonly properties: Readonly<Record<string, unknown>>;
}

type InterfaceType = 'management' | 'left' | 'right';

interface TemplateParts {
  readonly type: string;
  readonly mode: string | null;
  readonly virtualization: string;
  readonly interfaces: readonly InterfaceType[];
  /** Where all instances have one address, and their number may change. */
  readonly isShared?: boolean;
  readonly image?: string;
  readonly flavor?: string;
  readonly vrouterInstance?: { readonly type: string; readonly data: string };
}

function applianceSet(name: string, driver: string): DefaultObject {
  return {
    kind: 'service-appliance-set',
    fqName: ['default-global-system-config', name],
    parent: { kind: 'global-system-config' },
    properties: {
      service_appliance_driver: driver,
      // Tenants refer to it by name.
      perms2: { owner: 'cloud-admin', owner_access: 7, global_access: 5, share: [] },
    },
  };
}

function template(name: string, parts: TemplateParts): DefaultObject {
  const { type, mode, virtualization, interfaces, isShared = false, image, flavor, vrouterInstance } = parts;
  return {
    kind: 'service-template',
    fqName: ['default-domain', name],
    parent: { kind: 'domain' },
    properties: {
      service_template_properties: {
        version: 1,
        service_mode: mode,
        service_type: type,
        image_name: image ?? null,
        service_scaling: isShared,
        interface_type: interfaces.map((one) => ({
          service_interface_type: one,
          shared_ip: isShared,
          static_route_enable: false,
        })),
        flavor: flavor ?? null,
        ordered_interfaces: true,
        service_virtualization_type: virtualization,
        availability_zone_enable: false,
        vrouter_instance_type: vrouterInstance?.type ?? null,
        instance_data: vrouterInstance?.data ?? null,
      },
    },
  };
}

const threeArms = ['management', 'left', 'right'] as const;
const virtualMachine = { virtualization: 'virtual-machine', image: 'analyzer', flavor: 'm1.medium' } as const;
const namespace = {
  mode: 'in-network-nat',
  virtualization: 'network-namespace',
  interfaces: ['right', 'left'],
  isShared: true,
} as const;

/** All of them, in the order in which the original makes them, with all that it says of them (recording svc-monitor/30). */
export const defaultObjectList: readonly DefaultObject[] = [
  applianceSet('opencontrail', driverPaths.haproxy),
  applianceSet('native', driverPaths.native),
  template('analyzer-template', { type: 'analyzer', mode: null, interfaces: ['left'], ...virtualMachine }),
  template('nat-template', { type: 'firewall', mode: 'in-network-nat', interfaces: threeArms, ...virtualMachine }),
  template('netns-snat-template', { type: 'source-nat', ...namespace }),
  template('haproxy-loadbalancer-template', { type: 'loadbalancer', ...namespace }),
  template('docker-template', {
    type: 'firewall',
    mode: 'transparent',
    virtualization: 'vrouter-instance',
    interfaces: threeArms,
    image: 'ubuntu',
    vrouterInstance: { type: 'docker', data: '{"command":"/bin/bash"}' },
  }),
];
