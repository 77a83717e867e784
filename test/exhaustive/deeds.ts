import fc from 'fast-check';
import type { Deed } from './both.js';
import { machineOf, type Cast } from './cast.js';
import { amphoraOf, vipPortOf } from './octavia.js';
import { virtualIpId, type OwnWrite } from './own-writes.js';
import type { Request } from './requests.js';
import { webPortOf } from './scope.js';
import { addressesOf, find, type Id, type Store } from './store.js';

/** Something to be done. Numbers choose among what there is at that moment. */
export interface Wish {
  readonly what: number;
  readonly one: number;
  readonly other: number;
  readonly yes: boolean;
}

const number = fc.nat({ max: 99 });

/** Any wish. */
export const wish: fc.Arbitrary<Wish> = fc.record({ what: number, one: number, other: number, yes: fc.boolean() });

/** What a wish comes to in a store; undefined: nothing. Most wishes are about what is there. */
export function deedOf(cast: Cast, store: Store, { what, one, other, yes }: Wish): Deed | undefined {
  const all = portsOf(cast);
  const present = all.filter((id) => find(store, 'virtual-machine-interface', id) !== undefined);
  const port = among(one % 8 === 0 ? all : present, other) ?? cast.web;
  if (what < 55) {
    const about = { port, virtualIp: anyVirtualIp(store, one), relaxed: one % 5 !== 0, yes };
    const own = among(ownWrites(cast, about), what);
    return own === undefined ? undefined : { own };
  }
  const missing = among(
    all.filter((id) => !present.includes(id)),
    other,
  );
  const request = among(requests(cast, store, { port, missing, yes }), what)?.();
  return request === undefined ? undefined : { request };
}

/** What makes the first load balancer, and what is associated with it: nothing much happens before. */
export function firstDeeds(cast: Cast): readonly ((store: Store) => Deed)[] {
  const { first, floatingIp, web, bystander } = cast;
  const amphora = first.amphorae[0] ?? '';
  const made: readonly ((store: Store) => Request | undefined)[] = [
    () => vipPortOf(cast, first),
    (store) => amphoraOf(store, { cast, of: first, id: amphora }),
    () => ({ do: 'bind port', id: amphora, machine: machineOf(amphora) }),
    () => webPortOf(cast),
    (store) => associationOf(store, { id: floatingIp, port: first.vipPort }),
    (store) => associationOf(store, { id: bystander, port: web }),
  ];
  return made.map((request) => (store) => {
    const found = request(store);
    if (found === undefined) throw new Error('the first load balancer cannot be made');
    return { request: found };
  });
}

function among<T>(values: readonly T[], which: number): T | undefined {
  return values.length === 0 ? undefined : values[which % values.length];
}

function portsOf({ first, second, web }: Cast): readonly Id[] {
  return [first, second].flatMap(({ vipPort, amphorae }) => [vipPort, ...amphorae]).concat(web);
}

function anyVirtualIp(store: Store, which: number): Id {
  return among(Object.keys(store['virtual-ip']), which) ?? virtualIpId(0);
}

function requests(
  cast: Cast,
  store: Store,
  { port, missing, yes }: { readonly port: Id; readonly missing: Id | undefined; readonly yes: boolean },
): readonly (() => Request | undefined)[] {
  const { floatingIp, bystander, network } = cast;
  const isBound = find(store, 'virtual-machine-interface', port)?.machine !== '';
  const either = yes ? floatingIp : bystander;
  const creation = (): Request | undefined => (missing === undefined ? undefined : creationOf(cast, store, missing));
  return [
    creation,
    creation,
    creation,
    () => (isBound ? { do: 'unbind port', id: port } : { do: 'bind port', id: port, machine: machineOf(port) }),
    () => ({ do: 'set pairs', id: port, pairs: yes ? ['10.107.0.3'] : [] }),
    () => ({ do: 'delete port', id: port }),
    () => ({ do: 'delete port', id: port }),
    () => associationOf(store, { id: floatingIp, port }),
    () => associationOf(store, { id: either, port }),
    () => ({ do: 'disassociate', id: either }),
    () => ({ do: 'describe', id: floatingIp }),
    () => ({ do: 'describe', id: floatingIp }),
    () => ({ do: 'share network', id: network, shared: yes }),
    () => forgeryOf(cast, port),
  ];
}

function creationOf(cast: Cast, store: Store, port: Id): Request | undefined {
  const of = [cast.first, cast.second].find(({ vipPort, amphorae }) => vipPort === port || amphorae.includes(port));
  if (of === undefined) return webPortOf(cast);
  return of.vipPort === port ? vipPortOf(cast, of) : amphoraOf(store, { cast, of, id: port });
}

function associationOf(store: Store, { id, port }: { readonly id: Id; readonly port: Id }): Request {
  const address = addressesOf(store, port)[0]?.[1].address;
  return { do: 'associate', id, port, address: address ?? '10.107.0.3' };
}

function forgeryOf({ strangersProject: project }: Cast, port: Id): Request {
  const id = virtualIpId(0).replace(/0$/, '1');
  const nothing = { ports: [], dead: [], floatingIps: [] };
  const virtualIp = { name: 'forged', project, address: '', annotations: { about: port }, ...nothing };
  return { do: 'create virtual-ip', id, virtualIp };
}

function ownWrites(
  { floatingIp, project, web }: Cast,
  about: { readonly port: Id; readonly virtualIp: Id; readonly relaxed: boolean; readonly yes: boolean },
): readonly OwnWrite[] {
  const { port, virtualIp, relaxed, yes } = about;
  const address = '10.107.0.3';
  const toPort = { to: { kind: 'virtual-machine-interface', id: port }, relaxed } as const;
  const toFloatingIp = { to: { kind: 'floating-ip', id: floatingIp }, relaxed } as const;
  return [
    { do: 'add reference', kind: 'floating-ip', id: floatingIp, ...toPort },
    { do: 'add reference', kind: 'floating-ip', id: floatingIp, ...toPort },
    { do: 'add reference', kind: 'virtual-ip', id: virtualIp, ...toPort },
    { do: 'delete reference', kind: 'floating-ip', id: floatingIp, ...toPort },
    { do: 'add reference', kind: 'virtual-ip', id: virtualIp, ...toPort },
    { do: 'delete reference', kind: 'virtual-ip', id: virtualIp, ...toPort },
    { do: yes ? 'add reference' : 'delete reference', kind: 'virtual-ip', id: virtualIp, ...toFloatingIp },
    { do: 'set floating-ip', id: floatingIp, fixedIp: yes ? address : '' },
    { do: 'set floating-ip', id: floatingIp, flag: yes },
    { do: 'set virtual-ip', id: virtualIp, address },
    { do: 'set entries', id: virtualIp, set: yes ? { [port]: 'x' } : {}, remove: yes ? [web] : [port] },
    { do: 'create virtual-ip', name: `octavia-lb-${port}`, project, address, annotations: { [port]: 'x' } },
    yes
      ? { do: 'add reference', kind: 'virtual-ip', id: virtualIp, ...toPort }
      : { do: 'delete virtual-ip', id: virtualIp },
  ];
}
