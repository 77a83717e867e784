import { duration, hostAndPort, list } from '../../../lib/index.js';
import { key, minute, second } from './key.js';

/** The keys of the section `zookeeper`. */
export const zookeeperKeys = {
  'zookeeper.hosts': key(
    list(hostAndPort(), 1),
    ['127.0.0.1'],
    'Servers of one ZooKeeper ensemble. A host without a port takes 2181.',
  ),
  'zookeeper.session_timeout': key(
    duration(2 * second, 10 * minute),
    10 * second,
    'How long ZooKeeper keeps the place of an instance that it does not hear of. A leader stops acting after two thirds of it without an answer.',
  ),
};
