import type { ListenerView, LoadbalancerView, PoolView } from '../../view/index.js';
import { modeOf, type Mode } from './modes.js';
import type { SkippedParts } from './skipped.js';
import type { Word } from './text.js';
import { addressWord, highestPort, nameWord, wholeNumber } from './words.js';

/** Who makes the load balancers of ingresses: kube-manager, one listener for each rule. */
export const kubernetesOwner = 'K8S:LOADBALANCER';

/** What becomes one frontend: a listener, with others of its port where Kubernetes made them. */
export interface Front {
  readonly name: Word;
  readonly mode: Mode;
  /** What it binds to. */
  readonly at: Word;
  /** The first is the one whose name and settings the frontend has. */
  readonly listeners: readonly [ListenerView, ...ListenerView[]];
}

/** What pools a front has, in their order. */
export function poolsOf({ listeners }: Front): readonly PoolView[] {
  return listeners.flatMap(({ pools }) => pools);
}

/** The listeners that can be frontends, in their order: those that are up, of a protocol and a port that haproxy takes. */
export function frontsOf(view: LoadbalancerView, skipped: SkippedParts): readonly Front[] {
  const fronts = new Map<number, Front>();
  for (const listener of servedListeners(view, skipped)) {
    const front = frontOf(view, listener);
    if (typeof front === 'string') {
      skipped.note('listener', listener.uuid, front);
      continue;
    }
    const port = listener.port ?? 0;
    const first = fronts.get(port);
    const merged = first === undefined ? front : mergedFront(view, first, listener);
    if (merged === undefined) skipped.note('listener', listener.uuid, 'another listener has its port');
    else fronts.set(port, merged);
  }
  return [...fronts.values()];
}

// A pool of LBaaS v1 has one virtual-ip, whose address the service instance has.
function servedListeners({ version, listeners }: LoadbalancerView, skipped: SkippedParts): readonly ListenerView[] {
  const served = version === 'v1' ? listeners.slice(0, 1) : listeners;
  for (const { uuid } of listeners.slice(served.length))
    skipped.note('listener', uuid, 'the pool is served for its first virtual-ip only');
  return served.filter(({ isUp }) => isUp);
}

function frontOf(view: LoadbalancerView, listener: ListenerView): Front | string {
  const name = nameWord(listener.uuid);
  const mode = modeOf(view.version, listener.protocol);
  const port = wholeNumber(listener.port, 1, highestPort);
  const address = view.vipAddress ?? view.vip?.addresses.find((one) => one.address !== undefined)?.address;
  if (name === undefined) return 'its uuid is none';
  if (mode === undefined) return 'haproxy does not serve its protocol';
  if (port === undefined) return 'its port is not one from 1 to 65535';
  const at = address === undefined ? undefined : addressWord(address, port);
  if (at === undefined) return 'the load balancer has no address yet';
  return { name, mode, at, listeners: [listener] };
}

function mergedFront(view: LoadbalancerView, front: Front, listener: ListenerView): Front | undefined {
  const isShared = view.vip?.owner === kubernetesOwner && front.listeners[0].protocol === listener.protocol;
  return isShared ? { ...front, listeners: [...front.listeners, listener] } : undefined;
}
