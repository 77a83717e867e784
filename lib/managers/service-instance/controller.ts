import type { Clock } from '../../base/clock/index.js';
import { problemOf } from '../../base/problems/index.js';
import type { CacheReader, ObjectRef } from '../../cache/index.js';
import type { ControllerProblem, ControllerSpec } from '../../controller/index.js';
import { causeInService } from '../causes.js';
import { observeInstance } from './observe.js';
import { planInstance } from './plan.js';
import { serviceInstanceProblems } from './problem-types.js';
import { keys, ofMachine, touches } from './reactions.js';
import { ServiceReports } from './report.js';
import type { Silence } from './scheduler/lookout.js';
import type { StateChange, VrouterStates } from './scheduler/states.js';
import type { ServiceSeen } from './seen.js';
import type { ServicePlan } from './service-plan.js';

/** What a {@link ServiceController} is made of. */
export interface ServiceControllerParts {
  readonly cache: CacheReader;
  readonly states: VrouterStates;
  readonly clock: Clock;
  readonly settings: { readonly schedulerSeed: string };
  /** Who looks which vRouters work. */
  readonly lookout: () => { readonly looks: number; readonly silence: Silence | undefined };
}

/** Service instances of version 1 in network namespaces. The key is the uuid of one, also when it is gone. */
export class ServiceController implements ControllerSpec<string, ServiceSeen, ServicePlan> {
  public readonly name = 'service-instance';
  public readonly touches = touches;
  public readonly keys = keys;
  public readonly causeOf = causeInService;
  private readonly reports: ServiceReports;

  public constructor(private readonly parts: ServiceControllerParts) {
    this.reports = new ServiceReports(parts.clock);
  }

  public about(uuid: string): ObjectRef {
    return { kind: 'service-instance', uuid };
  }

  public observe(key: string, cache: CacheReader): ServiceSeen {
    return observeInstance(key, cache, this.parts.states);
  }

  public plan(seen: ServiceSeen): ServicePlan {
    return planInstance(seen, { seed: this.parts.settings.schedulerSeed });
  }

  public planned(key: string, plan: ServicePlan): void {
    this.reports.note(key, plan);
  }

  public forgotten(key: string): void {
    this.reports.forget(key);
  }

  public isOver(key: string, cache: CacheReader): boolean {
    const isThere = cache.get('service-instance', key) !== undefined;
    const isOver = !isThere && cache.referrers('virtual-machine', 'service-instance', key).length === 0;
    if (isOver) this.reports.forget(key);
    return isOver;
  }

  /** The keys for which a change of vRouters matters: those that are on a dead one, and those that wait for one that works. */
  public concernedBy(changes: readonly StateChange[]): ReadonlySet<string> {
    const { cache } = this.parts;
    const concerned = new Set<string>();
    for (const { uuid, became } of changes) {
      const machines = cache.get('virtual-router', uuid)?.refs['virtual-machine'] ?? [];
      for (const machine of machines) for (const key of ofMachine(machine, cache)) concerned.add(key);
      if (became === 'working') for (const key of this.reports.unplaced()) concerned.add(key);
    }
    return concerned;
  }

  public status(): Readonly<Record<string, unknown>> {
    const { states } = this.parts;
    const vrouters = {
      looks: this.parts.lookout().looks,
      seen: states.size,
      working: states.working().length,
      dead: states.dead().map(({ name }) => name),
    };
    return { ...this.reports.summary(), vrouters };
  }

  public problems(): readonly ControllerProblem[] {
    const silence = this.parts.lookout().silence;
    const problems: readonly ControllerProblem[] = this.reports.problems();
    return silence === undefined
      ? problems
      : [problemOf(serviceInstanceProblems, 'analytics-silent', silence), ...problems];
  }
}
