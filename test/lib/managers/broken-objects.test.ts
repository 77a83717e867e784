import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../fixtures/index.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { isWhole } from '../../support/scope.js';
import { ServiceTown } from './support/service-town.js';

const owner = { perms2: { owner: 7 } };

// What a row of the database holds in place of what it should.
const corruptions: readonly {
  readonly what: string;
  readonly kind: string;
  /** A part of its name. */
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Others cannot be served either: they need it, too. */
  readonly isForAll?: boolean;
  /** In the quick form, too. */
  readonly isQuick?: boolean;
}[] = [
  {
    what: 'a set whose driver is no text',
    kind: 'service-appliance-set',
    name: 'opencontrail',
    fields: { service_appliance_driver: 7 },
  },
  {
    what: 'a template with a text for its interfaces',
    kind: 'service-template',
    name: 'netns-snat-template',
    fields: { service_template_properties: { interface_type: 'left' } },
    isForAll: true,
  },
  {
    what: 'a service instance of a router with a text for its properties',
    kind: 'service-instance',
    name: 'snat_',
    fields: { service_instance_properties: 'garbage' },
    isQuick: true,
  },
  {
    what: 'a service instance in namespaces with a text for a number',
    kind: 'service-instance',
    name: 'ns-old',
    fields: { service_instance_properties: { scale_out: { max_instances: '2' } } },
    isQuick: true,
  },
  {
    what: 'a service instance of port tuples with an object for its interfaces',
    kind: 'service-instance',
    name: 'chain-old',
    fields: { service_instance_properties: { interface_list: {} } },
    isQuick: true,
  },
  { what: 'a router with a number for its owner', kind: 'logical-router', name: 'router-old', fields: owner },
  {
    what: 'a route table with a text for its routes',
    kind: 'route-table',
    name: 'rt_',
    fields: { routes: 'garbage' },
  },
  {
    what: 'a left network that is shared in words',
    kind: 'virtual-network',
    name: 'snat-si-left_',
    fields: { is_shared: 'yes' },
  },
  {
    what: 'the network of a port with a text for a flag',
    kind: 'virtual-network',
    name: 'left-old',
    fields: { is_shared: 'no' },
  },
  {
    what: 'a virtual machine with a number for its shown name',
    kind: 'virtual-machine',
    name: '__ns-old__1',
    fields: { display_name: 7 },
  },
  {
    what: 'an interface with a text for a number',
    kind: 'virtual-machine-interface',
    name: '__ns-old__1__right__1',
    fields: { virtual_machine_interface_properties: { local_preference: 'high' } },
  },
  {
    what: 'a port in a port tuple with a list for its properties',
    kind: 'virtual-machine-interface',
    name: 'port-left-old',
    fields: { virtual_machine_interface_properties: ['left'] },
  },
  {
    what: 'an address with an object for its mode',
    kind: 'instance-ip',
    name: '__ns-old-right',
    fields: { instance_ip_mode: {} },
  },
  {
    what: 'an interface route table with a text for its routes',
    kind: 'interface-route-table',
    name: 'table-old',
    fields: { interface_route_table_routes: 'garbage' },
  },
  {
    what: 'a health check with a number for its type',
    kind: 'service-health-check',
    name: 'check-old',
    fields: { service_health_check_properties: { health_check_type: 7 } },
  },
  { what: 'a port tuple with a number for its owner', kind: 'port-tuple', name: 'tuple-old', fields: owner },
  {
    what: 'a security group with a number for its owner',
    kind: 'security-group',
    name: 'default',
    fields: owner,
  },
];

const brokenRouters = [
  ['a number for its type', { virtual_router_type: 7 }],
  ['a list for its address', { virtual_router_ip_address: [] }],
  ['a number for its owner', owner],
  ['a number for a mark of somebody', { annotations: { key_value_pair: [{ key: 1 }] } }],
] as const;

/** How many writes may be tried in ten minutes, those for the others among them: what one broken object is in the way of is tried by the backoff. */
const mostTries = 250;

describe('a broken object of services in the database', () => {
  let town: ServiceTown;
  let monitor: EmbeddedMonitor;
  let logger: RecordingLogger;
  let served: Readonly<Record<string, number>>;

  beforeEach(async () => {
    town = await ServiceTown.open();
    logger = new RecordingLogger();
    monitor = await town.start({ logger });
    const router = await town.settle('old');
    await town.stage.cloud.settled();
    served = town.madeFor('old', router);
    expect(served).to.deep.include({ 'service-instance': 1, 'route-table': 1 });
    expect(served['virtual-machine']).to.equal(4);
  });

  afterEach(() => town.close());

  const rejected = (): readonly string[] =>
    logger.lines.flatMap((line) => {
      const { message, uuid } = JSON.parse(line) as { readonly message: string; readonly uuid?: string };
      return message === 'object rejected' ? [uuid ?? ''] : [];
    });
  const problems = (): readonly string[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type === 'object')
      .map(({ kind, uuid }) => `${kind ?? ''} ${uuid ?? ''}`);
  const tried = (): number => town.server.requests.count({ userAgent: monitor.userAgent, access: 'write' });

  // A machine that is on a vRouter that is not known would look as if it were on none, and be placed once more.
  for (const [what, fields] of brokenRouters.slice(0, isWhole ? Infinity : 1)) {
    describe(`when the monitor starts upon a vRouter with ${what}`, () => {
      it('should know what is placed on it, and place nothing a second time', async () => {
        const [placed] = town.server.list('virtual-router').filter((one) => one['virtual_machine_refs'] !== undefined);
        await town.stage.cloud.stopMonitor(monitor);
        town.corrupt('virtual-router', String((placed?.['fq_name'] as readonly string[]).at(-1)), fields);
        const broken = town.lines();
        const before = tried();
        monitor = await town.start({ logger });
        await town.pass(60_000);
        await monitor.resync();
        expect(town.lines()).to.deep.equal(broken);
        expect(tried() - before).to.equal(0);
        expect(problems()).to.deep.equal([]);
      });
    });
  }

  for (const { what, kind, name, fields, isForAll = false } of corruptions.filter(
    ({ isQuick = false }) => isQuick || isWhole,
  )) {
    describe(`when the monitor starts upon ${what}`, () => {
      it('should take nothing away, say so once, serve all others, and go on when it is right again', async () => {
        const whole = town.lines();
        await town.stage.cloud.stopMonitor(monitor);
        const before = tried();
        const { uuid, repair } = town.corrupt(kind, name, fields);
        const broken = town.lines();
        monitor = await town.startRestless({ logger });
        await town.pass(60_000);
        expect(town.lines()).to.deep.equal(broken);
        expect(rejected()).to.deep.equal([uuid]);
        expect(problems()).to.deep.equal([`${kind} ${uuid}`]);
        if (!isForAll) {
          const router = await town.settle('new');
          await town.pass(60_000);
          expect(town.madeFor('new', router)).to.deep.equal(served);
        }
        await town.pass(600_000, 10_000);
        expect(tried() - before).to.be.lessThan(mostTries);
        repair();
        await town.stage.cloud.settled();
        await monitor.resync();
        expect(problems()).to.deep.equal([]);
        const now = new Set(town.lines());
        expect(whole.filter((line) => !now.has(line) && isLasting(line))).to.deep.equal([]);
      });
    });

    if (!isWhole) continue;
    describe(`when a change brings ${what}`, () => {
      it('should take nothing away, say so once, and go on when it is right again', async () => {
        const whole = town.lines();
        const { uuid, repair } = town.corrupt(kind, name, fields);
        const broken = town.lines();
        town.announce(kind, uuid);
        await town.stage.cloud.settled();
        await monitor.resync();
        expect(town.lines()).to.deep.equal(broken);
        expect(rejected()).to.deep.equal([uuid]);
        expect(problems()).to.deep.equal([`${kind} ${uuid}`]);
        repair();
        await town.stage.cloud.settled();
        expect(problems()).to.deep.equal([]);
        expect(town.lines().filter(isLasting)).to.deep.equal(whole.filter(isLasting));
      });
    });
  }
});

// What refers to others, or is referred to by the new ones, is not as it was.
function isLasting(line: string): boolean {
  return ['virtual-machine ', 'virtual-machine-interface ', 'instance-ip ', 'route-table '].some((kind) =>
    line.startsWith(kind),
  );
}
