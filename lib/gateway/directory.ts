import type { VipKey } from '../managers/octavia-vip/index.js';

/** A floating ip and the VIP that it is associated with, as the monitor's rules have it. All uuids have dashes and small letters. */
export interface Association {
  readonly floatingIp: string;
  readonly vip: VipKey;
  readonly vipPort: string;
  /** The VIP itself. Canonical. */
  readonly address: string;
  /** All addresses of the VIP port, the VIP among them. Canonical. */
  readonly addresses: readonly string[];
  /** The virtual network of VIP and VIP port. */
  readonly network: string;
  /** The project that the floating ip is of; undefined: none. */
  readonly project?: string;
}

/** A port whose addresses are VIPs, or one of them is. */
export interface KnownVipPort {
  readonly uuid: string;
  /** Canonical. */
  readonly addresses: readonly string[];
  readonly network: string;
  /** Those of its addresses that somebody carries: what is associated there is wired. Canonical; may be empty. */
  readonly carried: readonly string[];
}

/** A port that carries VIPs with which floating ips are associated: they reference it, or will in a moment. */
export interface KnownCarrier {
  readonly uuid: string;
  /** The project that the port is of; undefined: none. */
  readonly project?: string;
  /** The project of its network; undefined: none that is known. */
  readonly networksProject?: string;
  /** Those of the VIPs that have floating ips. */
  readonly vips: readonly VipKey[];
}

/** An association that was asked for. */
export interface Wanted {
  readonly floatingIp: string;
  readonly vipPort: string;
  /** The fixed ip. Canonical. */
  readonly address: string;
}

/** `wired`: all references and the record are in place. `nothing`: the monitor has nothing to wire there, or wires nothing at all. */
export type Wiring = 'wired' | 'nothing';

/** What a gateway asks of the monitor beside it. Answers come from its cache, of a monitor that stands by as well, but for {@link VipDirectory.wiring}. */
export interface VipDirectory {
  /** Whether there is any association that a question of these projects can be about; undefined: of all projects. */
  hasAssociations(projects?: ReadonlySet<string>): boolean;
  /** With which VIP the floating ip is associated; undefined: with none, or it is not trusted. */
  associationOf(floatingIp: string): Association | undefined;
  /** The same for many: what was planned last, not what would be planned now. */
  knownAssociationOf(floatingIp: string): Association | undefined;
  /** The floating ips that are associated with addresses of the VIP port. */
  associatedAt(vipPort: string): readonly Association[];
  /** The port, if the rules take it for the VIP port of one of its addresses. */
  vipPort(uuid: string): KnownVipPort | undefined;
  /** Whether the port may carry the VIP, by its marks and its pairs, or is recorded as one that does. */
  mayCarry(port: string, vip: VipKey): boolean;
  /** The port, if it carries VIPs that have floating ips. */
  carrier(port: string): KnownCarrier | undefined;
  /** The network of a port; undefined: it is not known. */
  networkOf(port: string): string | undefined;
  /** Where the stream of changes is now: for {@link VipDirectory.wiring}. */
  position(): number;
  /**
   * Resolves when somebody else has changed the floating ip after the position, that was read, and what follows from it is written, be it by this
   * monitor or by another.
   *
   * @throws SvcMonitorError `aborted` when the signal fires
   */
  wiring(wanted: Wanted, since: number, signal: AbortSignal): Promise<Wiring>;
}
