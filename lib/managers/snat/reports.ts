import type { Clock } from '../../base/clock/index.js';
import { problemOf, type Problem } from '../../base/problems/index.js';
import type { SnatPlan } from './plan.js';
import { snatProblems, type SnatProblemType } from './problem-types.js';

interface Report {
  readonly deed: SnatPlan['deed'];
  readonly problems: readonly Problem<SnatProblemType>[];
}

/** What the last plan of each router found: for status and problems. Routers of which there is nothing to say are not kept. */
export class SnatReports {
  private readonly byRouter = new Map<string, Report>();

  public constructor(private readonly clock: Clock) {}

  /** Takes the plan of a router. */
  public update(key: string, plan: SnatPlan): void {
    const before = this.byRouter.get(key)?.problems ?? [];
    const problems = this.problemsOf(key, plan).map((problem) => ({
      ...problem,
      since: before.find(({ type }) => type === problem.type)?.since ?? problem.since,
    }));
    if (plan.deed === 'nothing' || plan.deed === 'look') this.byRouter.delete(key);
    else this.byRouter.set(key, { deed: plan.deed, problems });
  }

  /** Nobody here acts for the router any more. */
  public forget(key: string): void {
    this.byRouter.delete(key);
  }

  /** Routers that have a gateway, and wait for something that is not there. */
  public waiting(): readonly string[] {
    return [...this.byRouter].filter(([, { deed }]) => deed === 'wait').map(([key]) => key);
  }

  /** Whether the router waits for something that is not there. */
  public isWaiting(key: string): boolean {
    return this.byRouter.get(key)?.deed === 'wait';
  }

  /** How many routers there are of each sort. */
  public counts(): Readonly<Record<'served' | 'waiting' | 'clearing', number>> {
    const deeds = [...this.byRouter.values()].map(({ deed }) => deed);
    const count = (wanted: SnatPlan['deed']): number => deeds.filter((deed) => deed === wanted).length;
    return { served: count('serve'), waiting: count('wait'), clearing: count('clear') };
  }

  /** What is not in order, in the order in which it was found. */
  public problems(): readonly Problem<SnatProblemType>[] {
    return [...this.byRouter.values()].flatMap(({ problems }) => problems);
  }

  private problemsOf(key: string, { waitsFor, surplus }: SnatPlan): readonly Problem<SnatProblemType>[] {
    const common = { kind: 'logical-router', uuid: key, key, since: this.clock.now() } as const;
    const waits =
      waitsFor === undefined
        ? []
        : [problemOf(snatProblems, 'snat-waits', { ...common, message: `no SNAT for the router: ${waitsFor.says}` })];
    const message = `${surplus} more service instances have names as those of the router have, and are not looked at`;
    return surplus === 0 ? waits : [...waits, problemOf(snatProblems, 'snat-oversized', { ...common, message })];
  }
}
