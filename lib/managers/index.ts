import { metricDefinitions, type MetricTable } from '../base/metrics/index.js';
import { problemTypes, type ProblemTypes } from '../base/problems/index.js';
import type { SettingsOf } from '../base/settings/index.js';
import { defaultObjects } from './default-objects/index.js';
import { loadbalancer } from './loadbalancer/index.js';
import type { AnyManager } from './manager.js';
import { octaviaVip } from './octavia-vip/index.js';
import { portTuple } from './port-tuple/index.js';
import { serviceInstance } from './service-instance/index.js';
import { snat } from './snat/index.js';

export {
  defineManager,
  type AnyManager,
  type BackgroundTask,
  type Manager,
  type ManagerContext,
  type ManagerParts,
  type TaskContext,
} from './manager.js';

/** The managers: one line each. */
export const managers = [
  octaviaVip,
  defaultObjects,
  serviceInstance,
  snat,
  portTuple,
  loadbalancer,
] as const satisfies readonly AnyManager[];

/** Those that act where nothing else is asked for. The others do what the original svc-monitor does, and must not do it beside it. */
export const defaultManagers = [octaviaVip] as const satisfies readonly AnyManager[];

/** Several types as one that has what each of them has. @inline */
type AllOf<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** The settings of all managers: no two have one of the same name. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- some managers have none
export type ManagerSettings = AllOf<SettingsOf<(typeof managers)[number]['settings']>>;

/** The defaults of all managers. */
export const defaultManagerSettings = Object.fromEntries(
  managers.flatMap(({ settings }) =>
    Object.entries(settings).map(([name, { defaultValue }]) => [name, defaultValue] as const),
  ),
) as unknown as ManagerSettings;

/** The metrics of the library and of all managers. The service publishes each as `svc_monitor_<name>`. */
export const allMetricDefinitions: MetricTable = managers.reduce<MetricTable>(
  (all, { metrics }) => ({ ...all, ...metrics }),
  metricDefinitions,
);

/** The types of problems of the library and of all managers: docs/problems.md. */
export const allProblemTypes: ProblemTypes = managers.reduce<ProblemTypes>(
  (all, { problems }) => ({ ...all, ...problems }),
  problemTypes,
);
