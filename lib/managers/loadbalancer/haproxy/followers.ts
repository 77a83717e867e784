import { decide, verdictOf, type Verdict, type Write } from '../../../planning/index.js';
import type { LoadbalancerView } from '../view/index.js';
import { orchestratorOf } from './names.js';
import { followerRules } from './rules.js';
import type { HaproxySeen, RightInterface } from './seen.js';

/** What is to be written for the interfaces of a load balancer. */
export interface FollowerPlan {
  readonly writes: readonly Write[];
  readonly verdicts: readonly Verdict[];
}

const mostPorts = 65_535;
/** How many floating ips, security groups or tags of a VIP port are followed, the first by uuid. A tenant can have as many as his quota lets him. */
const mostFollowers = 64;

/** What the interfaces of the virtual machines of a load balancer have of its VIP port, and of its listeners. */
export function planFollowers(
  { defaultGroups }: Pick<HaproxySeen, 'defaultGroups'>,
  view: LoadbalancerView,
  interfaces: readonly RightInterface[],
): FollowerPlan {
  const { vip } = view;
  if (vip === undefined) return { writes: [], verdicts: [] };
  const groups = vip.securityGroups.length > 0 ? vip.securityGroups : defaultGroups;
  const flows = fatFlowsOf(view);
  const book = new FollowerBook();
  for (const port of interfaces) {
    book.follow(port, 'security-group', groups, port.securityGroups);
    book.follow(port, 'tag', vip.tags, port.tags);
    book.follow(port, 'floating-ip', vip.floatingIps, port.floatingIps);
    if (flows.join() !== port.fatFlows.join()) book.writes.push(fatFlowWrite(port, flows));
  }
  return book;
}

/** What of a VIP port is more than is followed, in words. */
export function cutOf({ vip }: LoadbalancerView): readonly string[] {
  const lists = { 'security groups': vip?.securityGroups, tags: vip?.tags, 'floating ips': vip?.floatingIps };
  return Object.entries(lists)
    .filter(([, list]) => (list ?? []).length > mostFollowers)
    .map(([what]) => `${what} of the VIP port: only ${mostFollowers}`);
}

class FollowerBook implements FollowerPlan {
  public readonly writes: Write[] = [];
  public readonly verdicts: Verdict[] = [];

  public follow(
    { uuid }: RightInterface,
    kind: 'security-group' | 'tag' | 'floating-ip',
    all: readonly string[],
    there: readonly string[],
  ): void {
    const wanted = all.slice(0, mostFollowers);
    // What is to be there comes before what is not goes: an interface that lacks a group for a moment is open to nobody.
    for (const other of new Set([...wanted, ...there])) {
      const rule = decide(followerRules, {
        vip: wanted.includes(other) ? 'has' : 'has-not',
        follower: there.includes(other) ? 'has' : 'has-not',
      });
      if (rule.stands === 'keep') continue;
      this.verdicts.push(verdictOf({ kind, uuid: other }, rule));
      this.writes.push(reference(rule.stands, uuid, { kind, uuid: other }));
    }
  }
}

// The floating ip refers to the interface, and the interface to groups and tags. As the original's: nothing of this is a tenant's to delete.
function reference(
  stands: 'add' | 'remove',
  uuid: string,
  other: { readonly kind: 'security-group' | 'tag' | 'floating-ip'; readonly uuid: string },
): Write {
  const port = { kind: 'virtual-machine-interface', uuid } as const;
  const [on, to] = other.kind === 'floating-ip' ? [other, port] : [port, other];
  return { do: stands === 'add' ? 'add-reference' : 'delete-reference', on, to, relaxed: false };
}

// Of all listeners, down ones and those of UDP among them (recordings svc-monitor/33 and 35); not where kube-manager or CloudStack made the port (56, 57).
function fatFlowsOf({ vip, listeners }: LoadbalancerView): readonly string[] {
  if (orchestratorOf(vip?.owner ?? '') !== undefined) return [];
  const ports = listeners.flatMap(({ port }) => port ?? []).filter((port) => port >= 1 && port <= mostPorts);
  return [...new Set(ports)].map((port) => `tcp ${port}`).sort();
}

function fatFlowWrite({ uuid }: RightInterface, flows: readonly string[]): Write {
  const protocols = flows.map((flow) => ({ protocol: 'tcp', port: Number(flow.split(' ')[1]) }));
  return {
    do: 'set',
    on: { kind: 'virtual-machine-interface', uuid },
    properties: { virtual_machine_interface_fat_flow_protocols: { fat_flow_protocol: protocols } },
  };
}
