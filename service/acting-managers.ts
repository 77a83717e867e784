import { managers, type AnyManager } from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';

/**
 * The managers that act by the configuration, in the order of the list of all.
 *
 * @param instead stands in the place of the one of its name
 */
export function actingManagers(
  { managers: names }: Pick<ServiceConfig, 'managers'>,
  instead?: AnyManager,
): readonly AnyManager[] {
  const acting = managers.filter(({ name }) => names.includes(name));
  return acting.map((manager: AnyManager): AnyManager => (manager.name === instead?.name ? instead : manager));
}
