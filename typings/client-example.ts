import { createConfigApiClient, hasCode } from 'opensdn-svc-monitor/client';

/** The uuids of the interfaces that a floating ip references; undefined if there is no such floating ip. */
export async function interfacesOf(url: string, floatingIp: string): Promise<readonly string[] | undefined> {
  const client = createConfigApiClient({ urls: [url] });
  try {
    const signal = AbortSignal.timeout(10_000);
    const { virtual_machine_interface_refs: refs } = await client.get('floating-ip', floatingIp, {}, signal);
    return (refs ?? []).flatMap(({ uuid }) => uuid ?? []);
  } catch (error) {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  } finally {
    client.close();
  }
}
