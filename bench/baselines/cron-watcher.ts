import {
  canonicalAddress,
  refUuids,
  type ConfigObject,
  type Kind,
  type VirtualMachineInterface,
} from '../../lib/model/index.js';
import {
  createConfigApiClient,
  hasCode,
  silentLogger,
  silentMetrics,
  SystemClock,
  type ConfigApiClient,
} from '../../lib/index.js';
import { serve } from '../processes/serve.js';

const signal = new AbortController().signal;
let client: ConfigApiClient | undefined;
let timer: NodeJS.Timeout | undefined;
let polling: Promise<void> = Promise.resolve();
let isStopped = false;

/**
 * One round of the cron job that operators run in place of this project: it lists floating ips and ports, and makes the references
 * of each floating ip on a VIP port equal to the ports that carry the address. It trusts what it sees, and knows nothing of strips.
 */
async function round(api: ConfigApiClient): Promise<void> {
  const ports = await listAll(api, 'virtual-machine-interface', [
    'virtual_machine_interface_device_owner',
    'virtual_machine_interface_allowed_address_pairs',
    'virtual_network_refs',
  ]);
  const floatingIps = await listAll(api, 'floating-ip', [
    'floating_ip_fixed_ip_address',
    'virtual_machine_interface_refs',
  ]);
  const byUuid = new Map(ports.map((port) => [port.uuid, port]));
  const carriers = carriersOf(ports);
  for (const floatingIp of floatingIps) {
    const address = canonicalAddress(floatingIp.floating_ip_fixed_ip_address ?? '');
    const referenced = refUuids(floatingIp, 'virtual-machine-interface');
    const vipPort = referenced.map((uuid) => byUuid.get(uuid)).find((port) => port !== undefined && isVipPort(port));
    if (vipPort === undefined || address === undefined) continue;
    const network = refUuids(vipPort, 'virtual-network')[0] ?? '';
    const wanted = new Set([vipPort.uuid, ...(carriers.get(`${network}/${address}`) ?? [])]);
    const missing = [...wanted].filter((uuid) => !referenced.includes(uuid));
    const surplus = referenced.filter((uuid) => !wanted.has(uuid));
    for (const uuid of missing) await setReference(api, floatingIp.uuid, uuid, 'ADD');
    for (const uuid of surplus) await setReference(api, floatingIp.uuid, uuid, 'DELETE');
  }
}

async function listAll<K extends Kind>(
  api: ConfigApiClient,
  kind: K,
  fields: readonly string[],
): Promise<readonly ConfigObject<K>[]> {
  const found: ConfigObject<K>[] = [];
  for await (const page of api.listDetail(kind, { fields }, signal)) found.push(...page.objects);
  return found;
}

function isVipPort(port: VirtualMachineInterface): boolean {
  return port.virtual_machine_interface_device_owner === 'Octavia' && pairsOf(port).length === 0;
}

function carriersOf(ports: readonly VirtualMachineInterface[]): ReadonlyMap<string, readonly string[]> {
  const carriers = new Map<string, string[]>();
  for (const port of ports) {
    if ((port.virtual_machine_interface_device_owner ?? '') === '') continue;
    for (const address of pairsOf(port)) {
      const key = `${refUuids(port, 'virtual-network')[0] ?? ''}/${address}`;
      carriers.set(key, [...(carriers.get(key) ?? []), port.uuid]);
    }
  }
  return carriers;
}

function pairsOf(port: VirtualMachineInterface): readonly string[] {
  const pairs = port.virtual_machine_interface_allowed_address_pairs?.allowed_address_pair ?? [];
  return pairs.flatMap((pair) => canonicalAddress(pair.ip?.ip_prefix ?? '') ?? []);
}

async function setReference(
  api: ConfigApiClient,
  uuid: string,
  refUuid: string,
  operation: 'ADD' | 'DELETE',
): Promise<void> {
  try {
    await api.updateReference(
      { kind: 'floating-ip', uuid, refKind: 'virtual-machine-interface', refUuid, operation },
      signal,
    );
  } catch (error) {
    // A port that has gone meanwhile is for the next round.
    if (!hasCode(error, 'not-found')) throw error;
  }
}

const commands = {
  /** Begins to poll; each round begins an interval after the last one began, or at once if that took longer. */
  start: (options: { readonly url: string; readonly intervalMs: number }): void => {
    const api = createConfigApiClient({
      urls: [options.url],
      keepAlive: false,
      userAgent: 'cron-watcher',
      clock: new SystemClock(),
      logger: silentLogger,
      metrics: silentMetrics,
    });
    client = api;
    const poll = (): void => {
      const startedAt = performance.now();
      polling = round(api).finally(() => {
        if (isStopped) return;
        timer = setTimeout(poll, Math.max(0, options.intervalMs - (performance.now() - startedAt)));
      });
    };
    poll();
  },
};

/** What the poller can be asked to do. */
export type CronCommands = typeof commands;

serve(commands, async () => {
  isStopped = true;
  clearTimeout(timer);
  await polling;
  client?.close();
});
