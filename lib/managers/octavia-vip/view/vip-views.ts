import { Turns, type Clock } from '../../../base/clock/index.js';
import type { KeyViews, ViewPage, ViewQuery } from '../../../controller/index.js';
import type { CacheReader } from '../../../cache/index.js';
import type { VipKey } from '../vip-key.js';
import type { VipReports } from '../report.js';
import type { VipStories } from './stories.js';
import { viewFailover, viewIncidents, type FailoverView, type IncidentView } from './story-view.js';
import type { FloatingIpView, NamedObject, PortView, VipFacts } from './vip-view.js';

/** A VIP in a list. Of its ports and floating ips only the first are in it. */
export interface VipRow extends Omit<VipFacts, 'ports' | 'floatingIps' | 'plan' | 'hasPlan'> {
  readonly ports: readonly Pick<PortView, 'uuid' | 'state'>[];
  readonly portCount: number;
  readonly floatingIps: readonly Pick<FloatingIpView, 'uuid' | 'address' | 'state'>[];
  readonly floatingIpCount: number;
  /** `wrong`: something of it is among the problems. `busy`: something is awaited, or is being written. `planned`: a dry run would write. */
  readonly state: 'ok' | 'busy' | 'planned' | 'wrong';
  readonly problems: number;
}

/** All that is shown of one VIP. */
export interface VipView extends VipFacts {
  /** The latest first. */
  readonly failovers: readonly FailoverView[];
  /** The latest first. */
  readonly incidents: readonly IncidentView[];
}

/** A failover of some VIP. */
export interface LatestFailover extends FailoverView {
  readonly key: string;
  readonly address: string;
  readonly loadBalancer?: NamedObject;
}

/** Where the views of VIPs are made from. */
export interface VipViewsParts {
  readonly name: string;
  readonly cache: CacheReader;
  readonly clock: Clock;
  readonly stories: VipStories;
  readonly dryRun: () => boolean;
  /** The VIPs that there is something to say about. */
  readonly reports: Pick<VipReports, 'keys' | 'has'>;
  /** What is seen of a VIP now, with the text of its plan or without. */
  readonly facts: (key: VipKey, withPlan: boolean) => VipFacts;
}

interface HeldRow {
  readonly row: Omit<VipRow, 'problems'>;
  /** All that it is found by, in small letters. */
  readonly words: string;
}

// Octavia has two, and one more during a failover.
const portsInRow = 6;
const floatingIpsInRow = 4;
const wordsPerRow = 4_000;
const wordsPerSearch = 8;
const longestSearch = 200;
const longestTurnMs = 8;

/**
 * What is shown of VIPs. The line of a VIP is made when somebody looks at the list, and kept until the VIP has been reconciled again: to show
 * costs nothing while nobody looks.
 */
export class VipViews implements KeyViews {
  private readonly rows = new Map<VipKey, HeldRow>();
  private readonly turns: Turns;
  private changes = 0;
  private order: { readonly revision: number; readonly keys: readonly VipKey[] } | undefined;
  private ordering: Promise<readonly VipKey[]> | undefined;

  public constructor(private readonly parts: VipViewsParts) {
    this.turns = new Turns(parts.clock, longestTurnMs);
  }

  public get name(): string {
    return this.parts.name;
  }

  public get revision(): number {
    return this.changes;
  }

  /** What was shown of the VIP may not be so any more, or it is gone. */
  public changed(key: VipKey): void {
    this.rows.delete(key);
    this.changes += 1;
  }

  public async list({ search, offset, limit, problems }: ViewQuery): Promise<ViewPage> {
    const all = await this.inOrder();
    const words = search.slice(0, longestSearch).toLowerCase().split(/\s+/).filter(Boolean).slice(0, wordsPerSearch);
    const matching = words.length === 0 ? all : all.filter((key) => this.has(key, words));
    const first = matching.filter((key) => problems.has(key));
    const found = first.length === 0 ? matching : [...first, ...matching.filter((key) => !problems.has(key))];
    const rows = found.slice(offset, offset + limit).flatMap((key) => {
      const row = this.rows.get(key)?.row;
      const count = problems.get(key) ?? 0;
      return row === undefined ? [] : [{ ...row, state: count > 0 ? ('wrong' as const) : row.state, problems: count }];
    });
    return { total: all.length, found: found.length, offset, rows };
  }

  public get(key: string): VipView | undefined {
    const { cache, stories, facts, reports } = this.parts;
    const vip = key as VipKey;
    if (!reports.has(vip)) return undefined;
    const story = stories.of(vip);
    return {
      ...facts(vip, true),
      failovers: story.failovers.toReversed().map((failover) => viewFailover(cache, failover)),
      incidents: viewIncidents(cache, story),
    };
  }

  public latest(limit: number): readonly LatestFailover[] {
    const { cache, stories } = this.parts;
    return stories.latest(limit).map(({ key, failover }) => {
      const { loadBalancer, address } = this.row(key).row;
      return {
        key,
        address,
        ...(loadBalancer === undefined ? {} : { loadBalancer }),
        ...viewFailover(cache, failover),
      };
    });
  }

  private has(key: VipKey, words: readonly string[]): boolean {
    const text = this.rows.get(key)?.words ?? '';
    return words.every((word) => text.includes(word));
  }

  // Several who ask at once share the work.
  private inOrder(): Promise<readonly VipKey[]> {
    this.ordering ??= this.arrange().finally(() => {
      this.ordering = undefined;
    });
    return this.ordering;
  }

  private async arrange(): Promise<readonly VipKey[]> {
    const { changes } = this;
    const keys = [...this.parts.reports.keys()];
    for (const key of keys) {
      if (this.rows.has(key)) continue;
      this.row(key);
      await this.turns.giveWay();
    }
    // What has changed in these turns is made anew when it is asked for again.
    if (this.order?.revision === changes && this.order.keys.length === keys.length) return this.order.keys;
    const sorted = keys
      .map((key) => ({ key, by: sortedBy(this.rows.get(key)?.row, key) }))
      .sort((one, other) => (one.by < other.by ? -1 : Number(one.by > other.by)))
      .map(({ key }) => key);
    this.order = { revision: changes, keys: sorted };
    return sorted;
  }

  private row(key: VipKey): HeldRow {
    const held = this.rows.get(key);
    if (held !== undefined) return held;
    const made = heldRow(this.parts.facts(key, false), this.parts.dryRun());
    this.rows.set(key, made);
    return made;
  }
}

// By tenant and address, which stay as they are: nothing moves under the eyes of who reads the list.
function sortedBy(row: HeldRow['row'] | undefined, key: string): string {
  // 10.0.0.9 stands before 10.0.0.10.
  const address = (row?.address ?? '').replaceAll(/\d+/g, (digits) => digits.padStart(3, '0'));
  return [row?.tenant?.name ?? '', address, key].join(' ');
}

function heldRow(facts: VipFacts, dryRun: boolean): HeldRow {
  const { key, address, network, loadBalancer, tenant, vipPort, addresses, ports, floatingIps, hasPlan } = facts;
  const isBusy =
    ports.some(({ state }) => state === 'leaving' || state === 'waiting') ||
    floatingIps.some(({ state }) => state !== 'wired');
  const isPlanned = dryRun && hasPlan;
  return {
    row: {
      ...{ key, address, network, addresses },
      ...(loadBalancer === undefined ? {} : { loadBalancer }),
      ...(tenant === undefined ? {} : { tenant }),
      ...(vipPort === undefined ? {} : { vipPort }),
      ports: ports.slice(0, portsInRow).map(({ uuid, state }) => ({ uuid, state })),
      portCount: ports.length,
      floatingIps: floatingIps
        .slice(0, floatingIpsInRow)
        .map(({ uuid, address, state }) => ({ uuid, state, ...(address === undefined ? {} : { address }) })),
      floatingIpCount: floatingIps.length,
      state: isPlanned ? 'planned' : isBusy ? 'busy' : 'ok',
    },
    words: wordsOf(facts),
  };
}

function wordsOf({ key, network, loadBalancer, tenant, vipPort, addresses, ports, floatingIps }: VipFacts): string {
  const of = (object: NamedObject | undefined): readonly string[] =>
    object === undefined ? [] : [object.uuid, object.name ?? ''];
  // What is short and sought most comes first: a tenant's long names push nothing out.
  const words = [
    key,
    ...addresses,
    ...floatingIps.flatMap(({ uuid, address = '' }) => [address, uuid]),
    ...[loadBalancer, tenant, vipPort, network].flatMap((object) => (object === undefined ? [] : [object.uuid])),
    ...ports.flatMap(({ uuid, addresses: own, instance = '' }) => [uuid, ...own, instance]),
    ...[tenant, loadBalancer, network].flatMap(of),
    ...ports.map(({ name = '' }) => name),
  ];
  return words.join('\n').slice(0, wordsPerRow).toLowerCase();
}
