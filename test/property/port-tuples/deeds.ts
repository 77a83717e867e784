import fc from 'fast-check';
import { a, pair, type ServiceStage } from '../../lib/managers/port-tuple/support/service-stage.js';

/** What a user or an operator does. Numbers say which of the cast; what cannot be done is passed over. */
export type Deed =
  | { readonly do: 'join' | 'leave'; readonly port: number; readonly tuple: number }
  | { readonly do: 'type'; readonly port: number; readonly type: string }
  | { readonly do: 'link' | 'unlink'; readonly link: number; readonly service: number; readonly type: string }
  | { readonly do: 'own-link' | 'own-unlink'; readonly port: number }
  | { readonly do: 'pairs'; readonly service: number; readonly address: number; readonly mode: string }
  | { readonly do: 'own-pairs'; readonly address: number }
  | { readonly do: 'template'; readonly types: number }
  | { readonly do: 'delete-port'; readonly port: number }
  | { readonly do: 'delete-service'; readonly service: number };

const cast = { ports: 5, tuples: 3, links: 4, services: 2 } as const;
const templates = [['left', 'right'], ['left']] as const;
const upTo = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: count - 1 });
const port = upTo(cast.ports);
const service = upTo(cast.services);
const type = fc.constantFrom('left', 'right');

/** One deed of any kind. */
export const deeds: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('join' as const), port, tuple: upTo(cast.tuples) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), port, tuple: upTo(cast.tuples) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('type' as const), port, type: fc.constantFrom('left', 'right', 'other0') }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('link' as const), link: upTo(cast.links), service, type }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('unlink' as const), link: upTo(cast.links), service, type }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('own-link' as const, 'own-unlink' as const), port }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pairs' as const),
      service,
      address: upTo(3),
      mode: fc.constantFrom('active-active', 'active-standby'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('own-pairs' as const), address: upTo(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('template' as const), types: upTo(templates.length) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete-port' as const), port }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete-service' as const), service }) },
);

/**
 * Two services of one template, three port tuples, five ports and what can be linked, and what happens to them. Of two casts on servers with the same
 * seed all has the same uuids.
 *
 * The last port is of type right, and has pairs of its own: the services define pairs for the left ones only.
 */
export class ServiceCast {
  private readonly ports: string[] = [];
  private readonly tuples: string[] = [];
  private readonly services: string[] = [];
  private readonly links: { readonly kind: 'table' | 'check'; readonly uuid: string }[] = [];
  private readonly gone = new Set<string>();
  private readonly tags = new Map<string, string>();
  private template = '';
  private types: readonly string[] = templates[0];
  private readonly pairs = new Map<number, Readonly<Record<string, unknown>>>();
  private own = '';

  public constructor(private readonly stage: ServiceStage) {}

  public async prepare(): Promise<void> {
    const { stage } = this;
    const network = await stage.network('net', ['10.40.1.0/24', 'fd00:40::/64']);
    this.template = await stage.template('fw', this.types);
    for (let index = 0; index < cast.services; index += 1) {
      this.services.push(await stage.service(`si-${index}`, this.template, [{}, {}]));
    }
    for (let index = 0; index < cast.tuples; index += 1) {
      this.tuples.push(await stage.tuple(`pt-${index}`, this.services[Math.min(index, 1)] ?? ''));
    }
    for (let index = 0; index < cast.ports; index += 1) {
      this.ports.push(await stage.port(`port-${index}`, network, index < 3 ? 'left' : 'right'));
    }
    for (let index = 0; index < 2; index += 1) {
      this.links.push({ kind: 'table', uuid: await stage.table(`irt-${index}`) });
    }
    this.links.push({ kind: 'check', uuid: await stage.check('local', 'link-local') });
    this.links.push({ kind: 'check', uuid: await stage.check('far', 'end-to-end') });
    this.own = await stage.table('own');
  }

  /** Does it, as far as it can be done. */
  public async act(deed: Deed): Promise<void> {
    const { stage } = this;
    const at = (list: readonly string[], index: number): string | undefined =>
      this.gone.has(list[index] ?? '') ? undefined : list[index];
    switch (deed.do) {
      case 'join':
      case 'leave': {
        const [one, tuple] = [at(this.ports, deed.port), at(this.tuples, deed.tuple)];
        if (one === undefined || tuple === undefined) return;
        await (deed.do === 'join'
          ? stage.refer(a.port(one), a.tuple(tuple))
          : stage.unrefer(a.port(one), a.tuple(tuple)));
        return;
      }
      case 'type': {
        const one = at(this.ports, deed.port);
        if (one === undefined || deed.port === cast.ports - 1) return;
        await stage.set('virtual-machine-interface', one, {
          virtual_machine_interface_properties: { service_interface_type: deed.type },
        });
        return;
      }
      case 'link':
      case 'unlink': {
        const [link, to] = [this.links[deed.link], at(this.services, deed.service)];
        if (link === undefined || to === undefined) return;
        const key = `${link.uuid} ${to}`;
        if (deed.do === 'link') {
          this.tags.set(key, to);
          await stage.refer(a[link.kind](link.uuid), a.service(to), deed.type);
        } else if (this.tags.delete(key)) {
          await stage.unrefer(a[link.kind](link.uuid), a.service(to));
        }
        return;
      }
      case 'own-link':
      case 'own-unlink': {
        const one = at(this.ports, deed.port);
        if (one === undefined) return;
        const ends = [a.port(one), a.table(this.own)] as const;
        await (deed.do === 'own-link' ? stage.refer(...ends) : stage.unrefer(...ends));
        return;
      }
      case 'pairs': {
        if (deed.address === 0) this.pairs.delete(deed.service);
        else this.pairs.set(deed.service, pair(`10.40.1.10${deed.address}`, deed.mode));
        await this.describe(deed.service);
        return;
      }
      case 'own-pairs': {
        const one = at(this.ports, cast.ports - 1);
        if (one === undefined) return;
        const pairs = deed.address === 0 ? [] : [pair(`10.40.1.20${deed.address}`)];
        await stage.set('virtual-machine-interface', one, {
          virtual_machine_interface_allowed_address_pairs: { allowed_address_pair: pairs },
        });
        return;
      }
      case 'template': {
        this.types = templates[deed.types] ?? templates[0];
        await stage.setTypes(this.template, this.types);
        for (let index = 0; index < cast.services; index += 1) await this.describe(index);
        return;
      }
      case 'delete-port': {
        const one = at(this.ports, deed.port);
        if (one === undefined) return;
        await stage.deletePort(one);
        this.gone.add(one);
        return;
      }
      case 'delete-service': {
        const one = at(this.services, deed.service);
        if (one === undefined) return;
        for (const { kind, uuid } of this.links) {
          if (this.tags.delete(`${uuid} ${one}`)) await stage.unrefer(a[kind](uuid), a.service(one));
        }
        await stage.delete('service-instance', one);
        this.gone.add(one);
      }
    }
  }

  private async describe(index: number): Promise<void> {
    const service = this.services[index] ?? '';
    if (this.gone.has(service)) return;
    const left = this.pairs.get(index);
    const interfaces = this.types.map((one) =>
      one === 'left' && left !== undefined ? { allowed_address_pairs: { allowed_address_pair: [left] } } : {},
    );
    await this.stage.setInterfaces(service, interfaces);
  }
}
