import type { UserRouter } from '../../../fixtures/index.js';
import type { Deed } from './reactions.js';
import type { EmptyTuple, ServiceCloud } from './service-cloud.js';

type References = readonly { readonly uuid: string }[] | undefined;

/** A user sets the gateway of a router: answered once it has its service instance and routes, and both virtual machines have a place. */
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
      return machines?.length === 2 && machines.every(({ uuid }) => isPlaced(cloud, uuid));
    },
  };
}

/** An operator puts all interfaces into a port tuple: answered once each has the shared addresses of both families. */
export function fillTuple({ server, operator }: ServiceCloud, { tuple, interfaceIds }: EmptyTuple): Deed {
  return {
    about: interfaceIds[0] ?? '',
    act: async () => {
      for (const id of interfaceIds) await operator.addToTuple(tuple, id).run();
    },
    isAnswered: () => interfaceIds.every((id) => sharedAddresses(id).length === 2),
  };

  function sharedAddresses(interfaceId: string): readonly unknown[] {
    const addresses = server.read('virtual-machine-interface', interfaceId)?.['instance_ip_back_refs'] as References;
    return (addresses ?? []).filter(({ uuid }) => server.read('instance-ip', uuid)?.['service_instance_ip'] === true);
  }
}

function isPlaced({ server }: ServiceCloud, machine: string): boolean {
  return server.read('virtual-machine', machine)?.['virtual_router_back_refs'] !== undefined;
}
