import type { Dice } from './dice.js';
import { made, type ComparedRequest } from './request.js';

/** Something that a sequence has asked for. */
export interface Thing {
  readonly number: number;
  /** Dashed kind of the config API; `subnet` for Neutron's subnets, which are none. */
  readonly kind: string;
  readonly fqName: readonly string[];
  /** The network that a port, a subnet or a floating ip is in. */
  readonly network?: Thing;
  /** For a network: whether it is external. For a subnet: the first three bytes of its addresses. */
  readonly isExternal?: boolean;
  readonly base?: string;
}

/** What the server has never heard of. */
export const nobody = '00000000-1111-4222-8333-444444444444';

export const vmi = 'virtual-machine-interface';

/** Values that do not belong where they are put. */
const odd: readonly unknown[] = [null, '', 'x', 5, true, [], {}, ['x'], nobody];

/** What a sequence of requests knows to be there, from which it draws what to ask for next. */
export class World {
  public readonly project: Thing;
  private readonly present: Thing[] = [];
  private readonly gone: Thing[] = [];
  private readonly links = new Map<number, Set<number>>();
  private count = 0;

  /** @param wrong the share of choices that are made to be refused, 0 to 1; a request is some of them */
  public constructor(
    public readonly dice: Dice,
    public readonly projectName: string,
    private readonly wrong: number,
  ) {
    this.project = this.number('project', ['default-domain', projectName]);
  }

  /** A thing to be made, that is not there yet. */
  public number(kind: string, fqName: readonly string[], more: Omit<Thing, 'number' | 'kind' | 'fqName'> = {}): Thing {
    const thing = { number: this.count, kind, fqName, ...more };
    this.count += 1;
    return thing;
  }

  /** A thing to be made in the project. */
  public inProject(kind: string, name: string, more: Omit<Thing, 'number' | 'kind' | 'fqName'> = {}): Thing {
    return this.number(kind, [...this.project.fqName, name], more);
  }

  /** A request that makes a thing: it is there as soon as the answer is 200. */
  public making(thing: Thing, request: ComparedRequest): ComparedRequest {
    const taken = (): void => {
      this.present.push(thing);
    };
    return { ...request, makes: thing.number, taken };
  }

  /** A request that takes a thing away: it is gone as soon as the answer is 200. */
  public removing(thing: Thing, request: ComparedRequest): ComparedRequest {
    const taken = (): void => {
      const index = this.present.indexOf(thing);
      if (index >= 0) this.gone.push(...this.present.splice(index, 1));
      this.links.delete(thing.number);
      for (const linked of this.links.values()) linked.delete(thing.number);
    };
    return { ...request, taken };
  }

  /** Keeps in mind that one thing is linked to others, instead of those before. */
  public link(from: Thing, to: readonly Thing[]): void {
    this.links.set(from.number, new Set(to.map(({ number }) => number)));
  }

  /** Whether something of a kind is linked to a thing. */
  public isLinked(to: Thing, kind: string): boolean {
    return this.all(kind).some(({ number }) => this.links.get(number)?.has(to.number) === true);
  }

  /** The things that one is linked to. */
  public linked(from: Thing): readonly Thing[] {
    return this.present.filter(({ number }) => this.links.get(from.number)?.has(number) === true);
  }

  /** What is there of a kind. */
  public all(kind: string): readonly Thing[] {
    return this.present.filter((thing) => thing.kind === kind);
  }

  /** Something of a kind, seldom something that is gone; undefined if there is none. */
  public any(kind: string, suits: (thing: Thing) => boolean = () => true): Thing | undefined {
    const gone = this.gone.filter((thing) => thing.kind === kind);
    if (gone.length > 0 && this.isWrong()) return this.dice.pick(gone);
    const all = this.all(kind);
    const suitable = all.filter(suits);
    return this.dice.pickAny(suitable.length === 0 || this.isWrong() ? all : suitable);
  }

  /** All that the config API knows, but the project. */
  public others(): readonly Thing[] {
    return this.present.filter(({ kind }) => kind !== 'subnet' && kind !== 'project');
  }

  /** Something of them. */
  public anything(): Thing | undefined {
    return this.dice.pickAny(this.others());
  }

  /** The uuid of a thing, seldom one that nobody has, or that of something else. */
  public uuid(thing: Thing | undefined): string {
    if (thing === undefined || this.isWrong()) return this.dice.pick([nobody, made(this.anything()?.number ?? 0)]);
    return made(thing.number);
  }

  /** Whether to do something that is to be refused. */
  public isWrong(): boolean {
    return this.dice.chance(this.wrong);
  }

  /** A value, or seldom something else than what belongs there. */
  public spoilt(value: unknown): unknown {
    return this.isWrong() ? this.dice.pick(odd) : value;
  }

  /** A name, seldom one that was there before. */
  public name(prefix: string): string {
    return this.isWrong() ? `${prefix}-again` : `${prefix}${this.count}`;
  }

  /** An address of a subnet. */
  public addressIn(subnet: Thing | undefined): string {
    const base = this.isWrong() ? '203.0.113' : (subnet?.base ?? '10.107.0');
    return `${base}.${this.dice.chance(0.1) ? this.dice.pick([0, 1, 2, 3, 255]) : 10 + this.dice.below(200)}`;
  }
}

/** A source of requests; undefined where there is nothing to ask for. */
export type Maker = () => ComparedRequest | undefined;
