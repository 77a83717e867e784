import type { Clock } from '../../../base/clock/index.js';
import { problemOf } from '../../../base/problems/index.js';
import type { CacheReader, ObjectRef } from '../../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Touches } from '../../../controller/index.js';
import { causeInService } from '../../causes.js';
import type { DriverRegistry } from '../drivers/index.js';
import { loadbalancerRef } from '../view/index.js';
import { observeNative } from './observe.js';
import { planNative, type Complaint, type NativePlan } from './plan.js';
import { nativeProblems } from './problem-types.js';
import { nativeKeys, nativeTouches } from './reactions.js';
import type { NativeSeen } from './seen.js';

interface Known {
  readonly isServed: boolean;
  readonly complaints: readonly (Complaint & { readonly since: number })[];
}

/** Native load balancers: floating ips that lead to the members' interfaces. The key is the uuid of a load balancer, whether that is there or not. */
export class NativeController implements ControllerSpec<string, NativeSeen, NativePlan> {
  public readonly name = 'native-loadbalancer';
  public readonly touches: Touches<string> = nativeTouches;
  public readonly causeOf = causeInService;
  private readonly known = new Map<string, Known>();

  public constructor(
    private readonly clock: Clock,
    private readonly drivers: DriverRegistry,
  ) {}

  public keys(cache: CacheReader): Iterable<string> {
    return nativeKeys(cache);
  }

  public about(key: string, cache: CacheReader): ObjectRef {
    return loadbalancerRef(key, cache);
  }

  public observe(key: string, cache: CacheReader, isVerified: boolean): NativeSeen {
    return observeNative(key, { cache, drivers: this.drivers, isVerified });
  }

  public plan(seen: NativeSeen): NativePlan {
    return planNative(seen);
  }

  public planned(key: string, { deed, complaints }: NativePlan): void {
    // What is read again first is planned at once thereafter.
    if (deed === 'look') return;
    const before = this.known.get(key)?.complaints ?? [];
    const now = this.clock.now();
    const isServed = deed === 'serve';
    if (!isServed && complaints.length === 0) {
      this.known.delete(key);
      return;
    }
    const told = complaints.map((one) => ({
      ...one,
      since: before.find(({ type, uuid }) => type === one.type && uuid === one.uuid)?.since ?? now,
    }));
    this.known.set(key, { isServed, complaints: told });
  }

  public forgotten(key: string): void {
    this.known.delete(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    return (
      cache.get('loadbalancer', key) === undefined &&
      cache.get('loadbalancer-pool', key) === undefined &&
      cache.find('floating-ip', 'loadbalancer', key).length === 0 &&
      cache.find('service-health-check', 'loadbalancer', key).length === 0
    );
  }

  public status(): Readonly<Record<string, unknown>> {
    return { loadbalancers: { served: [...this.known.values()].filter(({ isServed }) => isServed).length } };
  }

  public problems(): readonly ControllerProblem[] {
    return [...this.known].flatMap(([key, { complaints }]) =>
      complaints.map(({ type, ...fields }) => problemOf(nativeProblems, type, { ...fields, key })),
    );
  }
}
