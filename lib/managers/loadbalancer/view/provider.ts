import type { CacheReader } from '../../../cache/index.js';
import type { Provider } from './types.js';

/** Who serves those that name no provider (recording svc-monitor/32). */
export const defaultProvider = 'opencontrail';

const parent = 'default-global-system-config';

/** The provider by its name; undefined: the default one. */
export function providerNamed(name: string | undefined, cache: CacheReader): Provider {
  const own = name === undefined || name === '' ? defaultProvider : name;
  const [set] = cache.find('service-appliance-set', 'name', `${parent}:${own}`);
  return {
    name: own,
    ...(set === undefined ? {} : { setUuid: set.uuid }),
    ...(set?.driver === undefined ? {} : { driver: set.driver }),
  };
}
