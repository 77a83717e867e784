import { boolean, httpUrl } from '../../../lib/index.js';
import { key } from './key.js';

/** The keys of the section `tracing`. */
export const tracingKeys = {
  'tracing.enabled': key(boolean(), false, 'Send one trace for each change, from its notification to what it writes.'),
  'tracing.endpoint': key(httpUrl(), 'http://127.0.0.1:4318/v1/traces', 'Where traces are sent, by OTLP over HTTP.'),
};
