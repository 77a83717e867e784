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
  'timings.drain_timeout': key(duration(100, 10 * minute), 5 * second, 'Time that stopping may take.'),
};
