/**
 * The loop: queue → reconcile → done, retry later, or give up. Each controller has its own queue and N workers, each key with one of them at
 * a time. It knows nothing of what its keys mean.
 *
 * Guarantees: a failing key does not hold up the others; a failure is logged once, counted, and listed until the key succeeds; no
 * reconcile outlasts its timeout in the eyes of the others; a key that somebody fights for is written to once a second, but for what cannot
 * wait; stopping is bounded.
 */
export { Controller, type ControllerOptions } from './controller.js';
export type { Failure } from './failures.js';
export { anyController, type AnyControllerSpec, type Feed, type FeedParts } from './feed.js';
export {
  ManagedController,
  type AnyController,
  type ControllerStatus,
  type ManagedControllerParts,
  type ReconcilerDecorator,
} from './managed-controller.js';
export { OwnedReconciler, type OwnedReconcilerParts } from './owned-reconciler.js';
export { describePlan, PlanReconciler, type PlanReconcilerParts } from './plan-reconciler.js';
export * from './queue/index.js';
export type { ReconcileOptions, Reconciler, ReconcileResult } from './reconciler.js';
export { Repeats, type RepeatsOptions } from './repeats.js';
export type { ControllerHooks, ControllerProblem, ControllerSpec, OwnEntry, Settled, Touches } from './spec.js';
export type { KeyViews, ViewPage, ViewQuery } from './views.js';
export { WriteGovernor, type WriteGovernorOptions, type WriteRound } from './write-governor.js';
