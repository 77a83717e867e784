import type { Clock } from '../../base/clock/index.js';
import { problemOf, type Problem } from '../../base/problems/index.js';
import { problemTypeOf, serviceInstanceProblems, type ServiceProblemType } from './problem-types.js';
import type { ServicePlan, Trouble } from './service-plan.js';

interface Noted extends Trouble {
  /** Wall clock, milliseconds since 1970. */
  readonly since: number;
}

interface Report {
  readonly rule: string;
  readonly counts: ServicePlan['counts'];
  readonly troubles: readonly Noted[];
}

// Of one service instance: more of the same says nothing more.
const mostTroubles = 16;

/** Keeps what the last plan of each service instance found, for status and problems. Bounded by the service instances that there are. */
export class ServiceReports {
  private readonly byKey = new Map<string, Report>();

  public constructor(private readonly clock: Clock) {}

  /** Takes note of what a plan has found. */
  public note(key: string, { rule, counts, troubles }: ServicePlan): void {
    const known = this.byKey.get(key)?.troubles ?? [];
    const now = this.clock.now();
    const noted = troubles.slice(0, mostTroubles).map((trouble) => {
      const before = known.find(({ type, message }) => type === trouble.type && message === trouble.message);
      return before ?? { ...trouble, since: now };
    });
    this.byKey.set(key, { rule: rule.rule, counts, troubles: noted });
  }

  /** Somebody else acts for it from now on, or nothing is left of it. */
  public forget(key: string): void {
    this.byKey.delete(key);
  }

  /** The service instances of which something waits for a vRouter. */
  public unplaced(): readonly string[] {
    return [...this.byKey].flatMap(([key, { troubles }]) =>
      troubles.some(({ type }) => type === 'unplaced') ? [key] : [],
    );
  }

  /** What is not in order. */
  public problems(): readonly Problem<ServiceProblemType>[] {
    return [...this.byKey].flatMap(([key, { troubles }]) =>
      troubles.map(({ type, message, since }) =>
        problemOf(serviceInstanceProblems, problemTypeOf(type), {
          kind: 'service-instance',
          uuid: key,
          key,
          message,
          since,
        }),
      ),
    );
  }

  /** How many there are, by the rule that applies, and how many virtual machines they have. */
  public summary(): Readonly<Record<string, unknown>> {
    const byRule: Record<string, number> = {};
    const machines = { wanted: 0, there: 0, placed: 0 };
    for (const { rule, counts } of this.byKey.values()) {
      byRule[rule] = (byRule[rule] ?? 0) + 1;
      machines.wanted += counts.wanted;
      machines.there += counts.there;
      machines.placed += counts.placed;
    }
    return { instances: byRule, machines };
  }
}
