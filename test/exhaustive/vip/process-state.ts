import type { HistoryState } from '../../../lib/managers/octavia-vip/history/index.js';
import type { OctaviaVipSettings } from '../../../lib/managers/octavia-vip/settings.js';
import type { VipKey } from '../../../lib/managers/octavia-vip/vip-key.js';
import type { VipPlan } from '../../../lib/managers/octavia-vip/vip-plan.js';
import type { EntityOf } from '../../../lib/model/index.js';
import type { Write } from '../../../lib/planning/write.js';
import type { OwnAnswer } from '../own-writes.js';
import type { Id, Kind } from '../store.js';
import type { Hears } from '../parts.js';
import type { Cached } from './cache-view.js';

/** How a {@link Process} works. */
export interface ProcessOptions {
  readonly settings: OctaviaVipSettings;
  /**
   * How it reads. `in turn`: one after the other, and takes no message as long as there is something to be read; `in any order`: each some time
   * after it was asked for, and at once then; `late`: it leaves when it is asked for, and its answer is on the way for a while.
   */
  readonly reads: 'in turn' | 'in any order' | 'late';
  /** By what it hears of changes. */
  readonly hears: Hears;
  /** How often it may be slowed down. */
  readonly slowdowns: number;
}

/** A GET of one object on its way (`lib/cache/refresher.ts`). */
export interface Reading {
  readonly kind: Kind;
  /** Position of the last change heard when it began. */
  readonly readAfter: number;
  /** Something was heard of the object since. */
  readonly dirty?: true;
  /** We wrote the object since: what it brings is out of date. */
  readonly overtaken?: true;
  /** What the server has answered, and has not been looked at yet: null if there is no such object. */
  readonly answer?: EntityOf | null;
}

/** The full read of a kind on its way (`lib/cache/resync.ts`). */
export interface Listing {
  readonly began: number;
  readonly answer?: readonly EntityOf[];
}

/** A write on its way. */
export interface Sent {
  readonly write: Write;
  readonly on: Id;
  readonly requestId: string;
  readonly answer?: OwnAnswer;
  /** A read has shown the object since it was sent, or a message said that it is gone. */
  readonly isTouched?: true;
}

/** What of a plan still counts while it is carried out. */
export interface PlanLeft extends Pick<
  VipPlan,
  'forgotten' | 'handedOver' | 'leftRead' | 'vipPortUuid' | 'recheckAfterMs'
> {
  /** The stage at hand, if one is, and those that follow. */
  readonly stages: VipPlan['stages'];
  /** Those that are more than a line in a log. */
  readonly events: VipPlan['events'];
}

/** What a plan heeds: as it has it, and up to which position that shows what was heard. */
export interface Heeded {
  readonly kind: Kind;
  readonly entity?: EntityOf | undefined;
  readonly knownUpTo: number;
}

/** A reconcile on its way (`lib/controller/plan-reconciler.ts`, `lib/planning/applier.ts`). */
export interface Run {
  readonly key: VipKey;
  /** How many plans it has made. */
  readonly plans: number;
  readonly verified: boolean;
  /** Objects that have to be read before it goes on. */
  readonly waitsFor: readonly Id[];
  readonly then: 'plan' | 'check' | 'trials' | 'write' | 'look';
  readonly plan?: PlanLeft;
  /** The writes that are left of the stage at hand. */
  readonly rest: readonly Write[];
  readonly sent?: Sent;
  /** The write that was made while the object was read, which is looked at again. */
  readonly beside?: Sent;
  /** What the plan heeds, as it has it, and up to which position it knows of it. */
  readonly heeded: Readonly<Record<Id, Heeded>>;
  readonly isReadBack: boolean;
  readonly isOutdated: boolean;
  /** It is slowed down: only what cannot wait is written. */
  readonly urgentOnly?: true;
  /** The virtual-ip that it has made. */
  readonly created?: Id;
}

/** What an object references and the cache lacked: what of it is not read yet, and whether some of it is gone. */
export interface Followed {
  readonly kind: Kind;
  readonly missing: readonly Id[];
  readonly isGone: boolean;
}

/** All that one process of the service knows and is about to do, as a plain value. */
export interface ProcessState {
  readonly cached: Cached;
  readonly gone: readonly Id[];
  /** Of floating ips: the position up to which what is cached shows what was heard of them. */
  readonly knownUpTo: Readonly<Record<Id, number>>;
  readonly history: HistoryState;
  /** The kinds that it has not read in full yet, the first of them being read. */
  readonly unread: readonly Kind[];
  readonly listing?: Listing;
  /** What has still to be read before the first full read is done: objects that others reference, and that it did not show. */
  readonly lacking: readonly Id[];
  /** The objects that were touched by something live since the full read began that is on its way. */
  readonly touched: readonly Id[];
  readonly readings: Readonly<Record<Id, Reading>>;
  /** Objects that reference others which the cache lacked, and those of them that are not read yet (`Refresher.followReferences`). */
  readonly followed: Readonly<Record<Id, Followed>>;
  readonly dirty: readonly VipKey[];
  /** Keys that are looked at again when time has passed. */
  readonly recheck: readonly VipKey[];
  readonly run?: Run;
  readonly sequence: number;
  /** Monotonic time, milliseconds. */
  readonly now: number;
  /** Tells the first steps of restores apart that can be on their way at once. */
  readonly restores: number;
  /** How often it may still be slowed down. */
  readonly slowdowns: number;
}

/** The kinds that are cached, in the order in which they are read. */
export const cachedKinds: readonly Kind[] = [
  'virtual-network',
  'virtual-machine-interface',
  'instance-ip',
  'floating-ip',
  'virtual-ip',
];

/** The time at which each state stands. */
export const standingTime = 1_000_000;

/** A process that has just started. */
export const startedProcess: ProcessState = {
  cached: {},
  gone: [],
  knownUpTo: {},
  history: {
    requests: { ports: {}, explained: [], heard: [] },
    byOrder: {},
    floatingIps: {},
    vipPorts: {},
    ownIdsSeen: false,
  },
  unread: cachedKinds,
  listing: { began: 0 },
  lacking: [],
  touched: [],
  readings: {},
  followed: {},
  dirty: [],
  recheck: [],
  sequence: 0,
  now: standingTime,
  restores: 0,
  slowdowns: 0,
};
