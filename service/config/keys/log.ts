import { choice } from '../../../lib/index.js';
import { key } from './key.js';

/** The keys of the section `log`. */
export const logKeys = {
  'log.level': key(choice('debug', 'info', 'warn', 'error'), 'info', 'The least severe lines that are written.'),
  'log.format': key(choice('json', 'text'), 'json', 'One JSON object per line, or text for people.'),
};
