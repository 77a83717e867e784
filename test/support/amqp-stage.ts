import { randomUUID } from 'node:crypto';
import { AMQPChannelError, Connection } from 'rabbitmq-client';
import { AmqpSource, type AmqpSourceOptions } from '../../lib/index.js';
import { TcpFaultProxy } from '../../fixtures/fault-proxy/tcp-fault-proxy.js';
import { NotificationPublisher } from '../../fixtures/rabbitmq/notification-publisher.js';
import { eventually } from './eventually.js';

/** An exchange and a queue of their own on a real broker, a publisher beside, and a fault proxy in front of the sources. */
export class AmqpStage {
  public readonly exchange: string;
  public readonly queue: string;
  public readonly publisher: NotificationPublisher;
  /** A second connection to the broker, past the proxy. */
  public readonly control: Connection;
  public readonly proxy: TcpFaultProxy;
  private readonly url: URL;
  private proxyPort = 0;

  /**
   * @param url of the broker, for publisher and control
   * @param port that the sources are led to. Defaults to that of the URL
   */
  public constructor(url: string, port?: number) {
    const id = randomUUID();
    this.url = new URL(url);
    this.exchange = `svc-monitor-test.${id}`;
    this.queue = `svc-monitor-test-queue.${id}`;
    this.proxy = new TcpFaultProxy({
      target: { host: this.url.hostname, port: port ?? (Number(this.url.port) || 5672) },
    });
    this.publisher = new NotificationPublisher({ url, exchange: this.exchange, retryHighMs: 100 });
    this.control = new Connection({ url, connectionName: 'test control' });
    this.control.on('error', () => {
      // A refused command also rejects its own promise.
    });
  }

  public async start(): Promise<this> {
    this.proxyPort = await this.proxy.start();
    return this;
  }

  /** The broker as the proxy shows it, with the user of the broker's URL. */
  public proxyUrl(): string {
    const url = new URL(this.url);
    url.host = `127.0.0.1:${this.proxyPort}`;
    return url.href;
  }

  /** A source on this stage, with times that suit tests. */
  public source(delta: Partial<AmqpSourceOptions> = {}): AmqpSource {
    return new AmqpSource({
      brokers: [this.proxyUrl()],
      exchange: this.exchange,
      queueName: this.queue,
      heartbeatSeconds: 1,
      connectTimeoutMs: 2_000,
      retryLowMs: 20,
      retryHighMs: 100,
      stopTimeoutMs: 3_000,
      ...delta,
    });
  }

  /** What the broker says of the queue; undefined if there is none. */
  public async inspectQueue(): Promise<{ readonly messageCount: number; readonly consumerCount: number } | undefined> {
    const channel = await this.control.acquire({ emitErrorsFromChannel: true });
    try {
      return await channel.queueDeclare({ queue: this.queue, passive: true });
    } catch (error) {
      if (error instanceof AMQPChannelError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    } finally {
      await channel.close();
    }
  }

  /** Cuts the sources off, as the end of their process or of the network would; resolves when the broker has noticed. */
  public async cut(): Promise<void> {
    await this.proxy.refuse(true);
    await eventually('the broker misses the consumer', async () => {
      const found = await this.inspectQueue();
      return found === undefined || found.consumerCount === 0;
    });
  }

  public async close(): Promise<void> {
    await this.publisher.stop();
    await this.control.queueDelete({ queue: this.queue });
    await this.control.exchangeDelete({ exchange: this.exchange });
    await this.control.close();
    await this.proxy.stop();
  }
}
