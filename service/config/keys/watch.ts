import { duration, number } from '../../../lib/index.js';
import { key, minute, second } from './key.js';

/** The keys of the section `watch`. */
export const watchKeys = {
  'watch.keepalive_interval': key(
    duration(second, 10 * minute),
    minute,
    'How often the config API gives a sign of life on the stream, its `watch_keepalive_interval`. A stream that is silent for 2.5 times as long is given up.',
  ),
  'watch.connect_timeout': key(
    duration(100, 5 * minute),
    10 * second,
    'Time for one config API server to begin the stream. After that the next one is tried.',
  ),
  'watch.concurrency': key(
    number(1, 10_000),
    1_024,
    'Changes that are worked on at once, at most. Nothing more is read from the stream meanwhile.',
  ),
};
