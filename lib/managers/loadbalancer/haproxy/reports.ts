import type { Clock } from '../../../base/clock/index.js';
import { problemOf, type Problem } from '../../../base/problems/index.js';
import type { HaproxyPlan, Trouble } from './plan.js';
import { haproxyProblems, problemTypeOf, type HaproxyProblemType } from './problem-types.js';

interface Noted extends Trouble {
  /** Wall clock, milliseconds since 1970. */
  readonly since: number;
}

interface Report {
  readonly deed: HaproxyPlan['deed'];
  readonly rule: string;
  readonly troubles: readonly Noted[];
}

// Of one load balancer: more of the same says nothing more.
const mostTroubles = 16;

/** What the last plan of each load balancer in haproxy found: for status and problems. Those of which there is nothing to say are not kept. */
export class HaproxyReports {
  private readonly byKey = new Map<string, Report>();

  public constructor(private readonly clock: Clock) {}

  /** Takes note of what a plan has found. */
  public note(key: string, { deed, rule, troubles }: HaproxyPlan): void {
    if (deed === 'nothing' || deed === 'look') {
      this.byKey.delete(key);
      return;
    }
    const known = this.byKey.get(key)?.troubles ?? [];
    const now = this.clock.now();
    const noted = troubles.slice(0, mostTroubles).map((trouble) => {
      const before = known.find(
        ({ type, uuid, message }) => type === trouble.type && uuid === trouble.uuid && message === trouble.message,
      );
      return { ...trouble, since: before?.since ?? now };
    });
    this.byKey.set(key, { deed, rule, troubles: noted });
  }

  /** Somebody else acts for it from now on, or nothing is left of it. */
  public forget(key: string): void {
    this.byKey.delete(key);
  }

  /** Those to which one of these rules applied. */
  public ruledBy(...rules: readonly string[]): readonly string[] {
    return [...this.byKey].filter(([, { rule }]) => rules.includes(rule)).map(([key]) => key);
  }

  /** How many load balancers there are of each sort. */
  public counts(): Readonly<Record<'served' | 'waiting' | 'refused' | 'left', number>> {
    const count = (wanted: HaproxyPlan['deed']): number =>
      [...this.byKey.values()].filter(({ deed }) => deed === wanted).length;
    return { served: count('serve'), waiting: count('wait'), refused: count('refuse'), left: count('leave') };
  }

  /** What is not in order. */
  public problems(): readonly Problem<HaproxyProblemType>[] {
    return [...this.byKey].flatMap(([key, { troubles }]) =>
      troubles.map(({ type, kind, uuid, message, since }) =>
        problemOf(haproxyProblems, problemTypeOf(type), { kind, uuid, key, message, since }),
      ),
    );
  }
}
