import { expect } from 'chai';
import {
  everything,
  KafkaGroup,
  silentLogger,
  silentMetrics,
  SystemClock,
  ZookeeperElection,
} from '../../lib/index.js';
import { loadConfig } from '../../service/config/index.js';
import { createOwnership } from '../../service/create-ownership.js';

describe('createOwnership', () => {
  const shared = { clock: new SystemClock(), logger: silentLogger, metrics: silentMetrics };
  const configOf = (...assignments: readonly string[]) => {
    const loaded = loadConfig({ environment: {}, assignments, readFile: () => '' });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    return loaded.config;
  };

  it('should let a monitor act for everything unless it is told otherwise', () => {
    expect(createOwnership(configOf(), shared)).to.equal(everything);
  });

  it('should elect one by ZooKeeper, at the path that is set', () => {
    const config = configOf('leadership.mode=zookeeper', 'leadership.path=/cluster/svc-monitor');
    const ownership = createOwnership(config, shared);
    expect(ownership).to.be.instanceOf(ZookeeperElection);
    expect(ownership.status()).to.include({ mode: 'zookeeper', role: 'standby', path: '/cluster/svc-monitor' });
  });

  it('should share by Kafka', () => {
    expect(createOwnership(configOf('leadership.mode=kafka', 'source=kafka'), shared)).to.be.instanceOf(KafkaGroup);
  });

  for (const mode of ['zookeeper', 'kafka']) {
    it(`should let a dry run take nothing from those that act: ${mode}`, () => {
      const config = configOf('dry_run=true', `leadership.mode=${mode}`, 'source=kafka');
      expect(createOwnership(config, shared)).to.equal(everything);
    });
  }

  for (const path of ['svc-monitor', '/', '/a/', '/a//b', '/a/../b']) {
    it(`should refuse a path that ZooKeeper does not take: ${path}`, () => {
      expect(loadConfig({ environment: {}, assignments: [`leadership.path=${path}`], readFile: () => '' }).ok).to.equal(
        false,
      );
    });
  }
});
