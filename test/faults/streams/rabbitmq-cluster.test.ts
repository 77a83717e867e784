import { AmqpStage } from '../../support/amqp-stage.js';
import { eventually } from '../../support/eventually.js';
import { OwnBroker } from '../../support/own-broker.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import { after } from '../../support/real-time.js';
import { suiteResources } from '../../support/suite-resources.js';
import { RabbitmqStreamStage } from './rabbitmq-stage.js';
import { StreamWorld } from './stream-world.js';

const healsItselfMs = 30_000;
const settlesMs = 5_000;
const attemptsOfItsOperator = 5;

type PartitionHandling = 'pause_minority' | 'autoheal';

/** A cluster of three nodes on one machine, whose first two can be kept from talking to the others. */
class Cluster {
  private lastRefusal: unknown;

  private constructor(
    private readonly nodes: readonly OwnBroker[],
    private readonly names: readonly string[],
  ) {}

  public static async start(): Promise<Cluster> {
    const first = await OwnBroker.start();
    const nodes = [first, await first.addNode(), await first.addNode()];
    const names: string[] = [];
    for (const node of nodes) names.push((await node.ctl('eval', 'node().')).replaceAll("'", ''));
    return new Cluster(nodes, names);
  }

  public node(index: number): OwnBroker {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** What the nodes do when they have lost each other. */
  public async handlePartitionsBy(handling: PartitionHandling): Promise<void> {
    for (const node of this.nodes) {
      await node.ctl('eval', `application:set_env(rabbit, cluster_partition_handling, ${handling}).`);
    }
  }

  /**
   * Keeps a node and the others from talking to each other: it breaks its connections off, and takes their cookie no more. What they
   * make of that is RabbitMQ's own. All at once, for a node that two others disagree about is another fault.
   */
  public async isolate(index: number): Promise<void> {
    await this.ofTheOthers(index, ['erlang:set_cookie(Node, another)', 'erlang:disconnect_node(Node)']);
  }

  /** Lets them talk again. */
  public async heal(index: number): Promise<void> {
    await this.ofTheOthers(index, ['erlang:set_cookie(Node, erlang:get_cookie())']);
  }

  /**
   * Resolves when all nodes run and know each other. What RabbitMQ does not put right by itself within half a minute, its operator does:
   * a partition of three can become one that it does not heal, whatever is said of partitions in its configuration.
   */
  public async whole(): Promise<void> {
    let isWhole = await this.isWholeWithin(healsItselfMs);
    for (let attempt = 0; !isWhole && attempt < attemptsOfItsOperator; attempt += 1) {
      for (const index of [0, 1]) {
        await this.ctl(index, 'stop_app');
        await this.ctl(index, 'start_app');
      }
      isWhole = await this.isWholeWithin(settlesMs);
    }
    if (!isWhole) throw new Error('the cluster does not become whole', { cause: this.lastRefusal });
  }

  public async stop(): Promise<void> {
    for (const node of [...this.nodes].reverse()) await node.stop();
  }

  private async isWholeWithin(ms: number): Promise<boolean> {
    const isLongEnough = after(ms);
    let isWhole = false;
    await eventually('the cluster is whole, or the time is over', async () => {
      isWhole = (await this.ctl(2, 'eval', 'length(rabbit_mnesia:cluster_nodes(running)).')) === '3';
      return isWhole || isLongEnough();
    });
    return isWhole;
  }

  // RabbitMQ restarts nodes by itself to heal a partition: one that it is about to restart refuses, and is asked again.
  private async ctl(index: number, ...command: readonly string[]): Promise<string | undefined> {
    try {
      return await this.node(index).ctl(...command);
    } catch (error) {
      this.lastRefusal = error;
      return undefined;
    }
  }

  // Each action for all the others before the next one: what is done to one of them a moment earlier, the nodes make much of.
  private async ofTheOthers(index: number, actions: readonly string[]): Promise<void> {
    const others = this.names.filter((_, other) => other !== index).map((name) => `'${name}'`);
    const all = actions.map((action) => `[${action} || Node <- [${others.join(', ')}]]`);
    await this.node(index).ctl('eval', `${all.join(', ')}.`);
  }
}

describe('F4 the monitor on a RabbitMQ cluster of three that is partitioned', () => {
  const resources = suiteResources();
  let cluster: Cluster;
  let world: StreamWorld;

  before(async function () {
    rabbitmqUrl(this);
    cluster = resources.add(await Cluster.start());
  });

  afterEach(async () => {
    await world.close();
  });

  /** A monitor that follows by the first node, and by the others if it has to; a config API that publishes by the second. */
  const open = async (resyncIntervalMs?: number): Promise<void> => {
    const [follow, publish, other] = [0, 1, 2].map((index) => cluster.node(index).url);
    const amqp = new AmqpStage(publish ?? '', Number(new URL(follow ?? '').port));
    const stage = await RabbitmqStreamStage.open(amqp, { otherBrokers: [publish ?? '', other ?? ''] });
    world = await StreamWorld.open(stage, resyncIntervalMs === undefined ? {} : { resyncIntervalMs });
  };

  /** A failover, of which the second half happens while the node is cut off, and more. */
  const failOverWithout = async (index: number): Promise<void> => {
    const failover = world.failover(0);
    await failover.step();
    await cluster.isolate(index);
    await failover.run();
    await world.user.disassociate(world.floatingIp(1)).run();
    await cluster.heal(index);
    await cluster.whole();
  };

  for (const handling of ['pause_minority', 'autoheal'] as const) {
    describe(`with ${handling}`, () => {
      before(() => cluster.handlePartitionsBy(handling));

      describe('when the node that it follows by is cut off from the others', () => {
        it('should have missed nothing soon after the cluster is whole again', async () => {
          await open();
          await failOverWithout(0);
          await world.connected();
          await world.converged();
          await world.failover(2).run();
          await world.converged();
        });
      });

      describe('when the node that the config API publishes by is cut off from the others', () => {
        it('should have missed nothing after the next full read', async () => {
          // Where that node goes on by itself, what it takes is lost for the others, and nobody tells them.
          await open(5_000);
          await failOverWithout(1);
          await world.connected();
          await world.converged();
        });
      });
    });
  }

  // The last: a node that was killed does not come back into the cluster with nothing kept.
  describe('when the first of its nodes is killed, by which it may follow, and which may hold its queue', () => {
    it('should follow by another node if it has to, and miss nothing', async () => {
      await open();
      const failover = world.failover(0);
      await failover.step();
      await cluster.node(0).kill();
      await failover.run();
      await world.connected();
      await world.converged();
      await world.failover(1).run();
      await world.converged();
    });
  });
});
