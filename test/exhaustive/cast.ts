import type { Id } from './store.js';

/** Who is in a play: the uuids of all objects, and how a reader calls them. */
export interface Cast {
  readonly project: Id;
  readonly strangersProject: Id;
  readonly network: Id;
  /** The first load balancer, and the one that comes after it. */
  readonly first: LoadBalancerCast;
  readonly second: LoadBalancerCast;
  /** A port of an instance. */
  readonly web: Id;
  /** The user's floating ip. */
  readonly floatingIp: Id;
  /** One that is on the instance's port and is no monitor's business. */
  readonly bystander: Id;
  /** Ids, and what to call them. */
  readonly names: ReadonlyMap<Id, string>;
}

/** The ids of a load balancer and its ports. */
export interface LoadBalancerCast {
  readonly loadBalancer: Id;
  readonly vipPort: Id;
  /** In the order in which they are made: the first is replaced by the second. */
  readonly amphorae: readonly Id[];
}

const groups = {
  project: 'a0',
  network: 'a1',
  'load balancer': 'b0',
  port: 'c0',
  'address of': 'c1',
  'floating ip': 'd0',
  machine: 'e0',
} as const;

function uuid(group: keyof typeof groups, rank: number): Id {
  return `0000${String(rank).padStart(4, '0')}-0000-4000-8000-0000000000${groups[group]}`;
}

/** The uuid of the instance-ip of a port: a port has one at most. */
export function addressIdOf(port: Id): Id {
  return `${port.slice(0, -2)}${groups['address of']}`;
}

/** The name of the instance that a port is bound to. */
export function machineOf(port: Id): Id {
  return `${port.slice(0, -2)}${groups.machine}`;
}

/**
 * The cast. What is named here is the same however a story comes about, which is what makes states equal that differ only in what
 * happened first.
 *
 * @param order of the uuids of ports: Neutron goes by it (recording 18), and everything that is sorted does
 */
export function castOf(order: 'VIP port first' | 'VIP port last' = 'VIP port first'): Cast {
  const names = new Map<Id, string>();
  const named = (id: Id, name: string): Id => {
    names.set(id, name);
    return id;
  };
  const port = (rank: number, name: string): Id => {
    const id = uuid('port', order === 'VIP port first' ? rank : 100 - rank);
    named(addressIdOf(id), `address of ${name}`);
    named(machineOf(id), `machine of ${name}`);
    return named(id, name);
  };
  const loadBalancer = (rank: number, letter: string): LoadBalancerCast => ({
    loadBalancer: named(uuid('load balancer', rank), letter),
    vipPort: port(rank * 10, `VIP port ${letter}`),
    amphorae: [1, 2].map((number) => port(rank * 10 + number, `amphora ${letter}${number}`)),
  });
  return {
    project: named(uuid('project', 1), 'project'),
    strangersProject: named(uuid('project', 2), 'stranger’s project'),
    network: named(uuid('network', 1), 'network'),
    first: loadBalancer(1, 'A'),
    second: loadBalancer(2, 'B'),
    web: port(90, 'web port'),
    floatingIp: named(uuid('floating ip', 1), 'floating ip'),
    bystander: named(uuid('floating ip', 2), 'bystander'),
    names,
  };
}

const anyUuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A text with names in place of uuids. Of virtual-ips the number tells in which order they were made. */
export function readable(text: string, { names }: Pick<Cast, 'names'>): string {
  return text.replace(anyUuid, (id) => {
    const number = /^0000(\d{4}).*f(.)$/.exec(id);
    return (
      names.get(id) ?? (number === null ? id : `virtual-ip ${number[2] === '1' ? 'forged ' : ''}${Number(number[1])}`)
    );
  });
}
