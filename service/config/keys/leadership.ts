import { choice, text } from '../../../lib/index.js';
import { key } from './key.js';

/** The keys of the section `leadership`. */
export const leadershipKeys = {
  'leadership.mode': key(
    choice('none', 'zookeeper', 'kafka'),
    'none',
    'Which of several instances acts: `none`, each by itself; `zookeeper`, one that ZooKeeper elects, while the others stand by with a warm cache; `kafka`, all of a consumer group, each for a part of the VIPs.',
  ),
  'leadership.path': key(
    text('a path of ZooKeeper, such as `/svc-monitor`'),
    '/opensdn-svc-monitor',
    'Where the contenders meet in ZooKeeper. The original’s is `/svc-monitor`, or `/<cluster_id>/svc-monitor`: there, it and this service exclude each other.',
  ),
};
