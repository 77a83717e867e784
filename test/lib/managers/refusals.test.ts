import { expect } from 'chai';
import type { EmbeddedMonitor } from '../../../fixtures/index.js';
import { isHuge, isWhole } from '../../support/scope.js';
import { ServiceTown } from './support/service-town.js';

// Each kind of write of the managers of services.
const writes: readonly {
  readonly operation: string;
  readonly kind: string;
  /** What is refused when all is taken away. */
  readonly isOfEnd?: boolean;
  /** In the quick form, too: with which answer. */
  readonly quick?: number;
}[] = [
  { operation: 'create', kind: 'virtual-network', quick: 412 },
  { operation: 'create', kind: 'service-instance' },
  { operation: 'create', kind: 'route-table' },
  { operation: 'create', kind: 'virtual-machine' },
  { operation: 'create', kind: 'virtual-machine-interface' },
  { operation: 'create', kind: 'interface-route-table' },
  { operation: 'create', kind: 'instance-ip' },
  { operation: 'ref-update', kind: 'logical-router' },
  { operation: 'ref-update', kind: 'instance-ip' },
  { operation: 'ref-update', kind: 'virtual-machine-interface' },
  { operation: 'ref-update', kind: 'service-instance' },
  { operation: 'delete', kind: 'instance-ip', isOfEnd: true },
  { operation: 'delete', kind: 'virtual-machine-interface', isOfEnd: true, quick: 409 },
  { operation: 'delete', kind: 'virtual-machine', isOfEnd: true },
  { operation: 'delete', kind: 'virtual-network', isOfEnd: true },
  { operation: 'delete', kind: 'service-instance', isOfEnd: true },
  { operation: 'delete', kind: 'route-table', isOfEnd: true },
];
const statuses = [400, 403, 409, 412, 500];

/** How often one thing may be refused in ten minutes while nothing changes: all by the backoff, or by full reads. */
const mostRefusals = 200;
/** An away server is asked every half a second, see the controller: a 500 may say that. */
const mostRefusalsOf500 = 12_000;

describe('a config API that refuses what managers of services write', () => {
  let town: ServiceTown;
  let monitor: EmbeddedMonitor;
  let refused: number;
  let stop: () => void;

  beforeEach(async () => {
    town = await ServiceTown.open();
    monitor = await town.start();
    refused = 0;
    known.clear();
  });

  afterEach(() => {
    stop();
    return town.close();
  });

  // Of the one part of the town, by names and uuids that its objects have, or had.
  const known = new Set<string>();
  const isOf = (part: string, text: string): boolean => {
    const marks = [
      town.uuidOf('logical-router', `router-${part}`),
      town.uuidOf('service-instance', `chain-${part}`),
      town.uuidOf('service-instance', `ns-${part}`),
      town.uuidOf('virtual-machine-interface', `port-left-${part}`),
      town.uuidOf('virtual-machine-interface', `port-right-${part}`),
      `__ns-${part}`,
      `ns-${part}`,
    ];
    for (const mark of marks) if (mark !== undefined) known.add(mark);
    return [...known].some((mark) => text.includes(mark));
  };
  const namesIn = (text: string, kind: string): string => {
    const named = town.server.list(kind).find((one) => text.includes(String(one['uuid'])));
    return JSON.stringify(named?.['fq_name'] ?? '');
  };
  const refuse = (operation: string, kind: string, status: number): void => {
    stop = town.server.use(async (request, next) => {
      const text = `${request.path} ${request.body}`;
      const isOperation =
        operation === 'create'
          ? request.method === 'POST' && request.path === `/${kind}s`
          : operation === 'delete'
            ? request.method === 'DELETE' && request.path.startsWith(`/${kind}/`)
            : request.path === '/ref-update' && request.body.includes(`"type":"${kind}"`);
      if (request.userAgent !== monitor.userAgent || !isOperation) return next();
      if (!isOf('bad', text) && !isOf('bad', namesIn(text, kind))) return next();
      refused += 1;
      return { status, body: 'no' };
    });
  };
  const failing = (): readonly string[] =>
    monitor.monitor
      .status()
      .problems.filter(({ type }) => type === 'failing')
      .map(({ kind, uuid }) => `${kind ?? ''} ${uuid ?? ''}`);

  for (const [at, { operation, kind, isOfEnd = false, quick }] of writes.entries()) {
    // Two of each write in the whole form, all of them over the writes; each of each in the form with the long searches.
    const whole = statuses.filter((_, index) => (index + at) % statuses.length < 2);
    for (const status of isHuge ? statuses : isWhole ? whole : quick === undefined ? [] : [quick]) {
      describe(`when it answers ${status} to each ${operation} of a ${kind} of one tenant`, () => {
        it('should serve others, try it by the backoff, say so, and do it once it may', async () => {
          stop = (): void => undefined;
          if (!isOfEnd) refuse(operation, kind, status);
          const bad = await town.settle('bad');
          if (isOfEnd) {
            await town.stage.cloud.settled();
            refuse(operation, kind, status);
            expect(isOf('bad', bad)).to.equal(true);
            await town.stage.deleteRouter(bad);
            for (const name of ['ns-bad', 'chain-bad']) await town.deleteInstance(name);
          }
          await town.pass(30_000);
          const good = await town.settle('good');
          await town.pass(30_000);
          const served = town.madeFor('good', good);
          expect(refused).to.be.greaterThan(0);
          expect(failing().length).to.be.greaterThan(0);
          expect(
            failing().every((one) => /^(service-instance|logical-router|virtual-network|instance-ip) ./.test(one)),
            failing().join(),
          ).to.equal(true);
          const before = refused;
          await town.pass(600_000, 20_000);
          expect(refused - before).to.be.lessThan(status === 500 ? mostRefusalsOf500 : mostRefusals);
          stop();
          await town.pass(700_000, 20_000);
          expect(failing()).to.deep.equal([]);
          await town.stage.cloud.settled();
          const made = town.madeFor('bad', bad);
          if (isOfEnd)
            expect(
              Object.values(made).every((count) => count === 0),
              JSON.stringify(made),
            ).to.equal(true);
          else expect(made).to.deep.equal(served);
          expect(town.madeFor('good', good)).to.deep.equal(served);
          expect(served['virtual-machine']).to.equal(4);
        });
      });
    }
  }
});
