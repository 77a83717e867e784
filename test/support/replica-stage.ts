import { randomUUID } from 'node:crypto';
import {
  createTenant,
  differences,
  EmbeddedOpenSdn,
  expectedState,
  liveAmphorae,
  NetworkUser,
  NotificationPublisher,
  Nova,
  observedState,
  Octavia,
  type LoggedRequest,
  type FrontEnd,
} from '../../fixtures/index.js';
import type { MonitorStatus } from '../../lib/index.js';
import { Command } from './command.js';
import { eventually } from './eventually.js';
import { atRest } from './quiet.js';

/** One of several service processes, with a config API server of its own on the same objects: so it is known who has sent what. */
export class Replica {
  public constructor(
    public readonly name: string,
    public readonly command: Command,
    /** Of its status endpoint. */
    public readonly url: string,
    private readonly asks: { readonly server: EmbeddedOpenSdn; readonly frontEnd: FrontEnd },
  ) {}

  public async status(): Promise<MonitorStatus> {
    return (await (await fetch(`${this.url}/status`)).json()) as MonitorStatus;
  }

  /** The value of a metric, of all its labels together. */
  public async metric(name: string): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = [...text.matchAll(new RegExp(`^svc_monitor_${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** Its writes, in the order of the server's answers. */
  public writes(): readonly LoggedRequest[] {
    const { server, frontEnd } = this.asks;
    return server.requests.find({ access: 'write' }).filter((request) => request.frontEnd === frontEnd.index);
  }

  /** Has the listener called at each of its writes, when the answer is about to be sent. Returns how to end that. */
  public onWrite(listener: () => void): () => void {
    const { server, frontEnd } = this.asks;
    let seen = this.writes().length;
    return server.requests.subscribe((request) => {
      if (request.frontEnd !== frontEnd.index || this.writes().length === seen) return;
      seen = this.writes().length;
      listener();
    });
  }

  public leads(): Promise<void> {
    return eventually(`${this.name} leads`, async () => (await this.status()).role === 'leader');
  }

  /** Waits until it stands by, and knows for whom. */
  public standsBy(): Promise<void> {
    return eventually(`${this.name} stands by`, async () => {
      const { role } = await this.status();
      return role === 'standby' && (await this.leaderName()) !== undefined;
    });
  }

  /** What it takes for the name of the one that leads. */
  public async leaderName(): Promise<string | undefined> {
    const { ownership } = await this.status();
    return ownership?.mode === 'zookeeper' ? ownership.leaderName : undefined;
  }

  /** Ends it by a signal that cannot be caught, and waits until it is gone. */
  public async kill(): Promise<void> {
    this.command.signal('SIGCONT');
    this.command.signal('SIGKILL');
    await this.command.ended;
  }
}

/** Several service processes that elect a leader: an embedded OpenSDN, a real RabbitMQ, a real ZooKeeper. */
export class ReplicaStage {
  public readonly path = `/svc-monitor-test-${randomUUID()}/svc-monitor`;
  public readonly replicas: Replica[] = [];
  public readonly server = new EmbeddedOpenSdn();
  private readonly exchange = `svc-monitor-test.${randomUUID()}`;
  private readonly publisher: NotificationPublisher;
  private actors: { readonly octavia: Octavia; readonly user: NetworkUser } | undefined;

  public constructor(
    private readonly outside: { readonly rabbitmq: string; readonly zookeeper: readonly string[] },
    private readonly sessionTimeout = '2s',
  ) {
    this.publisher = new NotificationPublisher({ url: outside.rabbitmq, exchange: this.exchange });
  }

  public async start(): Promise<this> {
    await this.server.start();
    this.server.notifications.subscribe((message) => {
      this.publisher.publish(message);
    });
    const { url } = this.server;
    const tenant = await createTenant(url, { name: 'replicas' });
    const octavia = new Octavia({ url, tenant, nova: new Nova({ url, tenant }), delay: () => Promise.resolve() });
    this.actors = { octavia, user: new NetworkUser({ url, tenant }) };
    return this;
  }

  public get octavia(): Octavia {
    return this.there.octavia;
  }

  public get user(): NetworkUser {
    return this.there.user;
  }

  /** Starts one more; resolves when it is ready. */
  public async add(name: string, environment: Readonly<Record<string, string>> = {}): Promise<Replica> {
    const { rabbitmq, zookeeper } = this.outside;
    const { host, username, password } = new URL(rabbitmq);
    const frontEnd = await this.server.addFrontEnd();
    const command = new Command(['run', '--set', 'http.port=0', '--set', 'timings.strip_window=500ms'], {
      SVC_MONITOR_CONFIG_API_URLS: frontEnd.url,
      SVC_MONITOR_RABBITMQ_HOSTS: host,
      SVC_MONITOR_RABBITMQ_USERNAME: username,
      SVC_MONITOR_RABBITMQ_PASSWORD: password,
      SVC_MONITOR_RABBITMQ_QUEUE_NAME: `${this.exchange}.${name}`,
      SVC_MONITOR_RABBITMQ_EXCHANGE: this.exchange,
      SVC_MONITOR_LEADERSHIP_MODE: 'zookeeper',
      SVC_MONITOR_LEADERSHIP_PATH: this.path,
      SVC_MONITOR_ZOOKEEPER_HOSTS: zookeeper.join(','),
      SVC_MONITOR_ZOOKEEPER_SESSION_TIMEOUT: this.sessionTimeout,
      ...environment,
    });
    const url = await command.field('status endpoint listens', 'url');
    const replica = new Replica(name, command, url, { server: this.server, frontEnd });
    this.replicas.push(replica);
    await eventually(`${name} is ready`, async () => (await fetch(`${url}/readyz`)).status === 200);
    return replica;
  }

  /** Makes so many load balancers with a floating ip each. */
  public async serve(count: number): Promise<void> {
    for (let made = 0; made < count; made += 1) {
      const loadBalancer = await this.octavia.createLoadBalancer({ pairsFirst: made % 2 === 0 }).run();
      await this.user.associate(await this.user.createFloatingIp().run(), loadBalancer).run();
    }
    await this.asItShouldBe();
  }

  /** Replaces so many amphorae, one after the other, of each load balancer in turn, without waiting for anybody. */
  public async failOver(
    count: number,
    onDone: (done: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    const { loadBalancers } = this.octavia;
    for (let done = 0; done < count; done += 1) {
      const loadBalancer = loadBalancers[done % loadBalancers.length];
      const [old] = loadBalancer === undefined ? [] : liveAmphorae(loadBalancer);
      if (loadBalancer === undefined || old === undefined) throw new Error('there is no amphora');
      await this.octavia.failoverAmphora(loadBalancer, old).run();
      await onDone(done + 1);
    }
  }

  /** What is not as it should be after what the actors have done. */
  public readonly remaining = (): readonly string[] =>
    differences(
      expectedState({ loadBalancers: this.octavia.loadBalancers, floatingIps: this.user.floatingIps }),
      observedState(this.server),
    );

  public async asItShouldBe(): Promise<void> {
    try {
      await eventually('all is as it should be', () => this.remaining().length === 0);
    } catch (error) {
      throw new Error(this.remaining().join('\n'), { cause: error });
    }
  }

  /** Resolves when all is right and these write nothing any more. */
  public rest(...replicas: readonly Replica[]): Promise<void> {
    return atRest({ server: this.server, monitors: replicas, remaining: this.remaining });
  }

  public async stop(): Promise<void> {
    for (const replica of this.replicas) await replica.kill();
    await this.publisher.stop();
    await this.server.stop();
  }

  private get there(): { readonly octavia: Octavia; readonly user: NetworkUser } {
    if (this.actors === undefined) throw new Error('the stage is not started');
    return this.actors;
  }
}
