import { number, text } from '../../../lib/index.js';
import { key } from './key.js';

/** The keys of the section `http`. */
export const httpKeys = {
  'http.host': key(
    text('an address of this host'),
    '127.0.0.1',
    'Address of the status endpoint. It asks for no credentials.',
  ),
  'http.port': key(
    number(0, 65535),
    9097,
    'Port of the status endpoint; 0 takes any free one. The original svc-monitor’s introspect port is 8088, so the two can run on one host.',
  ),
};
