import { duration } from '../../../lib/index.js';
import { key, hour, minute, second } from './key.js';

/** The keys of the section `timings`. */
export const timingsKeys = {
  'timings.resync_interval': key(
    duration(5 * second, 24 * hour),
    5 * minute,
    'Time between full reads of the config API.',
  ),
  'timings.sync_timeout': key(
    duration(second, 24 * hour),
    5 * minute,
    'Time for the first full read. After that the start is tried again from the beginning.',
  ),
  'timings.self_test_interval': key(
    duration(0, 24 * hour),
    minute,
    'When nothing was heard for this long, one of our own virtual-ips is written anew as it is, and has to come back through the change stream. Writes that we make anyway have to as well. A stream that they do not come through is deaf: it is begun afresh, and everything read anew. `0` tests nothing.',
  ),
  'timings.drain_timeout': key(duration(100, 10 * minute), 5 * second, 'Time that stopping may take.'),
};
