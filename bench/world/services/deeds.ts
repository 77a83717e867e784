import type { UserRouter } from '../../../fixtures/index.js';
import type { Deed } from './reactions.js';
import type { EmptyTuple, ServiceCloud } from './service-cloud.js';

type References = readonly { readonly uuid: string }[] | undefined;

/** A user sets the gateway of a router: answered once it has its service instance and routes, and both virtual machines run. */
export function setGateway(cloud: ServiceCloud, router: UserRouter): Deed {
  const { server, user, tenant } = cloud;
  const gateway = { networkId: tenant.externalNetworkId };
  return {
    about: router.id,
    act: () => user.setGateway(router, gateway).run(),
    isAnswered: () => {
      const found = server.read('logical-router', router.id) ?? {};
      const [instance] = (found['service_instance_refs'] as References) ?? [];
      if (instance === undefined || found['route_table_refs'] === undefined) return false;
      const machines = server.read('service-instance', instance.uuid)?.['virtual_machine_back_refs'] as References;
      return machines?.length === 2 && machines.every(({ uuid }) => isLaunched(cloud, uuid));
    },
  };
}

/** An operator puts all interfaces into a port tuple: answered once each has the shared addresses of both families, and the service instance knows them. */
export function fillTuple({ server, operator }: ServiceCloud, { tuple, interfaceIds }: EmptyTuple): Deed {
  return {
    about: interfaceIds[0] ?? '',
    act: async () => {
      for (const id of interfaceIds) await operator.addToTuple(tuple, id).run();
    },
    isAnswered: () => {
      const known = server.read('service-instance', tuple.instance.id)?.['instance_ip_refs'] as References;
      return known?.length === interfaceIds.length * 2 && interfaceIds.every((id) => sharedAddresses(id).length === 2);
    },
  };

  function sharedAddresses(interfaceId: string): readonly unknown[] {
    const addresses = server.read('virtual-machine-interface', interfaceId)?.['instance_ip_back_refs'] as References;
    return (addresses ?? []).filter(({ uuid }) => server.read('instance-ip', uuid)?.['service_instance_ip'] === true);
  }
}

// With two interfaces that have their addresses, and on a vRouter.
function isLaunched({ server }: ServiceCloud, uuid: string): boolean {
  const machine = server.read('virtual-machine', uuid);
  const interfaces = (machine?.['virtual_machine_interface_back_refs'] as References) ?? [];
  const hasAddress = (one: string): boolean =>
    server.read('virtual-machine-interface', one)?.['instance_ip_back_refs'] !== undefined;
  const isPlaced = machine?.['virtual_router_back_refs'] !== undefined;
  return isPlaced && interfaces.length === 2 && interfaces.every((one) => hasAddress(one.uuid));
}
