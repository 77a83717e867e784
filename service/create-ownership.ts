import { everything, KafkaGroup, ZookeeperElection, type Ownership } from '../lib/index.js';
import type { ServiceConfig } from './config/index.js';
import type { SharedParts } from './create-change-source.js';

/**
 * Which VIPs the monitor acts for, as the configuration says; nothing is connected yet. A dry run is alone: it looks at everything, and must
 * not take anything from those that act.
 */
export function createOwnership({ leadership, kafka, dryRun }: ServiceConfig, shared: SharedParts): Ownership {
  if (dryRun) return everything;
  switch (leadership.mode) {
    case 'none':
      return everything;
    case 'zookeeper':
      return new ZookeeperElection({ ...leadership.zookeeper, ...shared, path: leadership.path });
    case 'kafka': {
      const { connection, topic, group, sessionTimeoutMs } = kafka;
      return new KafkaGroup({ ...connection, ...shared, topic, group, sessionTimeoutMs });
    }
  }
}
