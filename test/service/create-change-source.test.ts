import { expect } from 'chai';
import { AmqpSource, KafkaSource, silentLogger, silentMetrics, SystemClock, WatchSource } from '../../lib/index.js';
import { loadConfig } from '../../service/config/index.js';
import { createChangeSource } from '../../service/create-change-source.js';

describe('createChangeSource', () => {
  const shared = { clock: new SystemClock(), logger: silentLogger, metrics: silentMetrics };
  const configOf = (...assignments: readonly string[]) => {
    const loaded = loadConfig({ environment: {}, assignments, readFile: () => '' });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  };

  it('should make the source of RabbitMQ unless it is told otherwise', () => {
    expect(createChangeSource(configOf(), shared)).to.be.instanceOf(AmqpSource);
  });

  const sources = [
    { setting: 'amqp', type: AmqpSource },
    { setting: 'kafka', type: KafkaSource },
    { setting: 'watch', type: WatchSource },
  ];
  for (const { setting, type } of sources) {
    it(`should make the source that is configured: ${setting}`, () => {
      const source = createChangeSource(configOf(`source=${setting}`), shared);
      expect(source).to.be.instanceOf(type);
      expect(source.status()).to.deep.equal({ name: setting, connected: false });
    });
  }

  it('should watch the servers of the config API, with its times', () => {
    const config = configOf('source=watch', 'watch.keepalive_interval=20s', 'watch.connect_timeout=3s');
    expect(config.watch).to.deep.equal({ keepaliveIntervalMs: 20_000, connectTimeoutMs: 3_000, concurrency: 1_024 });
  });
});
