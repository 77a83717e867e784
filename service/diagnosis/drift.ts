import { sleep, SystemClock, type VipFindings } from '../../lib/index.js';
import type { PlannedVip, VipMirror } from './vip-mirror.js';

/** How all VIPs are. */
export interface Drift {
  readonly vips: number;
  /** Floating ips that are associated with a VIP. */
  readonly floatingIps: number;
  /** The VIPs that are not as they should be. */
  readonly drifting: readonly VipFindings[];
  /** What is right as far as the rules go, and should be looked at. */
  readonly notes: readonly DriftNote[];
}

/** Something about a VIP that no write of ours mends. */
export interface DriftNote {
  readonly vip: string;
  readonly says: string;
}

/** A service that runs may just be at work. Milliseconds. */
const secondLookAfterMs = 2_000;

/**
 * Looks at all VIPs. What drifts is read once more after a moment, and told only if it still does. `readAgain`: everything, afresh; it is closed
 * here. `onPlanned`: told how many VIPs have been looked at.
 */
export async function findDrift(
  mirror: VipMirror,
  parts: {
    readonly readAgain: () => Promise<VipMirror>;
    readonly onPlanned?: (done: number, total: number) => void;
  },
  signal: AbortSignal,
): Promise<Drift> {
  const keys = mirror.keys();
  const planned = await mirror.planAll(keys, signal, (done) => parts.onPlanned?.(done, keys.length));
  const suspects = planned.filter(drifts).map(({ key }) => key);
  if (suspects.length === 0) return driftOf(planned);
  await sleep(new SystemClock(), secondLookAfterMs, signal);
  const second = await parts.readAgain();
  try {
    const known = new Set(second.keys());
    const again = await second.planAll(
      suspects.filter((key) => known.has(key)),
      signal,
    );
    return driftOf([...planned.filter((one) => !drifts(one)), ...again]);
  } finally {
    second.close();
  }
}

function drifts({ findings }: PlannedVip): boolean {
  return findings.writes.length > 0 || findings.floatingIps.some(({ standing }) => standing === 'undecided');
}

function driftOf(planned: readonly PlannedVip[]): Drift {
  const findings = planned.map((one) => one.findings);
  return {
    vips: findings.filter(isServed).length,
    floatingIps: new Set(
      findings.flatMap(({ floatingIps }) =>
        floatingIps.filter(({ standing }) => standing === 'associated').map(({ uuid }) => uuid),
      ),
    ).size,
    drifting: planned.filter(drifts).map((one) => one.findings),
    notes: findings.flatMap((one) => notesOn(one).map((says) => ({ vip: one.vip, says }))),
  };
}

function isServed({ ports }: VipFindings): boolean {
  return ports.some(({ role }) => role === 'vip-port');
}

function notesOn({ ports, floatingIps }: VipFindings): readonly string[] {
  const isWanted = floatingIps.some(({ standing }) => standing === 'associated');
  const hasMember = ports.some(({ role }) => role === 'member');
  return [
    ...(isWanted && !hasMember ? ['no amphora carries it: its floating ips reach nobody'] : []),
    ...ports
      .filter(({ role }) => role === 'refused' || role === 'left-behind' || role === 'orphan')
      .map(({ uuid, role, rules }) => `port ${uuid} is ${role}: ${rules[0]?.says ?? 'see explain'}`),
    ...floatingIps
      .filter(({ standing }) => standing === 'untrusted')
      .map(({ uuid }) => `floating ip ${uuid} is recorded and not trusted: it is of another project`),
  ];
}
