import type { Problem } from '../base/problems/index.js';
import type { CacheReader, ObjectRef, Transition } from '../cache/index.js';
import type { EntityOf, Kind } from '../model/index.js';
import type { ApplyResult, Plan, WriteObserver } from '../planning/index.js';
import type { KeyViews } from './views.js';

/** Which keys an object of each kind touches. Asked for the object as it was and as it is; the kinds that stand here are cached. */
export type Touches<Key extends string> = {
  readonly [K in Kind]?: (entity: EntityOf<K>, cache: CacheReader) => Iterable<Key>;
};

/** Something that is not in order with what a controller does; its type is documented with its manager, or in `problemTypes`. */
export type ControllerProblem<T extends string = string> = Problem<T>;

/** An entry of a map property, such as an annotation, as it is. */
export interface OwnEntry {
  readonly on: ObjectRef;
  readonly field: string;
  readonly key: string;
  readonly value: string;
}

/** What has come of a plan. */
export interface Settled extends ApplyResult {
  /** Nothing was written, since this is a dry run. */
  readonly dryRun: boolean;
  /** Why what is to be recorded was refused, this time or a moment ago. */
  readonly refusal?: NonNullable<ApplyResult['refusal']>;
}

/** What is told after a plan was made, and after it was carried out. All may be left out; none may throw. */
export interface ControllerHooks<Key extends string, P extends Plan> {
  /** Before the key is observed: what its objects tell is remembered. */
  preparing?(key: Key): void;
  /** A plan is about to be carried out, or, in a dry run, would be. */
  planned?(key: Key, plan: P): void;
  /** Another monitor acts for the key, and this is the plan that it has or had to carry out. Defaults to {@link ControllerHooks.planned}. */
  followed?(key: Key, plan: P): void;
  /** A plan was carried out, in part or as a whole, or was out of date. */
  settled?(key: Key, plan: P, settled: Settled): void;
  /** Somebody else reconciles the key from now on. */
  forgotten?(key: Key): void;
  /** Who remembers what a plan writes. */
  writes?(key: Key, plan: P): WriteObserver;
}

/** One family of rules with one kind of key: what it watches, which keys a change touches, observe and plan. */
export interface ControllerSpec<Key extends string, Seen, P extends Plan = Plan> extends ControllerHooks<Key, P> {
  /** Label of metrics, field of log lines, section of the status. */
  readonly name: string;
  readonly touches: Touches<Key>;
  /** All keys that there is anything to do for. */
  keys(cache: CacheReader): Iterable<Key>;
  /** The object that a key stands for, whether it is there or not: named where the key fails. Defaults to none, as where a key is no object. */
  about?(key: Key, cache: CacheReader): ObjectRef | undefined;
  /** It wants to be told of what was read and is as before, where somebody awaits it: seen again, it says something. Defaults to false. */
  readonly heedsUnchanged?: boolean;
  /** In whose hands a change was: those who change a lot take turns with others. Defaults to the project of the object. */
  causeOf?(transition: Transition, cache: CacheReader): string | undefined;
  /** Gathers what is known. No side effects. `verified`: what an earlier plan asked to be read again has been. */
  observe(key: Key, cache: CacheReader, verified: boolean): Seen;
  /** The rules: pure. */
  plan(seen: Seen): P;
  /** A plan as readable text. Defaults to its writes. */
  describe?(key: Key, plan: P): string;
  /** Whether there is nothing to be done for the key any more. Defaults to no: what is known of it is kept. */
  isOver?(key: Key, cache: CacheReader): boolean;
  /**
   * An entry of a map that only we keep, and that may be written anew as it is without meaning anything: by its echo the change stream is
   * tested. Of a key that this monitor acts for. Defaults to none.
   */
  ownEntry?(cache: CacheReader, owns: (key: Key) => boolean): OwnEntry | undefined;
  /** What the status shows of it besides queue and failures. */
  status?(): Readonly<Record<string, unknown>>;
  /** What is not in order, besides failing and contended keys. */
  problems?(): readonly ControllerProblem[];
  /** What is shown of its keys, one by one. */
  readonly views?: KeyViews;
}
