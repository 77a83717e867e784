import { boolean, choice, duration, hostAndPort, list, path, secret, text } from '../../../lib/index.js';
import { key, optionalKey, hour, minute, second } from './key.js';

/** The keys of the section `kafka`. */
export const kafkaKeys = {
  'kafka.brokers': key(
    list(hostAndPort(), 1),
    ['127.0.0.1:9092'],
    'Some brokers of the Kafka cluster; the others are learned from them. A host without a port takes 9092.',
  ),
  'kafka.topic': key(
    text(),
    'vnc_config.object-update',
    'Topic of the config changes: what the relay writes to and the Kafka source reads from.',
  ),
  'kafka.tls.enabled': key(boolean(), false, 'Connect by TLS.'),
  'kafka.tls.ca_file': optionalKey(
    path(),
    'Certificates (PEM) to trust instead of those of the system. This file and the next two are read anew when they are replaced; connections that stand are left alone.',
  ),
  'kafka.tls.cert_file': optionalKey(path(), 'Client certificate (PEM).'),
  'kafka.tls.key_file': optionalKey(path(), 'Key (PEM) of the client certificate.'),
  'kafka.tls.insecure': key(boolean(), false, 'Accept any server certificate. For tests only.'),
  'kafka.sasl.mechanism': key(
    choice('none', 'plain', 'scram-sha-256', 'scram-sha-512'),
    'none',
    'How to log in. `plain` without TLS shows the password to whoever listens.',
  ),
  'kafka.sasl.username': optionalKey(text(), 'User. Required with a mechanism.'),
  'kafka.sasl.password': optionalKey(
    secret(),
    'Password of the user. Required with a mechanism, here or by `kafka.sasl.password_file`.',
  ),
  'kafka.sasl.password_file': optionalKey(
    path(),
    'A file that holds the password, instead of `kafka.sasl.password`. Read anew when it is replaced.',
  ),
  'kafka.group': key(
    text(),
    'opensdn-svc-monitor',
    'Consumer group: the same for all monitors that share the VIPs. Each reads the changes in a group of its own, `<group>.<instance>`.',
  ),
  'kafka.instance': optionalKey(
    text(),
    'Name of this monitor among those of the group; the host name if unset. Monitors that run at the same time need different names: who comes first keeps it. A dry run takes one of its own.',
  ),
  'kafka.session_timeout': key(
    duration(second, 30 * minute),
    6 * second,
    'How long a monitor may be silent before the group takes it for gone. Brokers allow no less than 6 s unless they are told to.',
  ),
  'kafka.stall_timeout': key(
    duration(second, hour),
    10 * second,
    'The stream is begun afresh if there are messages and none was taken for this long, or if the brokers do not answer.',
  ),
};
