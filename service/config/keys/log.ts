import { choice, number, path } from '../../../lib/index.js';
import { key, optionalKey } from './key.js';

/** The keys of the section `log`. */
export const logKeys = {
  'log.level': key(choice('debug', 'info', 'warn', 'error'), 'info', 'The least severe lines that are written.'),
  'log.format': key(
    choice('json', 'text', 'contrail'),
    'json',
    'One JSON object per line, text for people, or lines as the original svc-monitor writes them.',
  ),
  'log.file': optionalKey(path(), 'A file that lines are written to, besides the standard output.'),
  'log.max_bytes': key(number(10_000, 1_000_000_000), 5_000_000, 'Size at which the file is put aside and begun anew.'),
  'log.backup_count': key(number(0, 1000), 10, 'How many files that were put aside are kept.'),
};
