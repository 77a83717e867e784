import type { EntityOf } from '../../model/index.js';
import type { Lent } from './seen.js';

/**
 * Whose address the interfaces of a side get: the service's own, or that of somebody else. The right side of a load balancer has the address of
 * its VIP port (recording svc-monitor/32): until that is known, the service instance waits.
 */
export function lentAddressOf({
  template,
  type,
}: {
  readonly instance: EntityOf<'service-instance'>;
  readonly template: EntityOf<'service-template'>;
  readonly type: string;
}): Lent {
  return template.type === 'loadbalancer' && type === 'right' ? { state: 'awaited' } : { state: 'own' };
}
