import { actionRequests } from './action-requests.js';
import { configRequests, removal } from './config-requests.js';
import type { Dice } from './dice.js';
import { neutronCreate, neutronDelete, neutronRequests, withoutInterfaces } from './neutron-requests.js';
import { readRequests } from './read-requests.js';
import { made, type ComparedRequest } from './request.js';
import { vmi, World, type Maker } from './world.js';

/**
 * One random sequence of requests: a project, a network with subnets and an external one to begin with, then anything, then clearing up.
 * It is told which requests were taken, and mostly asks for what can be had.
 */
export class Sequence {
  private readonly world: World;
  private readonly makers: readonly Maker[];

  public constructor(
    private readonly dice: Dice,
    name: string,
    wrong: number,
  ) {
    this.world = new World(dice, name, wrong);
    const sources = [configRequests, neutronRequests, readRequests, actionRequests];
    this.makers = sources
      .flatMap((source) => source(this.world))
      .flatMap(([weight, maker]) => Array.from({ length: weight }, () => maker));
  }

  /** Requests that make what the others work on. */
  public *beginning(): Generator<ComparedRequest> {
    const { world } = this;
    const body = { project: { fq_name: world.project.fqName, parent_type: 'domain' } };
    yield world.making(world.project, { method: 'POST', path: '/projects', body });
    for (const isExternal of [false, true]) {
      const network = world.inProject('virtual-network', isExternal ? 'public' : 'tenant', { isExternal });
      yield neutronCreate(world, network, { name: network.fqName.at(-1), 'router:external': isExternal });
      const base = isExternal ? '100.64.200' : '10.107.0';
      const subnet = world.inProject('subnet', 'sub', { network, base });
      const fields = { network_id: made(network.number), cidr: `${base}.0/24`, ip_version: 4, name: 'sub' };
      yield neutronCreate(world, subnet, { ...fields, enable_dhcp: true });
    }
    yield { method: 'POST', path: '/int-pools', body: { pool: this.pool, start: 100, end: 103 } };
  }

  /** The next request. */
  public next(): ComparedRequest {
    for (;;) {
      const request = this.dice.pick(this.makers)();
      if (request !== undefined) return request;
    }
  }

  /** Requests that take away what is left, as far as they can. */
  public *end(): Generator<ComparedRequest> {
    const { world } = this;
    const all = (kind: string): readonly ComparedRequest[] =>
      [...world.all(kind)].map((thing) => removal(world, thing));
    for (const router of [...world.all('logical-router')]) yield* withoutInterfaces(world, router);
    for (const kind of ['virtual-ip', 'floating-ip', 'instance-ip', 'logical-router']) yield* all(kind);
    for (const port of [...world.all(vmi)]) yield neutronDelete(world, port);
    for (const network of [...world.all('virtual-network')]) yield neutronDelete(world, network);
    // Who refers to something was made after it, mostly.
    for (const thing of world.others().toReversed()) yield removal(world, thing);
    yield { method: 'DELETE', path: '/int-pools', body: { pool: this.pool } };
    yield removal(world, world.project);
  }

  private get pool(): string {
    return `${this.world.projectName}-pool`;
  }
}
