import type { EmbeddedCloud, EmbeddedMonitor } from '../../fixtures/index.js';
import type { ManualOwnership } from './manual-ownership.js';

/** How the lead passes on. */
export type Passing =
  /** The leader dies: its write has no effect. */
  | 'killed before'
  /** The leader dies: its write was carried out, and it never heard so. */
  | 'killed after'
  /** It loses the lead and lives on: what it has sent before goes on. */
  | 'demoted';

/** Who leads, who stands by, and when that changes. */
export interface LeadParts {
  readonly leader: EmbeddedMonitor;
  readonly standby: EmbeddedMonitor;
  readonly ownerships: readonly [ManualOwnership, ManualOwnership];
  /** With which write the lead passes on, from 1, and how; undefined: never. */
  readonly how: { readonly at: number; readonly passing: Passing } | undefined;
}

/**
 * Counts what the leader of two monitors writes, and passes the lead on at one of the writes.
 */
export class PassingLead {
  /** Writes of both, sent. */
  public writes = 0;
  /** Objects that both have made. */
  public creates = 0;
  public hasPassedOn = false;
  private isDead = false;
  private readonly death = new AbortController();

  public constructor(
    private readonly cloud: EmbeddedCloud,
    private readonly members: LeadParts,
  ) {
    const { leader, standby, how } = members;
    cloud.server.use(async (request, next) => {
      const isOfLeader = request.userAgent === leader.userAgent;
      if (!isOfLeader && request.userAgent !== standby.userAgent) return next();
      if (isOfLeader && this.isDead) return nobodyThere;
      if (!['POST', 'PUT', 'DELETE'].includes(request.method) || request.path === '/list-bulk-collection')
        return next();
      this.writes += 1;
      const isNow = this.writes === how?.at;
      if (isNow && how.passing !== 'demoted') {
        this.isDead = true;
        this.death.abort();
      }
      if (isNow && how.passing === 'killed before') return nobodyThere;
      if (isNow && how.passing === 'demoted') this.pass();
      const answer = await next();
      if (request.method === 'POST' && !actions.has(request.path) && answer.status === 200) this.creates += 1;
      return isNow && how.passing === 'killed after' ? nobodyThere : answer;
    });
  }

  /** Resolves when all is done, by whoever leads then. */
  public async settled(): Promise<void> {
    const { cloud } = this;
    if (this.hasPassedOn) return cloud.settled();
    try {
      await cloud.settled({}, this.death.signal);
    } catch (error) {
      if (!this.isDead) throw error;
    }
    if (!this.isDead) return;
    await cloud.during(cloud.stopMonitor(this.members.leader));
    this.pass();
    return cloud.settled();
  }

  /** How many writes it takes whoever leads to look at everything again. */
  public async again(): Promise<number> {
    const before = this.writes;
    await (this.hasPassedOn ? this.members.standby : this.members.leader).resync();
    return this.writes - before;
  }

  private pass(): void {
    const [first, second] = this.members.ownerships;
    this.hasPassedOn = true;
    first.give(false);
    second.give(true);
  }
}

const nobodyThere = { status: 0, body: '', transport: { kind: 'reset' } } as const;

/** What is sent by POST, and makes no object. */
const actions: ReadonlySet<string> = new Set(['/ref-update', '/prop-collection-update', '/chown']);
