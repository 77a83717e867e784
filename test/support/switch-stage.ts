import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  AnalyticsServer,
  EmbeddedOpenSdn,
  NotificationPublisher,
  OriginalStage,
  type SvcMonitorRecording,
} from '../../fixtures/index.js';
import { recordings } from '../conformance-svc-monitor/recordings.js';
import { ReplayedOriginal } from '../conformance-svc-monitor/replayed-original.js';
import { sample } from '../service/config/original/support.js';
import { Command } from './command.js';
import { eventually } from './eventually.js';
import { KazooContender } from './kazoo-contender.js';
import { atRest } from './quiet.js';
import { Replica } from './replica-stage.js';

/** The servers that are not part of this repository. */
interface Outside {
  readonly rabbitmq: string;
  /** `host:port`. */
  readonly zookeeper: string;
}

const sessionSeconds = 2;

/**
 * A cloud whose svc-monitor is replaced: the original's part in the election by kazoo itself, its work from a recording, and ours as a process
 * with the original's file and all managers, at a real RabbitMQ and a real ZooKeeper.
 */
export class SwitchStage {
  public readonly server = new EmbeddedOpenSdn();
  private readonly cluster = `svc-monitor-test-${randomUUID()}`;
  private readonly exchange = `svc-monitor-test.${randomUUID()}`;
  private readonly publisher: NotificationPublisher;
  private readonly analytics = new AnalyticsServer();
  private readonly originals: KazooContender[] = [];
  private readonly replicas: Replica[] = [];

  public constructor(private readonly outside: Outside) {
    this.publisher = new NotificationPublisher({ url: outside.rabbitmq, exchange: this.exchange });
  }

  public async start(): Promise<this> {
    await this.server.start();
    await this.analytics.start();
    this.server.notifications.subscribe((message) => {
      this.publisher.publish(message);
    });
    return this;
  }

  /** Starts an original; resolves when it takes part in the election. */
  public async original(): Promise<KazooContender> {
    const contender = new KazooContender(this.outside.zookeeper, `/${this.cluster}/svc-monitor`, sessionSeconds);
    this.originals.push(contender);
    await contender.waits();
    return contender;
  }

  /** What is there before a recording; `work` then has everybody do what is in it, the original included. */
  public set(recording: SvcMonitorRecording): { work(): Promise<void> } {
    const stage = new OriginalStage({ recording, all: recordings, server: this.server });
    this.analytics.up(...stage.vrouters);
    return {
      work: async () => {
        const original = new ReplayedOriginal(recording, this.server);
        try {
          for await (const step of stage.play(original)) original.played(step);
        } finally {
          await original.close();
        }
      },
    };
  }

  /** Starts ours, by the original's file and all managers; resolves when it is ready. @param flags such as `--dry-run` */
  public async ours(...flags: readonly string[]): Promise<Replica> {
    const broker = new URL(this.outside.rabbitmq);
    const frontEnd = await this.server.addFrontEnd();
    const api = new URL(frontEnd.url);
    const settings = [
      'managers=octavia-vip,default-objects,service-instance,snat,port-tuple,loadbalancer',
      `rabbitmq.exchange=${this.exchange}`,
      `rabbitmq.queue_name=${this.exchange}.${this.replicas.length}`,
      'http.port=0',
      'log.format=json',
      `zookeeper.session_timeout=${sessionSeconds}s`,
    ];
    const command = new Command(
      [
        'run',
        ...flags,
        '--conf_file',
        fileURLToPath(sample('plain/contrail-svc-monitor.conf')),
        ...settings.flatMap((setting) => ['--set', setting]),
      ],
      {
        SVC_MONITOR__DEFAULTS__api_server_ip: api.hostname,
        SVC_MONITOR__DEFAULTS__api_server_port: api.port,
        SVC_MONITOR__DEFAULTS__rabbit_server: broker.host,
        SVC_MONITOR__DEFAULTS__rabbit_user: decodeURIComponent(broker.username) || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_password: decodeURIComponent(broker.password).replaceAll('%', '%%') || 'guest',
        SVC_MONITOR__DEFAULTS__rabbit_vhost: decodeURIComponent(broker.pathname.slice(1)) || '/',
        SVC_MONITOR__DEFAULTS__zk_server_ip: this.outside.zookeeper,
        SVC_MONITOR__DEFAULTS__cluster_id: this.cluster,
        SVC_MONITOR__DEFAULTS__http_server_port: '0',
        SVC_MONITOR__DEFAULTS__log_file: '<stdout>',
        SVC_MONITOR__SCHEDULER__analytics_server_list: new URL(this.analytics.url).host,
      },
    );
    const url = await command.field('status endpoint listens', 'url');
    const replica = new Replica('ours', command, url, { server: this.server, frontEnd });
    this.replicas.push(replica);
    await eventually('ours is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    return replica;
  }

  /** Resolves when it knows all there is, and writes nothing any more. */
  public rest(ours: Replica): Promise<void> {
    return atRest({ server: this.server, monitors: [ours], remaining: () => [] });
  }

  public async stop(): Promise<void> {
    for (const replica of this.replicas) await replica.kill();
    for (const original of this.originals) await original.stop();
    await this.publisher.stop();
    await this.analytics.stop();
    await this.server.stop();
  }
}
