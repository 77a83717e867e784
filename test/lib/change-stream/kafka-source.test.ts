import { expect } from 'chai';
import {
  hasCode,
  KafkaSource,
  Outages,
  silentMetrics,
  SvcMonitorError,
  SystemClock,
  type KafkaConnectionOptions,
} from '../../../lib/index.js';
import { anyNotification, uuidOf } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { KafkaStage } from '../../support/kafka-stage.js';
import { kafkaBroker, type KafkaBroker } from '../../support/kafka.js';
import { OwnKafka } from '../../support/own-kafka.js';
import { RecordingLogger } from '../../support/recording-logger.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { itBehavesAsAChangeSource } from './source.contract.js';

const partitions = 4;

describe('KafkaSource', () => {
  describe('when it is given no brokers', () => {
    it('should refuse to be made', () => {
      expect(() => new KafkaSource({ brokers: [] }))
        .to.throw(SvcMonitorError)
        .with.property('code', 'invalid-configuration');
    });
  });

  describe('with a broker', () => {
    let broker: KafkaBroker;

    before(function () {
      broker = kafkaBroker(this);
    });

    describe('as a change source', () => {
      itBehavesAsAChangeSource(
        async () => {
          // Of messages of different objects the suite expects an order, which only one partition has.
          const stage = await new KafkaStage(broker.brokers).start(1);
          return {
            create: (concurrency, metrics) => stage.source({ concurrency, metrics }),
            publish: (message) => {
              stage.publisher.publish(message);
            },
            cut: () => stage.proxy.refuse(true),
            restore: () => stage.proxy.refuse(false),
            close: () => stage.close(),
          };
        },
        { resumes: true },
      );
    });

    describe('on a stage', () => {
      const { signal } = new AbortController();
      let stage: KafkaStage;
      let sink: RecordingSink;
      let sources: KafkaSource[];

      const keep = (source: KafkaSource): KafkaSource => {
        sources.push(source);
        return source;
      };
      const publish = (from: number, to: number): void => {
        for (let i = from; i <= to; i++) {
          stage.publisher.publish(anyNotification({ uuid: uuidOf(i % 7), 'request-id': `req-${i}` }));
        }
      };
      const published = async (from: number, to: number): Promise<void> => {
        publish(from, to);
        await stage.publisher.flush();
      };
      const committedInAll = async (instance?: string): Promise<number> => {
        const offsets = await stage.committed(instance);
        return offsets.reduce((sum, offset) => sum + Math.max(0, offset), 0);
      };
      const isCommitted = (count: number, instance?: string): Promise<void> =>
        eventually(`${count} are committed`, async () => (await committedInAll(instance)) === count);
      const numbersOf = (object: number): readonly number[] =>
        sink.changes
          .filter((change) => change.uuid === uuidOf(object))
          .map((change) => Number(change.requestId?.slice(4)));

      beforeEach(async () => {
        stage = await new KafkaStage(broker.brokers).start(partitions);
        sink = new RecordingSink();
        sources = [];
      });

      afterEach(async () => {
        sink.release();
        await Promise.all(sources.map((source) => source.stop()));
        await stage.close();
      });

      describe('when the connection is cut in the middle of many changes', () => {
        it('should deliver each exactly once, in the order of each object, and have nothing read anew', async () => {
          const last = 1_500;
          await keep(stage.source()).start(sink, signal);
          for (let round = 1; round <= 3; round++) {
            publish((round - 1) * 500 + 1, round * 500);
            await sink.took(`req-${(round - 1) * 500 + 100}`);
            await stage.proxy.refuse(true);
            await sink.seen('disconnected', round);
            await stage.proxy.refuse(false);
            await sink.seen('resumed', round);
          }
          await eventually('all are taken', () => sink.taken.length >= last);
          await isCommitted(last);

          expect(new Set(sink.taken).size).to.equal(last);
          expect(sink.taken).to.have.length(last);
          for (let object = 0; object < 7; object++) {
            expect(numbersOf(object)).to.deep.equal([...numbersOf(object)].sort((a, b) => a - b));
          }
          expect(sink.count('connected')).to.equal(1);
          expect(sink.count('missed')).to.equal(0);
        });
      });

      describe('when the network is a black hole', () => {
        it('should notice, and go on where it was when that is over', async () => {
          await keep(stage.source()).start(sink, signal);
          stage.proxy.blackHole(true);
          await sink.seen('disconnected');
          await published(1, 20);
          stage.proxy.blackHole(false);
          await sink.seen('resumed');
          for (let i = 1; i <= 20; i++) await sink.took(`req-${i}`);

          expect(sink.taken).to.have.length(20);
          expect(sink.count('connected')).to.equal(1);
        });
      });

      describe('when a change is held up', () => {
        it('should commit what lies before it, and the rest once it is taken', async () => {
          await keep(stage.source()).start(sink, signal);
          await published(1, 70);
          await isCommitted(70);
          sink.hold();
          await published(71, 140);
          await eventually('all are begun', () => sink.changes.length === 140);
          await sink.seen(`change:${uuidOf(0)}:req-140`);
          expect(await committedInAll()).to.equal(70);
          sink.release();

          await isCommitted(140);
        });
      });

      describe('when the sink is held up for longer than the session lasts', () => {
        it('should keep its place in the group, take no more than its limit, and go on', async () => {
          const lag: number[] = [];
          const metrics = {
            ...silentMetrics,
            set: (name: string, _labels: object, value: number) => {
              if (name === 'source_lag') lag.push(value);
            },
          };
          await keep(stage.source({ concurrency: 4, maxFetchBytes: 10_000, metrics })).start(sink, signal);
          sink.hold();
          await published(1, 2_000);
          // Looked at every second: three times as long as a session.
          await eventually('it lags for some time', () => lag.filter((messages) => messages >= 1_996).length >= 4);
          expect(sink.changes).to.have.length(4);
          expect(await stage.members('one')).to.equal(1);
          sink.release();
          await isCommitted(2_000);

          expect(sink.taken).to.have.length(2_000);
          expect(sink.count('disconnected')).to.equal(0);
        });
      });

      describe('when messages cannot be understood', () => {
        it('should skip and commit them', async () => {
          await keep(stage.source()).start(sink, signal);
          for (const message of ['', '[]', '{"oper": "UPD', anyNotification({ type: 'routing_instance' })]) {
            stage.publisher.publish(message);
          }
          await isCommitted(4);

          expect(sink.skippedMessages).to.have.length(4);
        });
      });

      describe('when the stream marks a gap', () => {
        it('should have everything read anew, and go on', async () => {
          await keep(stage.source()).start(sink, signal);
          stage.publisher.publishGap('queue-lost');
          await published(1, 1);
          await sink.took('req-1');
          await sink.seen('missed', partitions);
          await isCommitted(partitions + 1);

          expect(sink.count('disconnected')).to.equal(0);
          expect(sink.skippedMessages).to.deep.equal([]);
        });
      });

      describe('when the process ends without a stop', () => {
        it('should leave what was not taken to its successor, after the connection is reported', async () => {
          await keep(stage.source()).start(sink, signal);
          await published(1, 1);
          await isCommitted(1);
          sink.hold();
          await published(2, 2);
          await sink.seen(`change:${uuidOf(2)}:req-2`);
          // For the broker no different from a killed process.
          await stage.proxy.refuse(true);
          const successor = new RecordingSink();
          await keep(stage.source(stage.direct())).start(successor, signal);
          await successor.took('req-2');

          // Until the broker gives up the one that is gone, the instance is taken.
          const followed = successor.events.filter((event) => event !== 'disconnected');
          expect(followed).to.deep.equal(['connected', `change:${uuidOf(2)}:req-2`]);
        });
      });

      describe('when it is stopped and started again', () => {
        it('should deliver what came meanwhile, and nothing twice', async () => {
          const first = keep(stage.source());
          await first.start(sink, signal);
          await published(1, 7);
          await sink.took('req-7');
          await eventually('all are taken', () => sink.taken.length === 7);
          await first.stop();
          await published(8, 14);
          const successor = new RecordingSink();
          await keep(stage.source()).start(successor, signal);
          await eventually('all are taken', () => successor.taken.length === 7);

          expect(successor.events[0]).to.equal('connected');
          expect([...successor.taken].sort()).to.deep.equal(Array.from({ length: 7 }, (_, i) => `req-${i + 8}`).sort());
        });

        it('should begin at the end if more has come than is worth reading', async () => {
          const first = keep(stage.source());
          await first.start(sink, signal);
          await isCommitted(0);
          await first.stop();
          await published(1, 20);
          const successor = new RecordingSink();
          await keep(stage.source({ maxBacklog: 19 })).start(successor, signal);
          await published(21, 21);
          await successor.took('req-21');

          expect(successor.taken).to.deep.equal(['req-21']);
        });
      });

      describe('when the messages it has not read are gone after a lost connection', () => {
        it('should have everything read anew', async () => {
          await keep(stage.source()).start(sink, signal);
          await stage.proxy.refuse(true);
          await sink.seen('disconnected');
          await published(1, 20);
          await stage.publisher.deleteMessages();
          await stage.proxy.refuse(false);
          await sink.seen('connected', 2);
          await published(21, 21);
          await sink.took('req-21');

          expect(sink.taken).to.deep.equal(['req-21']);
          expect(sink.count('resumed')).to.equal(0);
        });
      });

      describe('when messages are gone before it gets to them', () => {
        it('should have everything read anew', async () => {
          await keep(stage.source({ concurrency: 1, maxFetchBytes: 300 })).start(sink, signal);
          sink.hold();
          await published(1, 70);
          await eventually('the first is begun', () => sink.changes.length === 1);
          await stage.publisher.deleteMessages();
          sink.release();
          await eventually('it is noticed', () => sink.count('missed') + sink.count('connected') > 1);
          await published(71, 71);
          await sink.took('req-71');

          expect(sink.taken.length).to.be.lessThan(71);
        });
      });

      describe('when the topic is deleted and made anew', () => {
        it('should wait for it, and have everything read anew', async () => {
          await keep(stage.source()).start(sink, signal);
          await published(1, 70);
          await isCommitted(70);
          await stage.publisher.deleteTopic();
          await sink.seen('disconnected');
          await stage.publisher.createTopic({ partitions });
          await sink.seen('connected', 2);
          await published(71, 72);
          await sink.took('req-71');
          await sink.took('req-72');

          expect(sink.count('resumed')).to.equal(0);
        });
      });

      describe('when another instance has the same name', () => {
        it('should leave the stream to the older one, which misses nothing', async () => {
          await keep(stage.source()).start(sink, signal);
          const newerSink = new RecordingSink();
          const outages = new Outages(new SystemClock());
          const newer = keep(stage.source({ outages }));
          const started = newer.start(newerSink, signal).catch((error: unknown) => error);
          await newerSink.seen('disconnected');
          const status = newer.status();
          expect(outages.problems()[0]).to.include({ type: 'queue-taken', setting: 'kafka.instance' });
          await newer.stop();
          await published(1, 70);
          await eventually('all are taken', () => new Set(sink.taken).size === 70);

          expect(status.lastError).to.contain('give each its own name');
          expect(hasCode(await started, 'closed')).to.equal(true);
          expect(sink.count('connected')).to.equal(1);
        });
      });

      describe('when somebody of the same name only looks on', () => {
        it('should read beside it, and take nothing from it', async () => {
          await keep(stage.source()).start(sink, signal);
          const onlooker = new RecordingSink();
          await keep(stage.source({ isTemporary: true })).start(onlooker, signal);
          await published(1, 70);
          await eventually('both have taken all', () =>
            [sink, onlooker].every(({ taken }) => new Set(taken).size === 70),
          );

          expect(sink.count('disconnected')).to.equal(0);
        });
      });

      describe('when another member of its group takes partitions from it, and reads nothing', () => {
        it('should notice although its client runs on, and deliver all, once, when that one is gone', async () => {
          await keep(stage.source()).start(sink, signal);
          const intruder = await stage.joinGroup('one');
          await published(1, 70);
          await sink.seen('disconnected');
          const [loss] = sink.losses;
          await intruder.leave();
          await sink.seen('resumed');
          await eventually('all are taken', () => sink.taken.length === 70);

          expect(loss?.message).to.equal('there are messages, and none is read');
          expect(new Set(sink.taken).size).to.equal(70);
          expect(sink.count('connected')).to.equal(1);
        });
      });

      describe('when the topic gets more partitions', () => {
        it('should read those, too', async () => {
          await keep(stage.source()).start(sink, signal);
          await stage.publisher.addPartitions(2 * partitions);
          await published(1, 70);
          await eventually('all are taken', () => new Set(sink.taken).size === 70);

          expect(sink.count('connected')).to.equal(1);
          expect(await stage.committed()).to.have.length(2 * partitions);
        });
      });

      describe('with TLS and a login', () => {
        const secure = (delta: Partial<KafkaConnectionOptions> = {}): KafkaConnectionOptions => {
          const { saslBrokers = [], ca = '', username = '', password = '' } = broker;
          return {
            brokers: saslBrokers,
            tls: { ca },
            sasl: { mechanism: 'scram-sha-512', username, password },
            ...delta,
          };
        };

        for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
          it(`should follow the stream: ${mechanism}`, async function () {
            if (broker.saslBrokers === undefined) this.skip();
            const { sasl } = secure();
            if (sasl === undefined) throw new Error('there is no login');
            await keep(stage.source({ ...stage.direct(), ...secure({ sasl: { ...sasl, mechanism } }) })).start(
              sink,
              signal,
            );
            await published(1, 1);
            await sink.took('req-1');
          });
        }

        it('should say that the login was refused, and never the password', async function () {
          if (broker.saslBrokers === undefined) this.skip();
          const logger = new RecordingLogger();
          const sasl = { mechanism: 'plain', username: 'nobody', password: 'not-the-password' } as const;
          const source = keep(stage.source({ ...stage.direct(), ...secure({ sasl }), logger }));
          const controller = new AbortController();
          const started = source.start(sink, controller.signal).catch((error: unknown) => error);
          await sink.seen('disconnected');
          const status = source.status();
          controller.abort();
          await started;

          expect(status.lastError).to.match(/authentication/i);
          const told = JSON.stringify([status, sink.losses, sink.losses.map(String), logger.lines]);
          expect(logger.lines).not.to.deep.equal([]);
          expect(told).not.to.contain('not-the-password');
        });
      });
    });

    describe('when the broker is killed, and comes back after some time', () => {
      it('should lose no change, and keep the order of each object', async function () {
        const own = await OwnKafka.start();
        const stage = await new KafkaStage(own.broker.brokers).start(partitions);
        const sink = new RecordingSink();
        const source = stage.source();
        try {
          await source.start(sink, new AbortController().signal);
          for (let i = 1; i <= 600; i++) {
            stage.publisher.publish(anyNotification({ uuid: uuidOf(i % 7), 'request-id': `req-${i}` }));
            if (i !== 300) continue;
            await eventually('some are taken', () => sink.taken.length > 100);
            await own.kill();
            await sink.seen('disconnected');
          }
          await own.restart();
          await sink.seen('resumed');
          await eventually('all are taken', () => new Set(sink.taken).size === 600);

          for (let object = 0; object < 7; object++) {
            const ids = sink.changes.filter((change) => change.uuid === uuidOf(object));
            const numbers = ids.map((change) => Number(change.requestId?.slice(4)));
            // The publisher, which hears no confirmation from a broker that dies, can have sent some twice.
            const firsts = numbers.filter((number, at) => numbers.indexOf(number) === at);
            expect(firsts).to.deep.equal([...firsts].sort((a, b) => a - b));
          }
          expect(sink.count('connected')).to.equal(1);
          expect(sink.count('missed')).to.equal(0);
        } finally {
          await source.stop();
          await stage.close();
          await own.stop();
        }
      });
    });

    describe('when the topic is not there yet', () => {
      it('should say so, not create it, and be connected once it is', async () => {
        const stage = await new KafkaStage(broker.brokers).start(0);
        const sink = new RecordingSink();
        const source = stage.source();
        try {
          const started = source.start(sink, new AbortController().signal);
          await sink.seen('disconnected');
          expect(source.status().lastError).to.contain('does not host this topic');
          await stage.publisher.createTopic({ partitions });
          await started;
          stage.publisher.publish(anyNotification({ 'request-id': 'req-1' }));
          await sink.took('req-1');

          expect(sink.events).to.deep.equal(['disconnected', 'connected', `change:${uuidOf(1)}:req-1`]);
        } finally {
          await source.stop();
          await stage.close();
        }
      });
    });
  });
});
