import type { Clock } from '../../base/clock/index.js';
import { problemOf } from '../../base/problems/index.js';
import type { CacheReader, ObjectRef } from '../../cache/index.js';
import type { ControllerProblem, ControllerSpec, Settled, Touches } from '../../controller/index.js';
import type { WriteObserver } from '../../planning/index.js';
import { causeInService } from '../causes.js';
import type { Complaint } from './pieces.js';
import { observeService } from './observe.js';
import { planService, type ServicePlan } from './plan.js';
import { portTupleProblems } from './problem-types.js';
import { portTupleKeys, portTupleTouches } from './reactions.js';
import type { ServiceSeen } from './seen.js';

/** What is known of a service instance since it was last looked at. */
interface Known {
  readonly linked: ServicePlan['linked'];
  readonly complaints: readonly (Complaint & { readonly since: number })[];
}

const nothing: Known = { linked: {}, complaints: [] };

/** Port tuples: the key is the uuid of a service instance, and all its port tuples are looked at together. */
export class PortTupleController implements ControllerSpec<string, ServiceSeen, ServicePlan> {
  public readonly name = 'port-tuple';
  public readonly touches: Touches<string> = portTupleTouches;
  public readonly causeOf = causeInService;
  private readonly known = new Map<string, Known>();

  /** @param requeue has keys looked at again */
  public constructor(
    private readonly clock: Clock,
    private readonly requeue: (keys: Iterable<string>) => void,
  ) {}

  public keys(cache: CacheReader): Iterable<string> {
    return portTupleKeys(cache);
  }

  public about(uuid: string): ObjectRef {
    return { kind: 'service-instance', uuid };
  }

  public observe(key: string, cache: CacheReader, verified: boolean): ServiceSeen {
    const remembered = this.known.get(key)?.linked ?? {};
    return observeService(key, cache, { isVerified: verified, remembered });
  }

  public plan(seen: ServiceSeen): ServicePlan {
    return planService(seen);
  }

  public planned(key: string, plan: ServicePlan): void {
    const { complaints } = this.known.get(key) ?? nothing;
    const now = this.clock.now();
    this.remember(key, {
      linked: union(plan.linked, plan.unlinked),
      complaints: plan.complaints.map((one) => ({
        ...one,
        since: complaints.find(({ type, uuid }) => type === one.type && uuid === one.uuid)?.since ?? now,
      })),
    });
  }

  public settled(key: string, plan: ServicePlan, { outcome, dryRun }: Settled): void {
    // What was linked once and was taken away by this is of no interest any more: who links it to an interface then is its user.
    const known = this.known.get(key);
    if (known !== undefined && outcome === 'done' && !dryRun) this.remember(key, { ...known, linked: plan.linked });
  }

  public writes(_key: string, { wakes }: ServicePlan): WriteObserver {
    return {
      // What a controller has written it is not told of.
      written: ({ uuid }) => {
        const others = wakes.get(uuid);
        if (others !== undefined) this.requeue(others);
      },
    };
  }

  public forgotten(key: string): void {
    this.known.delete(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    return (
      cache.get('service-instance', key) === undefined &&
      cache.find('port-tuple', 'parent', key).length === 0 &&
      cache.find('instance-ip', 'namedAfter', key).length === 0
    );
  }

  public problems(): readonly ControllerProblem[] {
    return [...this.known].flatMap(([key, { complaints }]) =>
      complaints.map(({ type, ...fields }) => problemOf(portTupleProblems, type, { ...fields, key })),
    );
  }

  private remember(key: string, known: Known): void {
    const isNothing = known.complaints.length === 0 && Object.keys(known.linked).length === 0;
    if (isNothing) this.known.delete(key);
    else this.known.set(key, known);
  }
}

function union(one: ServicePlan['linked'], other: ServicePlan['linked']): ServicePlan['linked'] {
  const types = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...types].map((type) => [type, [...new Set([...(one[type] ?? []), ...(other[type] ?? [])])]]),
  );
}
