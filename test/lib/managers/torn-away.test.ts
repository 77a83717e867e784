import { expect } from 'chai';
import { agentObjects, agentReport, type EmbeddedMonitor } from '../../../fixtures/index.js';
import { isWhole } from '../../support/scope.js';
import { ServiceTown } from './support/service-town.js';

// What an operator tears away while it is in use: where he may not delete it, he drops what refers to it, and deletes what stands below it, first.
const torn: readonly {
  readonly what: string;
  readonly kind: string;
  /** A part of its name. */
  readonly name: string;
  /** What is made anew without it is as it was. Absent: it has to be there. */
  readonly isMadeGood?: boolean;
  /** In the quick form, too. */
  readonly isQuick?: boolean;
}[] = [
  {
    what: 'a vRouter with virtual machines',
    kind: 'virtual-router',
    name: 'compute-',
    isMadeGood: true,
    isQuick: true,
  },
  { what: 'a network of tenants', kind: 'virtual-network', name: 'left-a', isQuick: true },
  { what: 'the external network of a router', kind: 'virtual-network', name: 'public' },
  { what: 'the left network of a router', kind: 'virtual-network', name: 'snat-si-left_', isMadeGood: true },
  { what: 'the template of service instances', kind: 'service-template', name: 'own-left' },
  { what: 'the template of port tuples', kind: 'service-template', name: 'chain' },
  { what: 'the template of SNAT', kind: 'service-template', name: 'netns-snat-template' },
  { what: 'the route table of a router', kind: 'route-table', name: 'rt_', isMadeGood: true },
  { what: 'the service instance of a router', kind: 'service-instance', name: 'snat_', isMadeGood: true },
  { what: 'a virtual machine, out of its interfaces', kind: 'virtual-machine', name: '__ns-a__1' },
  { what: 'an interface', kind: 'virtual-machine-interface', name: '__ns-a__1__right', isMadeGood: true },
  { what: 'a shared address', kind: 'instance-ip', name: '__ns-a-right', isMadeGood: true },
  { what: 'a route table of tenants', kind: 'interface-route-table', name: 'table-a' },
  { what: 'a health check', kind: 'service-health-check', name: 'check-a' },
  { what: 'a port tuple', kind: 'port-tuple', name: 'tuple-a' },
  { what: 'the project, with all that is in it', kind: 'project', name: 'shop', isQuick: true },
];

describe('what managers of services work with, torn away while it is in use', () => {
  let town: ServiceTown;
  let monitor: EmbeddedMonitor;
  let router: string;
  let served: Readonly<Record<string, number>>;

  beforeEach(async () => {
    town = await ServiceTown.open();
    monitor = await town.start();
    router = await town.settle('a');
    await town.stage.cloud.settled();
    served = town.madeFor('a', router);
    expect(served).to.deep.include({ 'virtual-machine': 4, 'route-table': 1 });
    expect(unused()).to.deep.equal([]);
  });

  afterEach(() => town.close());

  const unused = (): readonly string[] => {
    const { refusals, unplaced } = agentReport(agentObjects(town.server));
    return [...refusals.map(({ reason, object }) => `${reason}: ${object}`), ...unplaced];
  };
  const failing = (): readonly string[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type === 'failing')
      .map(({ kind, uuid, message }) => `${kind ?? ''} ${uuid ?? ''} ${message}`);

  for (const isHeard of isWhole ? [true, false] : [false]) {
    for (const { what, kind, name, isMadeGood = false } of torn.filter(({ isQuick = false }) => isQuick || isWhole)) {
      // Step by step, what is made again meanwhile stays in the operator's way.
      if (kind === 'project' && isHeard) continue;
      describe(`when it is ${what}, ${isHeard ? 'step by step' : 'and all is heard of at once'}`, () => {
        it(`should come to rest${isMadeGood ? ' with what was there before' : ''}, and serve others`, async () => {
          const lost = kind === 'virtual-router' ? nameOfUsedRouter(town) : name;
          if (!isHeard) monitor.channel.hold();
          await tear(town, kind, town.uuidOf(kind, lost) ?? '');
          if (!isHeard) monitor.channel.resume();
          await town.stage.cloud.settled();
          expect(failing()).to.deep.equal([]);
          if (isMadeGood) {
            expect(town.madeFor('a', router)).to.deep.equal(served);
            expect(unused()).to.deep.equal([]);
          }
          if (kind === 'project') {
            expect(Object.values(town.madeFor('a', router)).filter((count) => count > 0)).to.deep.equal([]);
          } else if (!['external', 'template'].some((word) => what.includes(word))) {
            const other = await town.settle('other');
            await town.stage.cloud.settled();
            expect(town.madeFor('other', other)).to.deep.equal(served);
          }
          const before = monitor.countWrites();
          await monitor.resync();
          expect(monitor.countWrites()).to.equal(before);
        });
      });
    }
  }
});

function nameOfUsedRouter(town: ServiceTown): string {
  const used = town.server.list('virtual-router').find((one) => one['virtual_machine_refs'] !== undefined);
  return String((used?.['fq_name'] as readonly string[] | undefined)?.at(-1));
}

/** They go with what they stand below, and not by themselves. */
const ofParents = ['routing-instance', 'application-policy-set'];

/** Deletes an object, whatever refers to it or stands below it. What is made meanwhile is in the way as well. */
async function tear(town: ServiceTown, kind: string, uuid: string): Promise<void> {
  expect(uuid, `no ${kind}`).to.not.equal('');
  const field = `${kind.replaceAll('-', '_')}_refs`;
  await town.stage.delete(kind, uuid).catch(goesOn);
  for (let tries = 0; town.server.read(kind, uuid) !== undefined; tries += 1) {
    expect(tries, `${kind} ${uuid} cannot be deleted`).to.be.lessThan(5);
    for (const other of town.server.kinds.filter((one) => !ofParents.includes(one))) {
      for (const one of town.server.list(other)) {
        const own = String(one['uuid']);
        if (one['parent_uuid'] === uuid && town.server.read(other, own) !== undefined) await tear(town, other, own);
        else if (JSON.stringify(one[field] ?? []).includes(uuid))
          await town.stage.reference([other, own], [kind, uuid], 'DELETE').catch(goesOn);
        else continue;
        // Those that do not hold it stay.
        await town.stage.delete(kind, uuid).catch(goesOn);
        if (town.server.read(kind, uuid) === undefined) return;
      }
    }
  }
}

// The monitor was quicker, or has made something meanwhile: it is tried again, a few times.
function goesOn(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'NeutronError') throw error;
}
