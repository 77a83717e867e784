import { choice, zookeeperPath } from '../../../lib/index.js';
import { key } from './key.js';

/** The keys of the section `leadership`. */
export const leadershipKeys = {
  'leadership.mode': key(
    choice('none', 'zookeeper', 'kafka'),
    'none',
    'Which of several instances acts. `none`: each by itself. `zookeeper`: one that ZooKeeper elects, while the others stand by with a warm cache. `kafka`: all of the consumer group `kafka.group`, each for a part of the VIPs, and those of an instance that is gone go to the others; only with `source: kafka`. While ZooKeeper or Kafka is away nobody acts. A dry run takes no part.',
  ),
  'leadership.path': key(
    zookeeperPath(),
    '/opensdn-svc-monitor',
    'Where the contenders meet in ZooKeeper. The original’s is `/svc-monitor`, or `/<cluster_id>/svc-monitor`: there, it and this service exclude each other.',
  ),
};
