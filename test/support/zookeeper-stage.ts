import { randomUUID } from 'node:crypto';
import { SystemClock, ZookeeperElection, type ZookeeperElectionOptions } from '../../lib/index.js';
import { TcpFaultProxy } from '../../fixtures/fault-proxy/tcp-fault-proxy.js';
import { ZookeeperSession } from '../../lib/ownership/zookeeper/zookeeper-session.js';
import { eventually } from './eventually.js';
import { pass } from './real-time.js';
import { KeptLog } from './kept.js';

/** A contender for leadership, and what it has said and been told. */
export interface Contender {
  readonly election: ZookeeperElection;
  readonly log: KeptLog;
  readonly proxy: TcpFaultProxy;
}

/** A path of its own on a real ZooKeeper, and contenders that each reach it through a fault proxy of their own. */
export class ZookeeperStage {
  public readonly path = `/svc-monitor-test-${randomUUID()}/svc-monitor`;
  public readonly contenders: Contender[] = [];
  /** How many others act that are not of this process. */
  public alsoActing: () => number = () => 0;
  private readonly looker: ZookeeperSession;

  /** @param host `host:port` */
  public constructor(private readonly host: string) {
    this.looker = new ZookeeperSession({ servers: [host], sessionTimeoutMs: 10_000, clock: new SystemClock() });
  }

  public async start(): Promise<this> {
    await this.looker.open(new AbortController().signal);
    await this.looker.ensure(this.path);
    return this;
  }

  /** A contender that has not begun yet, with times that suit tests. */
  public async contender(name: string, delta: Partial<ZookeeperElectionOptions> = {}): Promise<Contender> {
    const [host = '', port] = this.host.split(':');
    const proxy = new TcpFaultProxy({ target: { host, port: Number(port) } });
    const proxyPort = await proxy.start();
    const log = new KeptLog();
    const election = new ZookeeperElection({
      servers: [`127.0.0.1:${proxyPort}`],
      path: this.path,
      name,
      sessionTimeoutMs: 1_500,
      retryLowMs: 20,
      retryHighMs: 100,
      logger: log,
      ...delta,
    });
    const contender = { election, log, proxy };
    this.contenders.push(contender);
    return contender;
  }

  /** One that takes part, and has its place. */
  public async entered(name: string, delta: Partial<ZookeeperElectionOptions> = {}): Promise<Contender> {
    const contender = await this.contender(name, delta);
    contender.election.start();
    await eventually(`${name} has its place`, () => contender.election.status().leaderName !== undefined);
    return contender;
  }

  /** Waits until it leads; fails if two ever may act at once meanwhile. */
  public async leads({ election }: Contender): Promise<void> {
    const { name } = election.status();
    await this.watched(`${name} leads`, () => election.mayAct());
  }

  /** Waits for a condition; fails if two ever may act at once meanwhile. */
  public async watched(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const over = new AbortController();
    const watch = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const acting = this.contenders.filter(({ election }) => election.mayAct());
        if (acting.length + this.alsoActing() > 1) throw new Error('two lead at once');
        await pass(1);
      }
    };
    try {
      await Promise.race([eventually(what, condition), watch()]);
    } finally {
      over.abort();
    }
  }

  /** The nodes of the contenders, and what each says of itself. */
  public async nodes(): Promise<Readonly<Record<string, string>>> {
    const names = await this.looker.children(this.path);
    const entries = await Promise.all(
      names.map(async (name) => [name, (await this.looker.data(`${this.path}/${name}`)) ?? 'gone'] as const),
    );
    return Object.fromEntries(entries);
  }

  /** Waits until these, and no others, have a node. */
  public present(...names: readonly string[]): Promise<void> {
    return eventually(`${names.join(', ')} have a node`, async () => {
      const found = Object.values(await this.nodes()).sort();
      return JSON.stringify(found) === JSON.stringify([...names].sort());
    });
  }

  public async stop(): Promise<void> {
    await Promise.all(this.contenders.map(({ election }) => election.stop()));
    await Promise.all(this.contenders.map(({ proxy }) => proxy.stop()));
    await this.looker.close();
  }
}
