import { expect } from 'chai';
import { AmqpStage } from '../../support/amqp-stage.js';
import { eventually } from '../../support/eventually.js';
import { OwnBroker } from '../../support/own-broker.js';
import { rabbitmqUrl } from '../../support/rabbitmq.js';
import { suiteResources } from '../../support/suite-resources.js';
import { RabbitmqStreamStage } from './rabbitmq-stage.js';
import { StreamWorld } from './stream-world.js';

describe('the monitor on a RabbitMQ that is tampered with', () => {
  const resources = suiteResources();
  let broker: OwnBroker;
  let amqp: AmqpStage;
  let world: StreamWorld;

  before(async function () {
    rabbitmqUrl(this);
    broker = resources.add(await OwnBroker.start());
  });

  beforeEach(async () => {
    amqp = new AmqpStage(broker.url);
    world = await StreamWorld.open(await RabbitmqStreamStage.open(amqp, { checkIntervalMs: 500 }));
  });

  afterEach(() => world.close());

  /** What happens to a monitor that loses the stream just now: it is back, has read all anew, and misses nothing. */
  const survives = async (
    fault: () => Promise<unknown>,
    moment: 'idle' | 'mid-failover' = 'mid-failover',
  ): Promise<string> => {
    const failover = world.failover(0);
    if (moment === 'mid-failover') await failover.step();
    const { resyncs } = world;
    const connects = world.metrics.count('source_connects_total');
    await fault();
    await eventually(
      'it is connected anew',
      () => world.isConnected && world.metrics.count('source_connects_total') > connects,
    );
    await failover.run();
    await world.converged();
    await eventually('all was read anew', () => world.resyncs > resyncs);
    const [reason] = world.log.of('the change stream is not connected, going on trying').slice(-1);
    return JSON.stringify(reason);
  };

  describe('F1 broker down', () => {
    it('should make good what it missed while the broker was killed and started anew', async function () {
      const failover = world.failover(0);
      await failover.step();
      await broker.kill();
      await eventually('the loss is noticed', () => !world.isConnected);
      await failover.run();
      await world.user.disassociate(world.floatingIp(1)).run();
      await broker.restart();
      await world.connected();
      await world.converged();
    });

    it('should notice that the broker is frozen, and make good what it missed', async function () {
      await broker.pause();
      try {
        await eventually('the silence is noticed', () => !world.isConnected);
        await world.failover(0).run();
        await world.user.disassociate(world.floatingIp(1)).run();
      } finally {
        await broker.resume();
      }
      await world.connected();
      await world.converged();
    });
  });

  describe('F3 channel closed, queue deleted, consumer cancelled, blocked', () => {
    it('should survive that the connection is closed by an administrator (320)', async () => {
      const reason = await survives(() => broker.ctl('close_all_connections', 'maintenance'));

      expect(reason).to.contain('CONNECTION_FORCED').and.to.contain('maintenance');
    });

    it('should survive that the queue is deleted, and the consumer cancelled with it', async () => {
      const reason = await survives(() => broker.ctl('delete_queue', amqp.queue));

      expect(reason).to.contain('the broker cancelled the consumer');
    });

    it('should survive that the channel is closed because something is not there (404)', async () => {
      // A config API that publishes just then would declare the exchange anew, before anybody misses it.
      await world.stage.flush();
      const reason = await survives(() => amqp.control.exchangeDelete({ exchange: amqp.exchange }), 'idle');

      expect(reason).to.contain('NOT_FOUND');
    });

    it('should survive that the channel is closed because an acknowledgement took too long (406)', async function () {
      // Counts for channels that are opened from now on.
      await broker.ctl('eval', 'application:set_env(rabbit, channel_tick_interval, 200).');
      await broker.ctl('eval', 'application:set_env(rabbit, consumer_timeout, 500).');
      try {
        await survives(() => broker.ctl('delete_queue', amqp.queue));
        const hold = world.hold(({ path }) => path.startsWith('/virtual-machine-interface/'));
        const reason = await survives(async () => {
          await eventually('it gives up', () => !world.isConnected);
          hold.release();
        });

        expect(reason).to.contain('PRECONDITION_FAILED').and.to.contain('delivery acknowledgement');
      } finally {
        await broker.ctl('eval', 'application:set_env(rabbit, channel_tick_interval, 60000).');
        await broker.ctl('eval', 'application:set_env(rabbit, consumer_timeout, 1800000).');
      }
    });

    it('should survive that its channel crashes in the broker', async () => {
      await survives(() => broker.ctl('eval', '[exit(Pid, kill) || Pid <- rabbit_channel:list()].'));
    });

    it('should survive that its user loses the rights, say why, and be back when it has them again', async function () {
      await broker.ctl('clear_permissions', 'guest');
      let reason = '';
      try {
        await amqp.cut();
        await amqp.proxy.refuse(false);
        await eventually('it is refused', () => world.monitor.status().source.lastError?.includes('refused') === true);
        reason = world.monitor.status().source.lastError ?? '';
      } finally {
        await broker.ctl('set_permissions', 'guest', '.*', '.*', '.*');
      }
      await world.connected();
      await world.failover(0).run();
      await world.converged();

      expect(reason).to.contain('access');
    });

    describe('when the broker runs out of memory', () => {
      it('should stay connected, even connect anew, and hear late what could not be published', async function () {
        const connects = world.metrics.count('source_connects_total');
        await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1');
        try {
          await world.failover(0).run();
          await eventually('the config API is held up', async () =>
            (await broker.ctl('list_connections', 'state')).includes('blocked'),
          );
          expect(world.metrics.count('source_connects_total')).to.equal(connects);
          await amqp.cut();
          await amqp.proxy.refuse(false);
          await eventually('it has connected anew', () => world.metrics.count('source_connects_total') > connects);
          expect(world.isConnected).to.equal(true);
        } finally {
          await broker.ctl('set_vm_memory_high_watermark', '0.4');
        }
        await world.user.disassociate(world.floatingIp(1)).run();
        await world.converged();
        await amqp.publisher.flush();
        await world.converged();
      });
    });
  });
});
