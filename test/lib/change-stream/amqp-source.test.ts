import { hostname } from 'node:os';
import { expect } from 'chai';
import { AmqpSource, hasCode, ManualClock, Outages, SvcMonitorError, SystemClock } from '../../../lib/index.js';
import { AmqpStage } from '../../support/amqp-stage.js';
import { anyNotification, uuidOf } from '../../support/change-messages.js';
import { eventually } from '../../support/eventually.js';
import { KeptLog } from '../../support/kept.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import { RecordingSink } from '../../support/recording-sink.js';
import { itBehavesAsAChangeSource } from './source.contract.js';

describe('AmqpSource', () => {
  describe('when a broker cannot be understood', () => {
    for (const broker of ['', 'http://user:hunter22@host', 'amqp://user:hunter22@host:port', 'host:70000']) {
      it(`should refuse to be made, without repeating it: ${JSON.stringify(broker)}`, () => {
        const make = (): unknown => new AmqpSource({ brokers: ['localhost', broker] });

        expect(make).to.throw(SvcMonitorError).with.property('code', 'invalid-configuration');
        expect(make)
          .to.throw()
          .with.deep.property('details', { problems: ['brokers.1: neither host:port nor an amqp URL'] });
      });
    }

    it('should refuse an empty list', () => {
      expect(() => new AmqpSource({ brokers: [] }))
        .to.throw(SvcMonitorError)
        .with.property('code', 'invalid-configuration');
    });
  });

  describe('with a broker', () => {
    let url: string;

    before(function () {
      url = rabbitmqUrl(this);
    });

    describe('as a change source', () => {
      itBehavesAsAChangeSource(async () => {
        const stage = await new AmqpStage(url).start();
        return {
          create: (concurrency, metrics) => stage.source({ prefetch: concurrency, metrics }),
          publish: (message) => {
            stage.publisher.publish(message);
          },
          cut: () => stage.cut(),
          restore: () => stage.proxy.refuse(false),
          close: () => stage.close(),
        };
      });
    });

    describe('on a stage', () => {
      const { signal } = new AbortController();
      let stage: AmqpStage;
      let sink: RecordingSink;
      let sources: AmqpSource[];

      const keep = (source: AmqpSource): AmqpSource => {
        sources.push(source);
        return source;
      };

      beforeEach(async () => {
        stage = await new AmqpStage(url).start();
        sink = new RecordingSink();
        sources = [];
      });

      afterEach(async () => {
        sink.release();
        await Promise.all(sources.map((source) => source.stop()));
        await stage.close();
      });

      describe('when the connection is reset in the middle of many changes', () => {
        it('should lose none and keep the order of each object', async () => {
          const prefetch = 256;
          await keep(stage.source({ prefetch })).start(sink, signal);
          const last = 1_500;
          for (let i = 1; i <= last; i++) {
            stage.publisher.publish(anyNotification({ uuid: uuidOf(i % 7), 'request-id': `req-${i}` }));
            if (i % 500 === 0) {
              await sink.took(`req-${i - 250}`);
              // Cut until the broker has noticed: else it takes the queue for one that another instance consumes from.
              await stage.cut();
              await stage.proxy.refuse(false);
              await sink.seen('connected', 1 + i / 500);
            }
          }
          await eventually('all are taken', () => new Set(sink.taken).size === last);

          for (let object = 0; object < 7; object++) {
            const ids = sink.changes
              .filter((change) => change.uuid === uuidOf(object))
              .map((change) => Number(change.requestId?.slice(4)));
            const firsts = ids.filter((id, at) => ids.indexOf(id) === at);
            expect(firsts).to.deep.equal([...firsts].sort((a, b) => a - b));
            // After a reset only what was not acknowledged comes again: nothing far back.
            expect(ids.length - firsts.length).to.be.at.most(3 * prefetch);
          }
          expect(sink.count('connected')).to.equal(4);
          expect(sink.count('disconnected')).to.equal(3);
        });
      });

      describe('when the network is a black hole', () => {
        it('should notice, connect again when it is over, and not depend on the dead connection', async () => {
          await keep(stage.source({ connectTimeoutMs: 300 })).start(sink, signal);
          stage.proxy.blackHole(true);
          await sink.seen('disconnected');
          stage.proxy.blackHole(false);
          await sink.seen('connected', 2);
          for (let i = 0; i < 20; i++) stage.publisher.publish(anyNotification({ 'request-id': `req-${i}` }));
          await sink.took('req-19');

          expect(sink.taken).to.deep.equal(Array.from({ length: 20 }, (_, i) => `req-${i}`));
          expect(sink.count('disconnected')).to.equal(1);
        });
      });

      describe('when it is told to begin afresh', () => {
        it('should give the connection up, for that reason, and make another', async () => {
          const source = keep(stage.source());
          await source.start(sink, signal);
          source.reconnect(new SvcMonitorError('source-failed', 'it is deaf'));
          await sink.seen('connected', 2);

          expect(sink.losses.map(({ message }) => message)).to.deep.equal(['it is deaf']);
        });
      });

      describe('when the queue is deleted on the broker', () => {
        it('should declare it anew, and report the gap as a loss and a new connection', async () => {
          await keep(stage.source()).start(sink, signal);
          await stage.control.queueDelete({ queue: stage.queue });
          await sink.seen('connected', 2);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-after' }));
          await sink.took('req-after');

          expect(sink.events).to.deep.equal([
            'connected',
            'disconnected',
            'connected',
            `change:${uuidOf(1)}:req-after`,
          ]);
        });
      });

      describe('when the broker restarts, and has kept neither queue nor exchange', () => {
        it('should declare both anew', async () => {
          await keep(stage.source()).start(sink, signal);
          await stage.cut();
          await stage.control.queueDelete({ queue: stage.queue });
          await stage.control.exchangeDelete({ exchange: stage.exchange });
          await stage.proxy.refuse(false);
          await sink.seen('connected', 2);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-after' }));
          await sink.took('req-after');

          expect(sink.count('disconnected')).to.equal(1);
        });
      });

      describe('when the process ends without a stop', () => {
        it('should leave what was not taken to its successor, after the connection is reported', async () => {
          const died = keep(stage.source());
          await died.start(sink, signal);
          sink.hold();
          stage.publisher.publish(anyNotification({ 'request-id': 'req-1' }));
          await sink.seen(`change:${uuidOf(1)}:req-1`);
          // For the broker no different from a killed process.
          await stage.cut();
          expect((await stage.inspectQueue())?.messageCount).to.equal(1);
          const successor = new RecordingSink();
          await keep(stage.source({ brokers: [url] })).start(successor, signal);
          await successor.took('req-1');

          expect(successor.events).to.deep.equal(['connected', `change:${uuidOf(1)}:req-1`]);
        });
      });

      describe('when a left-over queue is there', () => {
        const leaveOver = async (args: Record<string, unknown>, messages: number): Promise<void> => {
          const channel = await stage.control.acquire();
          await channel.exchangeDeclare({ exchange: stage.exchange, type: 'fanout', durable: false });
          await channel.queueDeclare({ queue: stage.queue, durable: false, arguments: args });
          await channel.queueBind({ queue: stage.queue, exchange: stage.exchange });
          for (let i = 0; i < messages; i++) stage.publisher.publish(anyNotification({ 'request-id': `req-old-${i}` }));
          await stage.publisher.flush();
          await channel.close();
        };

        it('should take over what it holds', async () => {
          await leaveOver({ 'x-expires': 60_000 }, 2);
          await keep(stage.source()).start(sink, signal);
          await sink.took('req-old-1');

          expect(sink.events[0]).to.equal('connected');
          expect(sink.taken).to.deep.equal(['req-old-0', 'req-old-1']);
        });

        it('should drop it if it holds more than is worth reading', async () => {
          await leaveOver({ 'x-expires': 60_000 }, 3);
          await keep(stage.source({ maxBacklog: 2 })).start(sink, signal);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-new' }));
          await sink.took('req-new');

          expect(sink.taken).to.deep.equal(['req-new']);
        });

        it('should replace it if it was declared otherwise', async () => {
          await leaveOver({}, 1);
          await keep(stage.source()).start(sink, signal);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-new' }));
          await sink.took('req-new');

          expect(sink.taken).to.deep.equal(['req-new']);
          expect(sink.count('disconnected')).to.equal(0);
        });
      });

      describe('when two instances have the same queue name', () => {
        it('should leave the stream to the older one, and tell the newer one, until that is gone', async () => {
          await keep(stage.source()).start(sink, signal);
          const outages = new Outages(new SystemClock());
          const newer = keep(stage.source({ outages }));
          const newerSink = new RecordingSink();
          const started = newer.start(newerSink, signal);
          await newerSink.seen('disconnected');
          const [problem] = outages.problems();
          for (let i = 0; i < 10; i++) stage.publisher.publish(anyNotification({ 'request-id': `req-${i}` }));
          await sink.took('req-9');

          expect(newer.status().lastError).to.contain(
            'another instance consumes from the queue: give each its own queue name',
          );
          expect(problem).to.include({ type: 'queue-taken', setting: 'rabbitmq.queue_name' });
          expect(sink.events).to.not.include('disconnected');

          await sources[0]?.stop();
          await started;
          stage.publisher.publish(anyNotification({ 'request-id': 'req-over' }));
          await newerSink.took('req-over');
          expect(outages.of('change-stream')).to.equal(undefined);
        });

        it('should give the queue to nobody who only looks on, and take nothing from whoever has it', async () => {
          await keep(stage.source()).start(sink, signal);
          const onlooker = new RecordingSink();
          await keep(stage.source({ isTemporary: true })).start(onlooker, signal);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-both' }));
          await sink.took('req-both');
          await onlooker.took('req-both');

          expect(sink.count('disconnected')).to.equal(0);
        });
      });

      describe('when the exchange is not there', () => {
        it('should make it, and be a problem until something has come through it', async () => {
          const outages = new Outages(new SystemClock());
          const log = new KeptLog();
          await keep(stage.source({ outages, logger: log })).start(sink, signal);
          expect(outages.problems()[0]).to.include({ type: 'exchange-missing', setting: 'rabbitmq.exchange' });
          stage.publisher.publish(anyNotification({ 'request-id': 'req-1' }));
          await sink.took('req-1');

          expect(outages.problems()).to.deep.equal([]);
          expect(log.of('the exchange was not there and was made')).to.have.length(1);
        });

        it('should be none if it is there', async () => {
          const channel = await stage.control.acquire();
          await channel.exchangeDeclare({ exchange: stage.exchange, type: 'fanout', durable: false });
          await channel.close();
          const outages = new Outages(new SystemClock());
          await keep(stage.source({ outages })).start(sink, signal);

          expect(outages.problems()).to.deep.equal([]);
        });
      });

      describe('when the exchange is declared as another type', () => {
        it('should say so and be connected once that is put right', async () => {
          const channel = await stage.control.acquire();
          await channel.exchangeDeclare({ exchange: stage.exchange, type: 'topic' });
          const started = keep(stage.source()).start(sink, signal);
          await sink.seen('disconnected');
          expect(sink.losses[0]?.message).to.contain('inequivalent arg');
          await channel.exchangeDelete({ exchange: stage.exchange });
          await started;
          await channel.close();

          expect(sink.events).to.deep.equal(['disconnected', 'connected']);
        });
      });

      describe('beside a stock consumer', () => {
        it('should fit its declaration and take nothing from it', async () => {
          const received: unknown[] = [];
          const stock = stage.control.createConsumer(
            {
              queue: `svc_monitor.${stage.queue}`,
              queueOptions: { durable: false, autoDelete: true },
              exchanges: [{ exchange: stage.exchange, type: 'fanout', durable: false, autoDelete: false }],
              queueBindings: [{ exchange: stage.exchange }],
            },
            (message) => {
              received.push(message.body);
            },
          );
          await new Promise<void>((resolve) => stock.on('ready', resolve));
          await keep(stage.source()).start(sink, signal);
          stage.publisher.publish(anyNotification());
          await sink.took('req-1');
          await eventually('the stock consumer has it', () => received.length === 1);
          await stock.close();

          // With a content encoding the body stays as it is.
          expect(JSON.parse(String(received[0]))).to.deep.equal(anyNotification());
        });
      });

      describe('when a message comes without content encoding', () => {
        it('should deliver it all the same', async () => {
          await keep(stage.source()).start(sink, signal);
          const publisher = stage.control.createPublisher();
          await publisher.send({ exchange: stage.exchange }, anyNotification({ 'request-id': 'req-object' }));
          await publisher.send(
            { exchange: stage.exchange },
            JSON.stringify(anyNotification({ 'request-id': 'req-text' })),
          );
          await sink.took('req-text');
          await publisher.close();

          expect(sink.taken).to.deep.equal(['req-object', 'req-text']);
        });
      });

      describe('when the exchange is deleted on the broker', () => {
        it('should notice at the next look, declare it anew, and report the gap', async () => {
          const clock = new ManualClock();
          await keep(stage.source({ clock, checkIntervalMs: 10_000 })).start(sink, signal);
          await stage.control.exchangeDelete({ exchange: stage.exchange });
          clock.step(10_000);
          await sink.seen('disconnected');
          clock.step(100);
          await sink.seen('connected', 2);
          stage.publisher.publish(anyNotification({ 'request-id': 'req-after' }));
          await sink.took('req-after');

          expect(sink.losses[0]?.message).to.contain('no exchange');
        });
      });

      describe('when the exchange was deleted and declared anew by somebody', () => {
        it('should bind its queue again at the next look', async () => {
          const clock = new ManualClock();
          await keep(stage.source({ clock, checkIntervalMs: 10_000 })).start(sink, signal);
          await stage.control.exchangeDelete({ exchange: stage.exchange });
          await stage.control.exchangeDeclare({ exchange: stage.exchange, type: 'fanout', durable: false });
          clock.step(10_000);
          await eventually('a change arrives', async () => {
            stage.publisher.publish(anyNotification({ 'request-id': 'req-after' }));
            await stage.publisher.flush();
            return sink.taken.includes('req-after');
          });

          expect(sink.count('disconnected')).to.equal(0);
        });
      });

      describe('when the queue grows longer than is good for the broker', () => {
        it('should drop it, and report the gap', async () => {
          const clock = new ManualClock();
          const source = keep(stage.source({ clock, prefetch: 2, maxBacklog: 5, maxQueueLength: 10 }));
          await source.start(sink, signal);
          sink.hold();
          for (let i = 0; i < 12; i++) stage.publisher.publish(anyNotification({ 'request-id': `req-${i}` }));
          await eventually('ten wait', async () => (await stage.inspectQueue())?.messageCount === 10);
          clock.step(10_000);
          expect(await stage.inspectQueue()).to.include({ messageCount: 10 });
          stage.publisher.publish(anyNotification({ 'request-id': 'req-one-too-many' }));
          await eventually('eleven wait', async () => (await stage.inspectQueue())?.messageCount === 11);
          await eventually('it is noticed', () => {
            clock.step(1_000);
            return sink.count('disconnected') === 1;
          });
          sink.release();
          await eventually('it is back', () => {
            clock.step(100);
            return sink.count('connected') === 2;
          });
          stage.publisher.publish(anyNotification({ 'request-id': 'req-after' }));
          await sink.took('req-after');

          expect(sink.losses[0]?.message).to.contain('11 messages wait');
          expect(sink.taken).not.to.include('req-one-too-many');
        });
      });

      describe('when somebody else consumes from its queue', () => {
        it('should not share it', async () => {
          await keep(stage.source()).start(sink, signal);
          const channel = await stage.control.acquire({ emitErrorsFromChannel: true });
          channel.on('error', () => undefined);
          const consumed = await channel.basicConsume({ queue: stage.queue }, () => undefined).catch(String);

          expect(consumed).to.contain('exclusive');
          expect(sink.events).to.deep.equal(['connected']);
        });
      });

      describe('when none of several brokers is there', () => {
        it('should try all before it waits, and say of each once why', async () => {
          const clock = new ManualClock();
          const logger = new KeptLog();
          const absent = [1, 2, 3].map((port) => `127.0.0.1:${port}`);
          const source = keep(
            stage.source({
              brokers: [...absent, new URL(url).host],
              username: 'nobody',
              // More than the test lets pass: an attempt may take longer than a step.
              connectTimeoutMs: 60_000,
              clock,
              logger,
            }),
          );
          const started = source.start(sink, signal).catch(() => undefined);
          const refusals = (): readonly unknown[] => logger.of('the change stream is not connected, going on trying');
          await eventually('each was tried', () => refusals().length === 4);
          for (let round = 0; round < 20; round += 1) {
            clock.step(1_000);
            await eventually(
              'the last of the round was tried',
              () => source.status().lastError?.includes('login') === true,
            );
          }
          await source.stop();
          await started;

          expect(refusals()).to.have.length(4);
          expect(sink.events).to.deep.equal(['disconnected']);
        });
      });

      describe('when the first of several brokers is not there', () => {
        it('should connect to the next', async () => {
          await stage.proxy.refuse(true);
          await keep(stage.source({ brokers: [stage.proxyUrl(), url] })).start(sink, signal);

          expect(sink.events).to.deep.equal(['disconnected', 'connected']);
        });
      });

      describe('when the password is wrong', () => {
        it('should say that the login was refused, and never the password', async () => {
          const logger = new KeptLog();
          const source = keep(
            stage.source({
              brokers: [`127.0.0.1:${new URL(stage.proxyUrl()).port}`],
              username: 'nobody',
              password: 'not-the-password',
              logger,
            }),
          );
          const controller = new AbortController();
          const started = source.start(sink, controller.signal).catch((error: unknown) => error);
          await sink.seen('disconnected');
          const status = source.status();
          controller.abort();
          const error = await started;

          expect(status.lastError).to.match(
            /^the broker refuses the login: check user name and password .*ACCESS_REFUSED/,
          );
          expect(hasCode(error, 'aborted')).to.equal(true);
          const told = JSON.stringify([status, sink.losses, sink.losses.map(String), String(error), logger.lines]);
          expect(logger.lines).to.have.length(1);
          expect(told).not.to.contain('not-the-password');
        });
      });

      describe('when a broker is away that was down at start', () => {
        it('should report the reason of now, not of then', async () => {
          await stage.proxy.refuse(true);
          const started = keep(
            stage.source({ username: 'x', brokers: [`127.0.0.1:${new URL(stage.proxyUrl()).port}`] }),
          ).start(sink, signal);
          started.catch(() => undefined);
          await sink.seen('disconnected');
          await stage.proxy.refuse(false);
          await eventually(
            'the login is refused',
            () => sources[0]?.status().lastError?.includes('ACCESS_REFUSED') === true,
          );

          expect(sink.events).to.deep.equal(['disconnected']);
        });
      });

      describe('when stopped', () => {
        it('should delete its queue, and find nothing to complain about', async () => {
          const logger = new KeptLog();
          const source = keep(stage.source({ logger }));
          await source.start(sink, signal);
          expect(await stage.inspectQueue()).to.include({ consumerCount: 1 });
          await source.stop();

          expect(await stage.inspectQueue()).to.equal(undefined);
          expect(logger.lines.map(({ message }) => message)).to.deep.equal([
            'the exchange was not there and was made',
            'the change stream is connected',
          ]);
        });

        it('should end although the broker does not answer', async () => {
          const source = keep(stage.source({ stopTimeoutMs: 200, heartbeatSeconds: 60 }));
          await source.start(sink, signal);
          stage.proxy.blackHole(true);
          await source.stop();
          stage.proxy.blackHole(false);

          expect(sink.events).to.deep.equal(['connected']);
        });
      });

      it('should name its queue after the host by default', async () => {
        const name = `opensdn-svc-monitor.${hostname()}`;
        const { queueName, ...options } = { queueName: name, brokers: [url], exchange: stage.exchange };
        const source = keep(new AmqpSource(options));
        await source.start(sink, signal);
        const channel = await stage.control.acquire();
        const { queue } = await channel.queueDeclare({ queue: queueName, passive: true });
        await channel.close();

        expect(queue).to.equal(name);
      });
    });
  });
});
