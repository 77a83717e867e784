import { boolean, duration, hostAndPort, list, number, path, secret, text, wholeSeconds } from '../../../lib/index.js';
import { key, optionalKey, hour, minute, second } from './key.js';

/** The keys of the section `rabbitmq`. */
export const rabbitmqKeys = {
  'rabbitmq.hosts': key(
    list(hostAndPort(), 1),
    ['127.0.0.1'],
    'Brokers of one cluster: the next is tried when one cannot be reached or refuses. A host without a port takes `rabbitmq.port`.',
  ),
  'rabbitmq.port': key(number(1, 65535), 5672, 'Port of the brokers. OpenSDN’s own containers use 5673.'),
  'rabbitmq.vhost': key(text(), '/', 'Virtual host.'),
  'rabbitmq.username': key(text(), 'guest', 'User.'),
  'rabbitmq.password': optionalKey(
    secret(),
    'Password of the user. `guest` if neither this nor `rabbitmq.password_file` is given.',
  ),
  'rabbitmq.password_file': optionalKey(
    path(),
    'A file that holds the password, instead of `rabbitmq.password`. Read anew when it is replaced.',
  ),
  'rabbitmq.tls.enabled': key(boolean(), false, 'Connect by TLS.'),
  'rabbitmq.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust instead of those of the system. This file and the next two are read anew when they are replaced; connections that stand are left alone.',
  ),
  'rabbitmq.tls.cert_file': optionalKey(path(), 'Client certificate (PEM).'),
  'rabbitmq.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'rabbitmq.tls.server_name': optionalKey(
    text(),
    'Name that the certificate of the broker has to be for, where the hosts are given by address. Their own if unset.',
  ),
  'rabbitmq.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
  'rabbitmq.heartbeat': key(
    wholeSeconds(second, 10 * minute),
    5 * second,
    'Time between heartbeats. A broker that is cut off silently is noticed within two of them.',
  ),
  'rabbitmq.health_check_interval': key(
    duration(second, hour),
    10 * second,
    'Time between looks at the queue: whether it is there, bound to the exchange, and not so long that it burdens the broker.',
  ),
  'rabbitmq.prefetch': key(number(1, 10_000), 1_024, 'Messages taken and not yet acknowledged, at most.'),
  'rabbitmq.queue_name': optionalKey(
    text(),
    'Name of the queue; `opensdn-svc-monitor.<host name>` if unset. Instances that run at the same time need different names: who comes first keeps the queue, and a second one waits for it. A dry run takes a queue of its own.',
  ),
  'rabbitmq.queue_expires': key(
    duration(second, 24 * hour),
    minute,
    'How long RabbitMQ keeps the queue while nobody consumes from it. A service that is back by then has missed nothing.',
  ),
  'rabbitmq.exchange': key(text(), 'vnc_config.object-update', 'Fanout exchange to which the config API publishes.'),
};
