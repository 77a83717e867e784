import { MemorySource, silentLogger } from '../../lib/index.js';
import { createService, loadConfig, type Service, type ServiceConfig } from '../../service/index.js';
import { eventually } from './eventually.js';

/** The configuration that such assignments give. */
export function configOf(assignments: readonly string[]): ServiceConfig {
  const loaded = loadConfig({ environment: {}, assignments, readFile: () => '' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.config;
}

/** A service in this process, with its endpoint on a free port, that hears of no changes. Ready when it resolves. */
export async function startReadyService(assignments: readonly string[]): Promise<Service & { readonly url: string }> {
  const config = configOf([...assignments, 'http.port=0']);
  const service = createService(config, { createSource: () => new MemorySource(), logger: silentLogger });
  await service.start();
  const { url } = service;
  if (url === undefined) throw new Error('the service does not listen');
  await eventually('the service is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
  return service as Service & { readonly url: string };
}
