import { expect } from 'chai';
import { formatProblem, loadConfig } from '../../../service/config/index.js';

describe('loadConfig, for a monitor that follows Kafka', () => {
  it('should follow the topic alone unless it is told to share the VIPs', () => {
    const loaded = loadConfig({ assignments: ['source=kafka'] });

    expect(loaded.ok && loaded.config.source).to.equal('kafka');
    expect(loaded.ok && loaded.config.kafka).to.deep.equal({
      connection: { brokers: ['127.0.0.1:9092'] },
      topic: 'vnc_config.object-update',
      group: 'opensdn-svc-monitor',
      sessionTimeoutMs: 6_000,
      stallTimeoutMs: 10_000,
    });
  });

  it('should refuse to share the VIPs of another source', () => {
    const loaded = loadConfig({ assignments: ['leadership.mode=kafka'] });

    expect(loaded.ok ? [] : loaded.problems.map(formatProblem)).to.deep.equal([
      'leadership.mode (--set): kafka divides the VIPs by the topic of the changes: source has to be kafka',
    ]);
  });
});
