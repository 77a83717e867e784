import type { Line, Program } from './actors.js';
import type { Cast } from './cast.js';
import { virtualIpId } from './own-writes.js';
import { recordKeys } from './record.js';
import { addressesOf, type Id, type Store } from './store.js';

/** What a forged virtual-ip names. */
interface Forgery {
  readonly says: string;
  readonly vipPort: Id;
  readonly members: readonly Id[];
}

/**
 * A hostile tenant (docs/design.md, "Trust"): it makes a virtual-ip in its own project, with annotations like ours that name somebody else's VIP,
 * his floating ips and whatever is evidence of a strip. It may delete it again.
 */
export function strangerProgram(cast: Cast): Program {
  const { first, second, web } = cast;
  const gone = virtualIpId(9_999);
  const forgeries: readonly Forgery[] = [
    { says: 'of VIP port A, with a member that is gone', vipPort: first.vipPort, members: [gone] },
    { says: 'of VIP port B, with A’s amphora', vipPort: second.vipPort, members: [...first.amphorae] },
    { says: 'of a VIP port that never was', vipPort: gone, members: [gone, web] },
  ];
  const lines = forgeries.map((forgery, index): readonly [string, Line] => {
    const request: Line['request'] = (store) => forged(store, { cast, forgery, id: forgedId(index) });
    return [`forge a record ${forgery.says}`, { request, then: [] }];
  });
  const start: Line = { request: () => undefined, then: lines.map(([name]) => name) };
  return { ...Object.fromEntries(lines), start };
}

function forgedId(index: number): Id {
  return virtualIpId(index).replace(/0$/, '1');
}

function forged(
  store: Store,
  { cast, forgery, id }: { readonly cast: Cast; readonly forgery: Forgery; readonly id: Id },
): ReturnType<Line['request']> {
  const { first, network, floatingIp, bystander, strangersProject: project } = cast;
  const [own] = addressesOf(store, first.vipPort);
  if (own === undefined) return undefined;
  const { address } = own[1];
  const entries = [
    [recordKeys.managedBy, 'opensdn-svc-monitor'],
    [recordKeys.vip, `${network}/${address}`],
    [recordKeys.loadBalancer, first.loadBalancer],
    [recordKeys.vipPort, forgery.vipPort],
    ...[floatingIp, bystander].map((uuid) => [`${recordKeys.floatingIp}${uuid}`, address]),
    ...forgery.members.map((uuid) => [`${recordKeys.member}${uuid}`, address]),
  ];
  const annotations = Object.fromEntries(entries) as Readonly<Record<string, string>>;
  const name = `octavia-lb-${first.loadBalancer}`;
  const virtualIp = { name, project, address, annotations, ports: [], dead: [], floatingIps: [] };
  return { do: 'create virtual-ip', id, virtualIp };
}
