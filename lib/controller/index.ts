/**
 * The loop: queue → reconcile → done, retry later, or give up. N workers, each VIP with one of them at a time.
 *
 * Guarantees: a failing VIP does not hold up the others; a failure is logged once, counted, and listed until the VIP succeeds; no
 * reconcile outlasts its timeout in the eyes of the others; a VIP that somebody fights for is written to once a second, but for what cannot
 * wait; stopping is bounded. What a reconcile does is not its business.
 */
export { Controller, type ControllerOptions } from './controller.js';
export type { VipFailure } from './failures.js';
export type { ReconcileOptions, Reconciler, ReconcileResult } from './reconciler.js';
export { Repeats, type RepeatsOptions } from './repeats.js';
export { WriteGovernor, type WriteGovernorOptions, type WriteRound } from './write-governor.js';
