import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmbeddedOpenSdn, Json, NotificationMessage } from '../../../fixtures/index.js';
import type { SeededLoadBalancer } from '../cloud.js';
import type { NotificationFeed } from '../feed.js';

/** Changes that are made and announced in one go. */
const batchSize = 100;

/**
 * Lets the second amphora port of each target lose and regain its instance, again and again, and announces each change; past
 * Neutron, whose requests would take longer than what is measured. Ends with all ports bound.
 *
 * @param changes in all; an even number for each port
 */
export async function flap(
  targets: readonly SeededLoadBalancer[],
  changes: number,
  { server, feed }: { readonly server: EmbeddedOpenSdn; readonly feed: NotificationFeed },
): Promise<void> {
  const ports = targets.flatMap(({ loadBalancer }) => {
    const portId = loadBalancer.amphorae.filter(({ state }) => state === 'bound').at(-1)?.portId;
    const bound = portId === undefined ? undefined : server.read('virtual-machine-interface', portId);
    return portId === undefined || bound === undefined ? [] : [{ portId, bound }];
  });
  let batch: NotificationMessage[] = [];
  for (let change = 0; change < changes; change += 1) {
    const port = ports[change % ports.length];
    if (port === undefined) return;
    const { portId, bound } = port;
    const isUnbind = Math.floor(change / ports.length) % 2 === 0;
    server.seed('virtual-machine-interface', isUnbind ? unbound(bound) : bound);
    batch.push({
      'request-id': `req-flap-${change}`,
      oper: 'UPDATE',
      type: 'virtual_machine_interface',
      uuid: portId,
      fq_name: bound['fq_name'] as readonly string[],
    });
    if (batch.length < batchSize && change < changes - 1) continue;
    feed.send(batch);
    batch = [];
    await feed.drained();
    // The reads that the changes cause have to be answered meanwhile.
    await nextTurn();
  }
}

function unbound(port: Json): Json {
  return { ...port, virtual_machine_interface_device_owner: '', virtual_machine_refs: [] };
}
