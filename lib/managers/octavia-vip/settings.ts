/** The rules by which ports are told apart, and the windows of time. Every field has the default that docs/settings.md names. */
export interface ManagerSettings {
  /** Device owner by which Octavia marks its ports. */
  readonly octaviaOwner: string;
  /** What the name of an amphora's port begins with. */
  readonly amphoraNamePrefix: string;
  /**
   * Whose ports count as amphorae in shared networks: project uuids, `domain:name`, or a bare name for a project of the default
   * domain. Anybody can make a port there, and name it as he likes; its project he cannot choose.
   */
  readonly amphoraProjects: readonly string[];
  /**
   * Which ports that only reserve an address are VIP ports: `octavia`, those of Octavia's load balancers; `all`, any one whose address
   * other ports of its own project carry, too, as keepalived, kube-vip and others do (docs/design.md, "Virtual ports in general").
   */
  readonly virtualPorts: 'octavia' | 'all';
  /** How long an amphora port may wait for Nova before it counts as an orphan of a failed failover. Milliseconds. */
  readonly freshPortTimeoutMs: number;
  /** How long to wait for the port delete that explains an emptied floating ip. Milliseconds. */
  readonly stripWindowMs: number;
  /**
   * What an emptied floating ip means when no request-id tells: `by-state` looks whether a recorded amphora port is gone,
   * `restore` always restores it, `respect` always takes it for the user's wish.
   */
  readonly unclearDisassociation: 'by-state' | 'restore' | 'respect';
  /** Whether to write the VMI references on the floating ip itself: needed until the fabric reads virtual-ips. */
  readonly projectToFloatingIp: boolean;
  /**
   * Where associations are recorded: `stock` in the virtual-ip's annotations, `native` as its references to floating ips, which the API
   * server's schema must have; `auto` by what the server turns out to keep, annotations until that is known.
   */
  readonly schema: 'auto' | 'stock' | 'native';
  /** Plan and report, and write nothing. */
  readonly dryRun: boolean;
}

/** The defaults. */
export const defaultManagerSettings: ManagerSettings = {
  octaviaOwner: 'Octavia',
  amphoraNamePrefix: 'octavia-lb-vrrp-',
  amphoraProjects: ['service'],
  virtualPorts: 'octavia',
  freshPortTimeoutMs: 600_000,
  stripWindowMs: 2_000,
  unclearDisassociation: 'by-state',
  projectToFloatingIp: true,
  schema: 'auto',
  dryRun: false,
};
