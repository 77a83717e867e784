import { SvcMonitorError } from '../../../../base/errors/index.js';
import type { LoadbalancerView } from '../../view/index.js';
import { orchestratorOf } from '../names.js';
import { backendOf } from './backend.js';
import { Certificates } from './certificates.js';
import { defaultsSection, globalSection } from './common-sections.js';
import { frontPools, type FrontPool } from './front-pools.js';
import { frontendOf } from './frontend.js';
import { frontsOf, type Front } from './fronts.js';
import { SkippedParts, type Skipped } from './skipped.js';
import { lengthOf, render, type Section } from './text.js';
import { nameWord } from './words.js';

/** How many servers one text has at most. */
export const mostServers = 4_096;
/** How long one text gets: the config API takes no request of more than a million bytes. */
export const longestText = 900_000;

/** What is chosen of the text. */
export interface HaproxyConfigOptions {
  /** Whether cookies of applications are followed by `appsession`, as the original writes it: haproxy knows it up to 1.5. */
  readonly appsession: boolean;
}

/** The text of a load balancer, and what of it is left out. */
export interface HaproxyConfig {
  /** As it stands in the binding `haproxy_config`. */
  readonly text: string;
  readonly skipped: readonly Skipped[];
}

/**
 * The configuration of haproxy for a load balancer (docs/original/loadbalancer-haproxy.md, "The text"). What haproxy would refuse is left
 * out, and nothing else with it.
 *
 * @throws SvcMonitorError `bug` if the load balancer's uuid is no uuid
 */
export function haproxyConfig(view: LoadbalancerView, options: HaproxyConfigOptions): HaproxyConfig {
  const skipped = new SkippedParts(view.uuid);
  const name = nameWord(view.uuid);
  if (name === undefined) throw new SvcMonitorError('bug', 'a load balancer without a uuid');
  const global = globalSection(view, name, skipped);
  const defaults = defaultsSection(view, skipped);
  const text = new Fronts(view, options, skipped);
  for (const front of frontsOf(view, skipped)) text.add(front);
  return {
    text: render({ global, defaults, ...text.sections, isSpaced: view.version === 'v1' }),
    skipped: skipped.all,
  };
}

/** Frontends and what they lead to, as far as the text has room. */
class Fronts {
  private readonly frontends: Section[] = [];
  private readonly backends = new Map<string, Section>();
  private room = longestText;
  private servers = mostServers;
  private readonly certificates: Certificates;

  public constructor(
    private readonly view: LoadbalancerView,
    private readonly options: HaproxyConfigOptions,
    private readonly skipped: SkippedParts,
  ) {
    this.certificates = new Certificates(orchestratorOf(view.vip?.owner ?? '') === 'kubernetes');
  }

  public get sections(): { readonly frontends: readonly Section[]; readonly backends: readonly Section[] } {
    return { frontends: this.frontends, backends: [...this.backends.values()] };
  }

  public add(front: Front): void {
    const pools = frontPools(this.view, front, this.skipped);
    // In LBaaS v1 nothing listens for a pool that takes nothing.
    if (this.view.version === 'v1' && pools.length === 0) return;
    const [{ uuid }] = front.listeners;
    const { certificates, skipped } = this;
    const frontend = frontendOf(this.view, front, { pools, certificates, skipped });
    if (frontend === undefined) {
      this.skipped.note('listener', uuid, 'it has no certificate that could be named');
      return;
    }
    const backends = pools
      .filter(({ name }) => !this.backends.has(name))
      .map((own) => [own.name, this.backendOf(front, own)] as const);
    const length = [frontend.section, ...backends.map(([, section]) => section)].reduce(
      (sum, one) => sum + lengthOf(one),
      0,
    );
    if (length > this.room) {
      this.skipped.note('listener', uuid, 'the text has no room for it');
      return;
    }
    this.room -= length;
    this.certificates.take(frontend.containers);
    this.frontends.push(frontend.section);
    for (const [name, section] of backends) this.backends.set(name, section);
  }

  private backendOf({ listeners: [listener] }: Front, { pool, name, mode }: FrontPool): Section {
    const section = backendOf(pool, {
      name,
      mode,
      persistence: this.view.version === 'v1' ? listener : pool,
      options: this.options,
      mostServers: this.servers,
      skipped: this.skipped,
    });
    this.servers -= section.lines.filter(([keyword]) => keyword === 'server').length;
    return section;
  }
}
