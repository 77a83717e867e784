import { expect } from 'chai';
import type { ChangeSource } from '../../lib/index.js';
import { AmqpStage } from '../support/amqp-stage.js';
import { anyNotification, uuidOf } from '../support/change-messages.js';
import { eventually } from '../support/eventually.js';
import { KafkaStage } from '../support/kafka-stage.js';
import { kafkaBroker } from '../support/kafka.js';
import { rabbitmqUrl } from '../support/rabbitmq.js';
import { RecordingSink } from '../support/recording-sink.js';

interface Stage {
  readonly source: ChangeSource;
  publish(message: ReturnType<typeof anyNotification>): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Holds up the whole event loop, as a long computation or a process that is stopped does. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('F31 an event loop that stands still', () => {
  const { signal } = new AbortController();
  let stage: Stage;
  let sink: RecordingSink;

  const onRabbitmq = async (url: string): Promise<Stage> => {
    const amqp = await new AmqpStage(url).start();
    // Past the proxy, which would stand still as well.
    const source = amqp.source({ brokers: [url] });
    return {
      source,
      publish: (message) => {
        amqp.publisher.publish(message);
      },
      flush: () => amqp.publisher.flush(),
      close: () => amqp.close(),
    };
  };
  const onKafka = async (brokers: readonly string[]): Promise<Stage> => {
    const kafka = await new KafkaStage(brokers).start(4);
    return {
      source: kafka.source(kafka.direct()),
      publish: (message) => {
        kafka.publisher.publish(message);
      },
      flush: () => kafka.publisher.flush(),
      close: () => kafka.close(),
    };
  };

  const streams: readonly (readonly [string, (context: Mocha.Context) => () => Promise<Stage>])[] = [
    [
      'RabbitMQ',
      (context) => {
        const url = rabbitmqUrl(context);
        return () => onRabbitmq(url);
      },
    ],
    [
      'Kafka',
      (context) => {
        const { brokers } = kafkaBroker(context);
        return () => onKafka(brokers);
      },
    ],
  ];
  for (const [name, prepare] of streams) {
    describe(`with ${name}`, () => {
      let open: () => Promise<Stage>;

      before(function () {
        open = prepare(this);
      });

      beforeEach(async () => {
        stage = await open();
        sink = new RecordingSink();
        await stage.source.start(sink, signal);
      });

      afterEach(async () => {
        await stage.source.stop();
        await stage.close();
      });

      // Once within what two heartbeats bear, and once beyond that and the session of a consumer group.
      for (const ms of [2_000, 8_000]) {
        it(`should keep the connection or make another one, and hear what comes after ${ms / 1000} s`, async () => {
          for (let round = 0; round < 2; round++) {
            stage.publish(anyNotification({ uuid: uuidOf(1), 'request-id': `req-before-${round}` }));
            await stage.flush();
            stall(ms);
            await eventually('it is connected', () => stage.source.status().connected);
            stage.publish(anyNotification({ uuid: uuidOf(2), 'request-id': `req-after-${round}` }));
            await stage.flush();
            await sink.took(`req-after-${round}`);
          }
          // What was sent while nobody listened is heard, or everything is read anew.
          const readAnew = sink.count('connected') > 1;
          for (const id of ['req-before-0', 'req-before-1']) {
            expect(readAnew || sink.taken.includes(id), id).to.equal(true);
          }
        });
      }
    });
  }
});
