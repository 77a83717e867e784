import { setTimeout as wait } from 'node:timers/promises';
import {
  differences,
  expectedState,
  FaultEngine,
  observedState,
  seededRandom,
  type EmbeddedOpenSdn,
  type FaultRule,
  type Operation,
} from '../../../fixtures/index.js';
import type { SeededLoadBalancer } from '../cloud.js';
import type { NotificationFeed } from '../feed.js';
import { oldestAmphora } from './failovers.js';

/** What the work has come to so far. */
export interface SoakAccount {
  /** Notifications that the actors' work caused, repeats by faults apart. */
  readonly changes: number;
  readonly failovers: number;
  /** Failovers that deleted the old port without a warning, so that the floating ip was stripped. */
  readonly strips: number;
  readonly disassociations: number;
  /** Faults that struck. */
  readonly faults: number;
  /** What is not as it should be after the rest, a line each. */
  readonly differences: readonly string[];
}

/** How to work. */
export interface SoakOptions {
  readonly changesPerSecond: number;
  readonly seed: number;
  readonly feed: NotificationFeed;
}

const monitor = 'opensdn-svc-monitor';
const operationsAtOnce = 8;
const lookEveryMs = 100;
/** After the stream was cut: until the measured process has connected and read everything, with room. */
const withoutUsersMs = 5_000;

/** What befalls requests of the measured process and notifications. No reordering: the order tells a strip from a disassociation. */
const faultRules: readonly FaultRule[] = [
  { on: 'request', match: { userAgent: monitor }, probability: 0.01, fault: { kind: 'error', status: 503 } },
  {
    on: 'request',
    match: { userAgent: monitor },
    probability: 0.005,
    fault: { kind: 'error', status: 502, carriedOut: true },
  },
  {
    on: 'request',
    match: { userAgent: monitor },
    probability: 0.01,
    fault: { kind: 'latency', ms: { min: 20, max: 500 } },
  },
  { on: 'request', match: { userAgent: monitor }, probability: 0.005, fault: { kind: 'reset' } },
  { on: 'request', match: { userAgent: monitor }, probability: 0.005, fault: { kind: 'reset', carriedOut: true } },
  { on: 'notification', probability: 0.05, fault: { kind: 'duplicate' } },
];

interface UnderWay {
  readonly isUsers: boolean;
  readonly operation: Operation<unknown>;
}

/** Octavia, Nova and users at work on a cloud at a fixed pace, with faults, as long as it is wanted. */
export class Soak {
  private readonly random: () => number;
  private readonly faults: FaultEngine;
  private readonly underWay: UnderWay[] = [];
  private working: Promise<void> = Promise.resolve();
  private isResting = true;
  private usersRest = false;
  private next = 0;
  private changes = 0;
  private readonly counts = { failovers: 0, strips: 0, disassociations: 0 };

  public constructor(
    private readonly server: EmbeddedOpenSdn,
    private readonly cloud: readonly SeededLoadBalancer[],
    private readonly options: SoakOptions,
  ) {
    this.random = seededRandom(options.seed);
    this.faults = new FaultEngine(server, { seed: options.seed, notificationLogSize: 100 });
    for (const rule of faultRules) this.faults.add(rule);
    server.notifications.observe((message) => {
      if (!message['request-id'].startsWith('req-svc-monitor-')) this.changes += 1;
    });
  }

  /** Goes on working. */
  public resume(): void {
    if (!this.isResting) return;
    this.isResting = false;
    this.working = this.work();
  }

  /** Does something at a moment at which no user works, and lets none work for some seconds after: only Octavia and Nova. */
  public async withoutUsers(what: () => void): Promise<void> {
    this.usersRest = true;
    while (this.underWay.some(({ isUsers }) => isUsers)) await wait(lookEveryMs);
    what();
    setTimeout(() => {
      this.usersRest = false;
    }, withoutUsersMs).unref();
  }

  /** Finishes what is under way, and rests until all is as it should be; after `settleMs` milliseconds it tells what is not. */
  public async check(settleMs: number): Promise<SoakAccount> {
    this.isResting = true;
    await this.working;
    const givenUpAt = performance.now() + settleMs;
    let found = this.differences();
    while (found.length > 0 && performance.now() < givenUpAt) {
      await wait(lookEveryMs);
      found = this.differences();
    }
    const struck = this.faults.list().reduce((total, rule) => total + rule.struck, 0);
    return { changes: this.changes, ...this.counts, faults: struck, differences: found };
  }

  private async work(): Promise<void> {
    const startedAt = performance.now();
    const changesBefore = this.changes;
    while (!this.isResting || this.underWay.length > 0) {
      const aheadMs =
        ((this.changes - changesBefore) / this.options.changesPerSecond) * 1_000 - (performance.now() - startedAt);
      if (aheadMs > 0) await wait(Math.min(aheadMs, lookEveryMs));
      else await this.step();
    }
  }

  private async step(): Promise<void> {
    if (!this.isResting && this.underWay.length < operationsAtOnce) this.underWay.push(this.begin());
    const index = Math.floor(this.random() * this.underWay.length);
    const chosen = this.underWay[index];
    if (chosen !== undefined && (await chosen.operation.step()) === undefined) this.underWay.splice(index, 1);
  }

  // One load balancer after the other: each has time to settle before its turn comes again.
  private begin(): UnderWay {
    const target = this.cloud[this.next % this.cloud.length];
    if (target === undefined) throw new Error('the cloud is empty');
    this.next += 1;
    const { octavia, user, loadBalancer, floatingIp } = target;
    const chance = this.random();
    if (chance < 0.2 && !this.usersRest) {
      if (floatingIp.association === undefined) {
        return { isUsers: true, operation: user.associate(floatingIp, loadBalancer) };
      }
      this.counts.disassociations += 1;
      return { isUsers: true, operation: user.disassociate(floatingIp) };
    }
    const skipUnbind = chance > 0.85;
    this.counts.failovers += 1;
    if (skipUnbind) this.counts.strips += 1;
    const operation = octavia.failoverAmphora(loadBalancer, oldestAmphora(target), { skipUnbind });
    return { isUsers: false, operation };
  }

  private differences(): readonly string[] {
    const model = {
      loadBalancers: this.cloud.map(({ loadBalancer }) => loadBalancer),
      floatingIps: this.cloud.map(({ floatingIp }) => floatingIp),
    };
    return differences(expectedState(model), observedState(this.server));
  }
}
