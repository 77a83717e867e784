import {
  boolean,
  choice,
  defaultsOf,
  duration,
  list,
  setting,
  text,
  type SettingsOf,
} from '../../base/settings/index.js';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The rules by which ports are told apart, and the windows of time. */
export const octaviaVipSettings = {
  /** Device owner by which Octavia marks its ports. */
  octaviaOwner: setting('rules.octavia_owner', text(), 'Octavia', 'Device owner by which Octavia marks its ports.'),
  /** What the name of an amphora's port begins with. */
  amphoraNamePrefix: setting(
    'rules.amphora_name_prefix',
    text(),
    'octavia-lb-vrrp-',
    'What the name of an amphora’s port begins with.',
  ),
  /**
   * Whose ports count as amphorae in shared networks: project uuids, `domain:name`, or a bare name for a project of the default
   * domain. Anybody can make a port there, and name it as he likes; its project he cannot choose.
   */
  amphoraProjects: setting(
    'rules.amphora_projects',
    list(text('a project uuid, `domain:name`, or the name of a project of the default domain'), 0),
    ['service'],
    'Projects whose ports count as amphorae in shared networks, where anybody can make a port: the service project of Octavia. One that has amphorae in use and is not listed is shown under `/status` before any network is shared.',
  ),
  /**
   * Which ports that only reserve an address are VIP ports: `octavia`, those of Octavia's load balancers; `all`, any one whose address
   * other ports of its own project carry, too, as keepalived, kube-vip and others do (docs/design.md, "Virtual ports in general").
   */
  virtualPorts: setting(
    'rules.virtual_ports',
    choice('octavia', 'all'),
    'octavia',
    'Which ports that only reserve an address are VIP ports: `octavia`, those of Octavia’s load balancers; `all`, any one whose address other ports of its own project have as allowed address pair, too: keepalived pairs, kube-vip, MetalLB, the VIPs of OpenShift and Cluster API. Their floating ips are then kept on all ports that carry the address.',
  ),
  /**
   * What an emptied floating ip means when no request-id tells: `by-state` looks whether a recorded amphora port is gone,
   * `restore` always restores it, `respect` always takes it for the user's wish.
   */
  unclearDisassociation: setting(
    'rules.unclear_disassociation',
    choice('by-state', 'restore', 'respect'),
    'by-state',
    'What an emptied floating ip means when no request-id tells (after a restart or a lost connection): `by-state` looks whether a recorded amphora port is gone, `restore` always restores it, `respect` always takes it for the user’s wish.',
  ),
  /**
   * Where associations are recorded: `stock` in the virtual-ip's annotations, `native` as its references to floating ips, which the API
   * server's schema must have; `auto` by what the server turns out to keep, annotations until that is known.
   */
  schema: setting(
    'rules.schema',
    choice('auto', 'stock', 'native'),
    'auto',
    'Where associations are recorded: `stock` in the annotations of the virtual-ip, `native` as its references to floating ips, for which the schema of the API server has to be extended (deploy/schema); `auto` finds out by the first association that it records.',
  ),
  /** Whether to write the VMI references on the floating ip itself: needed until the fabric reads virtual-ips. */
  projectToFloatingIp: setting(
    'rules.project_to_floating_ip',
    boolean(),
    true,
    'Write the references to the amphora ports on the floating ip itself: needed until the fabric reads virtual-ips.',
  ),
  /** How long to wait for the port delete that explains an emptied floating ip. Milliseconds. */
  stripWindowMs: setting(
    'timings.strip_window',
    duration(100, minute),
    2 * second,
    'How long to wait for the port delete that explains an emptied floating ip.',
  ),
  /** How long an amphora port may wait for Nova before it counts as an orphan of a failed failover. Milliseconds. */
  freshPortTimeoutMs: setting(
    'timings.fresh_port_timeout',
    duration(second, 24 * hour),
    10 * minute,
    'How long an amphora port may wait for Nova before it counts as an orphan of a failed failover.',
  ),
} as const;

/** See {@link octaviaVipSettings}. */
export type OctaviaVipSettings = SettingsOf<typeof octaviaVipSettings>;

/** The defaults. */
export const defaultOctaviaVipSettings: OctaviaVipSettings = defaultsOf(octaviaVipSettings);
