import type { CacheReader } from '../../../../lib/cache/index.js';
import type { ControllerSpec } from '../../../../lib/controller/index.js';
import type { EntityOf } from '../../../../lib/model/index.js';
import type { Plan } from '../../../../lib/planning/index.js';
import { planOf } from '../../planning/support/objects.js';

/** What the made-up controller sees of its key. */
export interface MadeUpSeen {
  readonly key: string;
  readonly floatingIps: readonly EntityOf<'floating-ip'>[];
  readonly verified: boolean;
}

/** Its keys are ports, and it sees the floating ips that reference them. It plans what the test says. */
export class MadeUpSpec implements ControllerSpec<string, MadeUpSeen> {
  public readonly name: string = 'made-up';
  public readonly touches = {
    'floating-ip': ({ refs }: EntityOf<'floating-ip'>): readonly string[] => refs['virtual-machine-interface'],
    'virtual-machine-interface': ({ uuid }: EntityOf<'virtual-machine-interface'>): readonly string[] => [uuid],
  };
  /** All that was observed. */
  public readonly observed: MadeUpSeen[] = [];
  /** What is planned for what is seen. */
  public toPlan: (seen: MadeUpSeen) => Plan = () => planOf([]);

  public *keys(cache: CacheReader): Iterable<string> {
    for (const { uuid } of cache.all('virtual-machine-interface')) yield uuid;
  }

  public observe(key: string, cache: CacheReader, verified: boolean): MadeUpSeen {
    const floatingIps = cache.referrers('floating-ip', 'virtual-machine-interface', key);
    const seen = { key, floatingIps, verified };
    this.observed.push(seen);
    return seen;
  }

  public plan(seen: MadeUpSeen): Plan {
    return this.toPlan(seen);
  }
}
