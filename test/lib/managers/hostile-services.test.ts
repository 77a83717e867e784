import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../fixtures/index.js';
import { mostInstances, mostSides } from '../../../lib/managers/service-instance/instance-count.js';
import { isWhole } from '../../support/scope.js';
import { ServiceTown } from './support/service-town.js';

type Json = Readonly<Record<string, unknown>>;

/** The first only, in the quick form. */
function inForm<T>(all: readonly T[]): readonly T[] {
  return isWhole ? all : all.slice(0, 1);
}

describe('what a tenant can put into service instances', () => {
  let town: ServiceTown;
  let monitor: EmbeddedMonitor;

  beforeEach(async () => {
    town = await ServiceTown.open();
    monitor = await town.start();
    for (const name of ['right', 'left']) await town.createNetwork(name);
  });

  afterEach(() => town.close());

  const problems = (): readonly string[] => monitor.monitor.status().problems.map(({ type }) => type);
  const countOf = (kind: string, name: string): number =>
    town.server.list(kind).filter((one) => JSON.stringify(one['fq_name']).includes(`__${name}__`)).length;
  const template = (name: string, interfaces: readonly Json[], version = 1): void => {
    town.server.seed('service-template', {
      fq_name: ['default-domain', name],
      parent_type: 'domain',
      service_template_properties: {
        version,
        service_mode: 'in-network-nat',
        service_type: 'source-nat',
        service_virtualization_type: 'network-namespace',
        interface_type: interfaces,
      },
    });
  };
  /** Others are served as ever, and then nothing is written any more. */
  const expectOthersServed = async (): Promise<void> => {
    const router = await town.settle('other');
    await town.stage.cloud.settled();
    expect(town.madeFor('other', router)).to.deep.include({ 'virtual-machine': 4, 'route-table': 1 });
    const before = monitor.countWrites();
    await monitor.resync();
    expect(monitor.countWrites()).to.equal(before);
  };

  for (const [count, made] of inForm([
    [-1, 0],
    [1e9, mostInstances],
    [2 ** 53, mostInstances],
    [-1e9, 0],
    [0, 0],
  ] as const)) {
    describe(`when max_instances is ${count}`, () => {
      it(`should launch ${made}, and serve others`, async () => {
        await town.createInstance('big', 'own-left', ['right', 'left'], { scale_out: { max_instances: count } });
        await town.stage.cloud.settled();
        expect(countOf('virtual-machine', 'big')).to.equal(made);
        expect(problems().includes('service-oversized')).to.equal(made > 0);
        await expectOthersServed();
      });
    });
  }

  // The two that take seconds.
  if (isWhole) {
    describe('when the list of interfaces is 10,000 long', () => {
      it('should take as many as the template has, and serve others', async () => {
        const list = Array.from({ length: 10_000 }, () => 'right');
        await town.createInstance('long', 'own-left', list);
        await town.stage.cloud.settled();
        expect(countOf('virtual-machine-interface', 'long')).to.equal(4);
        await expectOthersServed();
      });
    });

    describe('when a template has more interfaces than count', () => {
      it('should make as many as count', async () => {
        const types = Array.from({ length: mostSides + 1 }, (_, index) => ({
          service_interface_type: `other${index}`,
        }));
        template('wide', types);
        town.announce('service-template', town.uuidOf('service-template', 'wide') ?? '');
        const list = types.map(() => 'right');
        await town.createInstance('wide', 'wide', list, {
          scale_out: { max_instances: 1 },
          interface_list: list.map(() => ({ virtual_network: [...town.project, 'right'].join(':') })),
        });
        await town.stage.cloud.settled();
        expect(countOf('virtual-machine-interface', 'wide')).to.equal(mostSides);
        await expectOthersServed();
      });
    });
  }

  for (const [what, types, isShared] of inForm([
    ['the same type twice, with one address', ['left', 'left'], true],
    ['the same type twice', ['left', 'left'], false],
    ['an empty type', ['', 'left'], false],
    ['no type at all', [undefined, 'left'], true],
  ] as const)) {
    for (const version of inForm([1, 2])) {
      describe(`when a template of version ${version} has ${what}`, () => {
        it('should come to rest, and serve others', async () => {
          template(
            'odd',
            types.map((type) => ({ service_interface_type: type, shared_ip: isShared })),
            version,
          );
          town.announce('service-template', town.uuidOf('service-template', 'odd') ?? '');
          await town.createInstance('odd', 'odd', ['right', 'left']);
          const tuple = await town.stage.create('port-tuple', {
            fq_name: [...town.project, 'odd', 'pt'],
            parent_type: 'service-instance',
          });
          await town.stage.create('virtual-machine-interface', {
            fq_name: [...town.project, 'odd-port'],
            parent_type: 'project',
            virtual_machine_interface_properties: { service_interface_type: 'left' },
            virtual_network_refs: [{ to: [...town.project, 'left'] }],
            port_tuple_refs: [{ to: [...town.project, 'odd', 'pt'], uuid: tuple }],
          });
          await town.stage.cloud.settled();
          expect(problems().includes('failing'), problems().join()).to.equal(false);
          await expectOthersServed();
        });
      });
    }
  }

  for (const name of inForm([
    'a__1',
    'sérvice-🦊',
    'a__b',
    'a__1__left__1',
    '__proto__',
    'x'.repeat(200),
    ' ',
    '-left',
  ])) {
    describe(`when one is called ${JSON.stringify(name.slice(0, 20))}`, () => {
      it('should launch it, serve others, and leave nothing when it goes', async () => {
        await town.createInstance(name, 'own-left', ['right', 'left']);
        await town.stage.cloud.settled();
        expect(countOf('virtual-machine', name)).to.equal(2);
        await expectOthersServed();
        const left = (): readonly string[] =>
          town
            .lines()
            .filter(
              (line) =>
                /^(virtual-machine|instance-ip|virtual-machine-interface) /.test(line) && line.includes(`__${name}`),
            );
        await town.deleteInstance(name);
        await town.stage.cloud.settled();
        expect(left()).to.deep.equal([]);
      });
    });
  }
});
