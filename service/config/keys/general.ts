import { boolean, choice, list, managers, number } from '../../../lib/index.js';
import { key } from './key.js';

type ManagerName = (typeof managers)[number]['name'];

const managerNames = managers.map(({ name }) => name) as [ManagerName, ...ManagerName[]];

/** Keys without a section. */
export const generalKeys = {
  source: key(
    choice('amqp', 'kafka', 'watch'),
    'amqp',
    'Where config changes are heard of: `amqp` from RabbitMQ, where OpenSDN publishes them; `kafka` from the topic that the relay fills; `watch` from the config API itself, which needs nothing else and tells least.',
  ),

  managers: key(
    list(choice(...managerNames), 1),
    ['octavia-vip'],
    'Who acts: `octavia-vip`, floating ips on the VIPs of load balancers; the others do what the original svc-monitor does, and all of them stand in its place (docs/replacing-svc-monitor.md): `default-objects`, `service-instance`, `snat`, `port-tuple`. Never name those while the original acts, too, unless both take part in one election.',
  ),
  workers: key(number(1, 256), 8, 'Keys (VIPs) reconciled at once, by each controller.'),
  dry_run: key(boolean(), false, 'Plan and report, and write nothing. The plans are shown by `/status`.'),
};
