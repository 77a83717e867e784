import { boolean, choice, number } from '../../../lib/index.js';
import { key } from './key.js';

/** Keys without a section. */
export const generalKeys = {
  source: key(
    choice('amqp', 'kafka', 'watch'),
    'amqp',
    'Where config changes are heard of: `amqp` from RabbitMQ, where OpenSDN publishes them; `kafka` from the topic that the relay fills; `watch` from the config API itself, which needs nothing else and tells least.',
  ),

  workers: key(number(1, 256), 8, 'Keys (VIPs) reconciled at once, by each controller.'),
  dry_run: key(boolean(), false, 'Plan and report, and write nothing. The plans are shown by `/status`.'),
};
