import type { ChangeSource } from '../../../lib/index.js';
import { AmqpStage } from '../../support/amqp-stage.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import type { StageKind, StageSourceOptions, StreamStage } from './stream-stage.js';

const heartbeatSeconds = 2;

/** What the sources of a stage are told beyond its own broker. */
interface OtherOptions {
  /** Where they may go when they get nowhere through the proxy. */
  readonly otherBrokers?: readonly string[];
  /** Time between looks at the queue. Milliseconds. */
  readonly checkIntervalMs?: number;
}

/** A stream on a real RabbitMQ, behind the fault proxy. A broker that was down has lost queue and exchange. */
export class RabbitmqStreamStage implements StreamStage {
  public readonly detectionMs = 2 * heartbeatSeconds * 1_000;

  private constructor(
    private readonly amqp: AmqpStage,
    private readonly otherOptions: OtherOptions,
  ) {}

  /** Opens it on a stage that was not started. */
  public static async open(amqp: AmqpStage, otherOptions: OtherOptions = {}): Promise<RabbitmqStreamStage> {
    return new RabbitmqStreamStage(await amqp.start(), otherOptions);
  }

  public source(options: StageSourceOptions = {}): ChangeSource {
    const { concurrency = 64, ...shared } = options;
    const { otherBrokers = [], ...times } = this.otherOptions;
    return this.amqp.source({
      ...shared,
      ...times,
      brokers: [this.amqp.proxyUrl(), ...otherBrokers],
      heartbeatSeconds,
      retryLowMs: 100,
      retryHighMs: 1_000,
      prefetch: concurrency,
    });
  }

  public publish(message: object | string | Buffer): void {
    this.amqp.publisher.publish(message);
  }

  public flush(): Promise<void> {
    return this.amqp.publisher.flush();
  }

  public async down(): Promise<void> {
    await this.amqp.cut();
    await this.amqp.control.queueDelete({ queue: this.amqp.queue });
    await this.amqp.control.exchangeDelete({ exchange: this.amqp.exchange });
    // As the config API does when it is connected again; until then what is published goes nowhere.
    await this.amqp.control.exchangeDeclare({ exchange: this.amqp.exchange, type: 'fanout', durable: false });
  }

  public up(): Promise<void> {
    return this.amqp.proxy.refuse(false);
  }

  public blackHole(on: boolean): void {
    this.amqp.proxy.blackHole(on);
  }

  public async backlog(): Promise<number> {
    return (await this.amqp.inspectQueue())?.messageCount ?? 0;
  }

  public close(): Promise<void> {
    return this.amqp.close();
  }
}

let url = '';

/** RabbitMQ, from `RABBITMQ_URL`. */
export const rabbitmq: StageKind = {
  keepsMessages: false,
  carriesBytes: true,
  prepare: (context) => {
    url = rabbitmqUrl(context);
  },
  open: () => RabbitmqStreamStage.open(new AmqpStage(url)),
};
