import type { RelayStatus } from '../../lib/index.js';
import { Command } from './command.js';
import { eventually } from './eventually.js';

/** Where a {@link RelayProcess} reads and writes. */
export interface RelayPlaces {
  /** `amqp://user:password@host:port`. */
  readonly rabbitmqUrl: string;
  readonly kafkaBrokers: readonly string[];
  readonly exchange: string;
  readonly queue: string;
  readonly topic: string;
}

/** `opensdn-svc-monitor relay` as a process of its own. */
export class RelayProcess {
  private constructor(
    private readonly command: Command,
    private readonly url: string,
  ) {}

  /** Starts it; resolves when it answers, whether or not it is connected. */
  public static async start(places: RelayPlaces): Promise<RelayProcess> {
    const { host, username, password } = new URL(places.rabbitmqUrl);
    const settings = {
      'http.port': '0',
      'rabbitmq.hosts': host,
      'rabbitmq.username': username,
      'rabbitmq.exchange': places.exchange,
      'rabbitmq.heartbeat': '1s',
      'kafka.brokers': places.kafkaBrokers.join(','),
      'kafka.topic': places.topic,
      'relay.queue_name': places.queue,
      'relay.send_timeout': '1s',
    };
    const command = new Command(
      ['relay', ...Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`])],
      { SVC_MONITOR_RABBITMQ_PASSWORD: password },
    );
    return new RelayProcess(command, await command.field('status endpoint listens', 'url'));
  }

  public async status(): Promise<RelayStatus> {
    return (await (await fetch(`${this.url}/status`)).json()) as RelayStatus;
  }

  /** What an endpoint answers. */
  public get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`);
  }

  /** Resolves when it has marked its start in the topic. */
  public async started(): Promise<void> {
    await eventually('the relay has marked its start', async () => (await this.status()).marks > 0);
  }

  /** Resolves when both sides are connected and nothing waits. */
  public async settled(): Promise<void> {
    await eventually('the relay has carried everything', async () => {
      const { rabbitmq, kafka, unconfirmed } = await this.status();
      return rabbitmq.connected && kafka.connected && rabbitmq.backlog === 0 && unconfirmed === 0;
    });
  }

  /** Ends it as a crash does. */
  public async kill(): Promise<void> {
    this.command.signal('SIGKILL');
    await this.command.ended;
  }

  /** Ends it in good order; resolves to the exit code. */
  public async terminate(): Promise<number | null> {
    this.command.signal('SIGTERM');
    return (await this.command.ended).code;
  }
}
