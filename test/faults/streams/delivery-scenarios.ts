import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { anyNotification, uuidOf } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { after } from '../../support/real-time.js';
import { RecordingSink } from '../../support/recording-sink.js';
import type { StageKind, StreamStage } from './stream-stage.js';
import { lists, singleReads, StreamWorld, type Hold } from './stream-world.js';

// Of the tests that wait for a full read.
const resyncIntervalMs = 1_000;

interface Poison {
  readonly what: string;
  readonly message: object | string | Buffer;
  readonly reason: string;
  readonly type?: string;
  readonly uuid?: string;
}

const floatingIp = { type: 'floating_ip', uuid: uuidOf(8) };
const text = JSON.stringify(anyNotification({ uuid: uuidOf(8), fq_name: ['größe'] }));

const allPoisons: readonly Poison[] = [
  { what: 'JSON that breaks off', message: text.slice(0, -4), reason: 'not-json', ...floatingIp },
  { what: 'another encoding', message: Buffer.from(text, 'latin1'), reason: 'not-json', ...floatingIp },
  { what: 'UTF-16', message: Buffer.from(text, 'utf16le'), reason: 'not-json' },
  { what: 'nothing', message: Buffer.alloc(0), reason: 'not-json' },
  {
    what: '5 MB',
    message: JSON.stringify(anyNotification({ uuid: uuidOf(8), obj_dict: { x: 'x'.repeat(5_000_000) } })),
    reason: 'too-large',
    ...floatingIp,
  },
  { what: 'no uuid', message: anyNotification({ uuid: undefined }), reason: 'bad-shape', type: 'floating_ip' },
  {
    what: 'no type',
    message: anyNotification({ type: undefined, uuid: uuidOf(8) }),
    reason: 'bad-shape',
    uuid: uuidOf(8),
  },
  { what: 'no operation', message: anyNotification({ oper: 7, uuid: uuidOf(8) }), reason: 'bad-shape', ...floatingIp },
  { what: 'a list', message: '[{}]', reason: 'bad-shape' },
];

/** F8: messages that nobody can understand. */
export function itSurvivesPoison(kind: StageKind): void {
  describe('F8 poison', () => {
    const poisons = allPoisons.filter(({ message }) => kind.carriesBytes || !Buffer.isBuffer(message));
    let stage: StreamStage;

    before(function () {
      return kind.prepare(this);
    });

    describe('when messages cannot be understood', () => {
      it('should log each once with what is readable of it, acknowledge it, and go on', async () => {
        stage = await kind.open();
        // Fewer than there are messages: what is not acknowledged would hold up the rest.
        const world = await StreamWorld.open(stage, { size: 1, concurrency: 8 });
        try {
          for (const { message } of poisons) stage.publish(message);
          stage.publish(anyNotification({ type: 'no_such_type', uuid: uuidOf(8) }));
          await world.failover(0).run();
          await world.converged();

          const logged = world.log.of('message rejected').map(({ reason, type, uuid }) => ({ reason, type, uuid }));
          expect(logged).to.have.deep.members(poisons.map(({ reason, type, uuid }) => ({ reason, type, uuid })));
          const shown = world.monitor.status().problems.filter((problem) => problem.type === 'message');
          expect(shown).to.have.length(poisons.length);
          expect(world.metrics.count('messages_rejected_total')).to.equal(poisons.length);
        } finally {
          await world.close();
        }
      });
    });

    for (const { what, message } of poisons) {
      describe(`when a message is ${what}`, () => {
        it('should skip it, and deliver the next', async () => {
          stage = await kind.open();
          const source = stage.source();
          const sink = new RecordingSink();
          try {
            await source.start(sink, new AbortController().signal);
            stage.publish(message);
            stage.publish(anyNotification({ 'request-id': 'req-next' }));
            await sink.took('req-next');
            await eventually('it is skipped', () => sink.skippedMessages.length === 1);
          } finally {
            await source.stop();
            await stage.close();
          }
        });
      });
    }
  });
}

/** F17: a full read is under way, for long, while changes come. */
export function itHandlesChangesDuringAResync(kind: StageKind): void {
  describe('F17 resync in progress while changes come', () => {
    let world: StreamWorld;
    let hold: Hold;

    before(function () {
      return kind.prepare(this);
    });

    beforeEach(async () => {
      world = await StreamWorld.open(await kind.open(), { resyncIntervalMs, configApi: { listTimeoutMs: 60_000 } });
    });

    afterEach(async () => {
      hold.release();
      await world.close();
    });

    for (const what of ['requests', 'answers'] as const) {
      describe(`when the ${what} of the full read are held back for longer than two heartbeats`, () => {
        it('should keep its connection, handle what comes meanwhile, and acknowledge it', async () => {
          hold = world.hold(lists, what);
          await eventually('a full read is under way', () => hold.held > 0);
          const { resyncs } = world;
          const repairs = world.metrics.count('resync_repairs_total');
          const connects = (): number => world.metrics.count('source_connects_total');
          let turn = 0;
          // A busy machine may miss a heartbeat once. If the read cost the connection, it would each time.
          await eventually('it keeps its connection', async () => {
            const before = connects();
            const isLongEnough = after(world.stage.detectionMs + 1_000);
            for (; !isLongEnough(); turn += 1) {
              await world.failover(turn % 5).run();
              await world.converged();
            }
            return connects() === before;
          });

          expect(world.resyncs).to.equal(resyncs);
          await eventually('all is acknowledged', async () => (await world.stage.backlog()) === 0);
          hold.release();
          await eventually('the full read has ended', () => world.resyncs > resyncs);
          await world.converged();
          // What the read brings is older than what has happened meanwhile, and repairs nothing.
          expect(world.metrics.count('resync_repairs_total')).to.equal(repairs);
        });
      });
    }
  });
}

/** F22: the consumer is slow, and its window full, while messages pile up at the broker. */
export function itSurvivesABacklog(kind: StageKind): void {
  describe('F22 slow consumer, window full, backlog', () => {
    const messages = 10_000;
    const concurrency = 64;
    const size = 5;
    let world: StreamWorld;
    let hold: Hold;

    before(function () {
      return kind.prepare(this);
    });

    beforeEach(async function () {
      world = await StreamWorld.open(await kind.open(), {
        size,
        concurrency,
        configApi: { requestTimeoutMs: 60_000, concurrency: 256 },
      });
    });

    afterEach(async () => {
      hold.release();
      await world.close();
    });

    it('should hold no more than its window, read each object once for many changes, and end in the newest state', async function () {
      const before = world.reads('floating-ip');
      const server = world.cloud.server;
      hold = world.hold((request) => singleReads(request) && request.path.startsWith('/floating-ip/'));
      for (let sent = 0; sent < messages; sent += 1) {
        const { id } = world.floatingIp(sent % size);
        world.stage.publish(anyNotification({ uuid: id, 'request-id': `req-${randomUUID()}` }));
        if (sent % 1_000 === 999) await world.stage.flush();
      }
      await eventually('the window is full', () => hold.held > 0);
      // Newer than everything that waits.
      await world.user.disassociate(world.floatingIp(0)).run();
      await world.stage.flush();
      await eventually(
        'the rest waits at the broker',
        async () => (await world.stage.backlog()) >= messages - 2 * concurrency,
      );

      // Once for each object, however many changes of it are in the window.
      expect(hold.held).to.be.at.most(size);
      hold.release();
      await eventually('all is worked off', async () => (await world.stage.backlog()) === 0);
      await world.converged();

      expect(
        server.read('floating-ip', world.floatingIp(0).id)?.['virtual_machine_interface_refs'] ?? [],
      ).to.have.length(0);
      const reads = world.reads('floating-ip') - before;
      expect(reads).to.be.lessThan(messages / 3);
    });
  });
}

/** F27: objects that are created and deleted within one full read. */
export function itLeaksNothingWithinAResync(kind: StageKind): void {
  describe('F27 create and delete within one resync', () => {
    let world: StreamWorld;
    let hold: Hold | undefined;

    before(function () {
      return kind.prepare(this);
    });

    const open = async (): Promise<void> => {
      world = await StreamWorld.open(await kind.open(), { size: 2, resyncIntervalMs });
    };

    /** Waits for a full read, and keeps it waiting with a list in its hands. */
    const resyncHeld = async (what: 'requests' | 'answers'): Promise<void> => {
      hold = world.hold(({ path, query }) => path === '/floating-ips' && !query.has('obj_uuids'), what);
      await eventually('a list is held back', () => (hold?.held ?? 0) > 0);
    };

    /** Lets the full read that is held back end. The next is held back in turn: it would hide what this one leaves behind. */
    const resyncEnds = async (): Promise<void> => {
      const { resyncs } = world;
      hold?.letGo();
      await eventually('the full read has ended', () => world.resyncs > resyncs);
    };

    const inStep = async (): Promise<void> => {
      const { server } = world.cloud;
      // As long as a source may take at most to find out that it makes no progress.
      await eventually('the changes are taken', async () => (await world.stage.backlog()) === 0);
      await eventually(`the cache holds what there is: ${JSON.stringify(world.monitor.status().cache)}`, () => {
        const { cache } = world.monitor.status();
        return ['floating-ip', 'virtual-machine-interface', 'instance-ip', 'virtual-ip'].every(
          (name) => cache[name] === server.count(name),
        );
      });
      await world.converged();
    };

    afterEach(async () => {
      hold?.release();
      await world.close();
    });

    it('should drop what its list still shows and a notification has ended', async () => {
      await open();
      const doomed = await world.user.createFloatingIp().run();
      await resyncHeld('answers');
      await world.user.deleteFloatingIp(doomed).run();
      await world.stage.flush();
      await eventually('the delete is taken', async () => (await world.stage.backlog()) === 0);
      await resyncEnds();
      await inStep();
    });

    for (const what of ['requests', 'answers'] as const) {
      it(`should not keep what came and went while the ${what} of a list were held back`, async () => {
        await open();
        await resyncHeld(what);
        const shortLived = await world.user.createFloatingIp().run();
        await world.user
          .associate(shortLived, world.loadBalancer(0))
          .run()
          .catch(() => undefined);
        await world.user.deleteFloatingIp(shortLived).run();
        await resyncEnds();
        await inStep();
      });
    }

    it('should not keep what came and went while nothing was heard, and the list had it in between', async function () {
      await open();
      await resyncHeld('answers');
      const shortLived = await world.user.createFloatingIp().run();
      await world.stage.flush();
      await eventually(
        'it is known',
        () => world.monitor.status().cache['floating-ip'] === world.cloud.server.count('floating-ip'),
      );
      await world.stage.down();
      await eventually('the loss is noticed', () => !world.isConnected);
      // Nobody hears of this one, and the list that is under way is older.
      await world.user.deleteFloatingIp(shortLived).run();
      await resyncEnds();
      hold?.release();
      await world.stage.up();
      await world.connected();
      await inStep();
    });
  });
}
