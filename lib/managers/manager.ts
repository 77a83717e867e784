import type { Clock } from '../base/clock/index.js';
import type { Logger } from '../base/log/index.js';
import type { Metrics, MetricTable } from '../base/metrics/index.js';
import type { ProblemTypes } from '../base/problems/index.js';
import type { Setting, SettingsOf } from '../base/settings/index.js';
import type { CacheObserver, CacheReader } from '../cache/index.js';
import type { HttpTransport } from '../config-api/index.js';
import type { AnyControllerSpec } from '../controller/index.js';
import type { AnyRuleTable } from '../planning/index.js';

/** What a manager is given. */
export interface ManagerContext {
  readonly cache: CacheReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Has keys of the manager's controllers looked at again, as if something of them had changed. Defaults to all, without hurry. */
  readonly requeue: (keys?: Iterable<string>) => void;
}

/** What a background task works with. */
export interface TaskContext {
  /** Sends requests to others than the config API, one at a time, without any policy: who sends sets the time that one may take. */
  readonly transport: HttpTransport;
  /** The token of the config API's client: what asks the same Keystone takes it, too. Undefined: there is none. Rejects with `unauthorized` or `aborted`. */
  token(signal: AbortSignal): Promise<string | undefined>;
}

/** Work that follows from no change: to ask others than the config API, again and again. */
export interface BackgroundTask {
  /** Dashed. */
  readonly name: string;
  /** Runs from the monitor's start, before its keys are looked at, until the signal fires. What fails meanwhile it handles itself; it rejects with `aborted` only. */
  run(context: TaskContext, signal: AbortSignal): Promise<void>;
}

/** What a manager is made of for one monitor. */
export interface ManagerParts {
  readonly controllers: readonly AnyControllerSpec[];
  readonly tasks?: readonly BackgroundTask[];
  /** Told of all that the cache hears and sees. */
  readonly observers?: readonly CacheObserver[];
}

/** Settings by the names that the code has for them. @inline */
type AnySettings = Readonly<Record<string, Setting<unknown>>>;

/**
 * One family of rules: its settings, its metrics, its types of problems, and its controllers, each with one kind of key. A manager is one folder, and one line in
 * `index.ts`.
 */
export interface Manager<T extends AnySettings = AnySettings> {
  /** Dashed. */
  readonly name: string;
  readonly settings: T;
  readonly metrics?: MetricTable;
  /** The types of problems that its controllers show. */
  readonly problems?: ProblemTypes;
  /** Its tables of rules: docs/rules.md. */
  readonly rules?: readonly AnyRuleTable[];
  /** Makes its parts. Nothing runs before the monitor starts. */
  create(context: ManagerContext, settings: SettingsOf<T>): ManagerParts;
}

/** A manager of which nothing is known but that it is one. */
export type AnyManager = Pick<Manager, 'name' | 'settings' | 'metrics' | 'problems' | 'rules'> & {
  create(context: ManagerContext, settings: never): ManagerParts;
};

/** Checks that a manager is one, and keeps its type. */
export function defineManager<T extends AnySettings>(manager: Manager<T>): Manager<T> {
  return manager;
}
