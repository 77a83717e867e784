import type { RouterSeen } from '../seen.js';

/** What was learned of a vRouter: it works; it does not; it said nothing of use this time. */
export type Look = 'up' | 'bad';

/** How many bad looks in a row make a vRouter count as dead (recording svc-monitor/81). */
export const badLooksUntilDead = 3;

/** What has changed by a look. */
export interface StateChange {
  readonly uuid: string;
  readonly became: 'working' | 'dead';
}

interface Known {
  readonly router: RouterSeen;
  readonly state: 'unknown' | 'working' | 'dead';
  readonly badLooks: number;
}

/**
 * Which vRouters work. One works from the first good look on, and is dead after three bad ones in a row; before either nothing is known of it: nothing
 * is placed on it, and what is on it stays. Bounded by the vRouters that there are.
 */
export class VrouterStates {
  private readonly byUuid = new Map<string, Known>();
  private workingNow: readonly RouterSeen[] = [];

  /** Takes the result of a look at a vRouter. Returns what has changed by it. */
  public looked(router: RouterSeen, look: Look): StateChange | undefined {
    const { state, badLooks } = this.byUuid.get(router.uuid) ?? { state: 'unknown' as const, badLooks: 0 };
    const bad = look === 'up' ? 0 : badLooks + 1;
    const now = look === 'up' ? 'working' : bad >= badLooksUntilDead ? 'dead' : state;
    this.byUuid.set(router.uuid, { router, state: now, badLooks: bad });
    if (now === state || now === 'unknown') return undefined;
    this.sortWorking();
    return { uuid: router.uuid, became: now };
  }

  /** The vRouter is gone. */
  public forget(uuid: string): void {
    if (this.byUuid.delete(uuid)) this.sortWorking();
  }

  /** Those that work, by name. The same list until one of them changes. */
  public working(): readonly RouterSeen[] {
    return this.workingNow;
  }

  /** Whether the vRouter is known not to work. */
  public isDead(uuid: string): boolean {
    return this.byUuid.get(uuid)?.state === 'dead';
  }

  /** Those that are known not to work, by name. */
  public dead(): readonly RouterSeen[] {
    return sorted([...this.byUuid.values()].filter(({ state }) => state === 'dead'));
  }

  /** How many were looked at. */
  public get size(): number {
    return this.byUuid.size;
  }

  private sortWorking(): void {
    this.workingNow = sorted([...this.byUuid.values()].filter(({ state }) => state === 'working'));
  }
}

function sorted(known: readonly Known[]): readonly RouterSeen[] {
  return known.map(({ router }) => router).sort((one, other) => (one.name < other.name ? -1 : 1));
}
