import { expect } from 'chai';
import { Command } from '../support/command.js';
import { OddBroker } from '../support/odd-broker.js';

describe('a process whose RabbitMQ is none', () => {
  const cases = [
    ['run', 'the change stream is not connected, going on trying'],
    ['relay', 'the queue is not followed, going on trying'],
  ] as const;
  for (const [command, message] of cases) {
    it(`should go on trying, and stop in good order: ${command}`, async () => {
      // Two texts of four bytes that are no size of a frame, and one that is too long for any.
      const broker = new OddBroker((right, at) => ({
        bytes: at === 0 ? Buffer.from([1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0]) : right,
      }));
      const port = await broker.start();
      const process = new Command([
        command,
        ...['--set', `rabbitmq.hosts=127.0.0.1`, '--set', `rabbitmq.port=${port}`],
        // Nobody listens there.
        ...['--set', 'config_api.urls=http://127.0.0.1:1', '--set', 'kafka.brokers=127.0.0.1:1'],
        ...['--set', 'http.port=0', '--log-format', 'json'],
      ]);
      try {
        expect(await process.field(message, 'error')).to.match(/does not speak AMQP/);
        expect((await fetch(`${await process.field('status endpoint listens', 'url')}/healthz`)).status).to.equal(200);
        process.signal('SIGTERM');
        expect((await process.ended).code).to.equal(0);
      } finally {
        process.signal('SIGKILL');
        await broker.stop();
      }
    });
  }
});
