/** What a problem of some type is, and what to do about it. All texts are Markdown. */
export interface ProblemTypeEntry {
  readonly meaning: string;
  /** From when its `since` counts. */
  readonly since: string;
  /** The keys of the settings that one of them names, where there are any. */
  readonly settings?: readonly string[];
  readonly advice: string;
  /** Whether no work can be expected of the service as long as there is one: it is not ready. */
  readonly unready?: boolean;
}

/** What types of problems there are, by name. */
export type ProblemTypes = Readonly<Record<string, ProblemTypeEntry>>;

const firstFailure = 'the first failure of the outage';
const firstSeen = 'when it was first seen';

/** The problems that are no manager's own; those of a manager are documented with it. */
export const problemTypes = {
  'config-api-unreachable': {
    meaning: 'The config API cannot be connected to, does not answer in time, or answers that it cannot serve.',
    since: firstFailure,
    settings: ['config_api.urls', 'config_api.tls.ca_file'],
    advice:
      'Look whether the API servers run and can be reached from here, and whether address, port and TLS are right.',
    unready: true,
  },
  'config-api-unauthorized': {
    meaning: 'The config API takes no token of ours (401), or Keystone gives none.',
    since: firstFailure,
    settings: ['auth.mode', 'auth.url', 'auth.username', 'auth.password'],
    advice: 'Check how the API servers authenticate, and the account under `auth`.',
    unready: true,
  },
  'config-api-forbidden': {
    meaning: 'The config API refuses reads, or writes, to this account (403).',
    since: firstFailure,
    settings: ['auth.username', 'auth.project_name'],
    advice:
      'Give the account the role that the API servers take for the cloud’s admin (`cloud_admin_role`). Without it objects of other projects may also be hidden: then they are missing without a word.',
    unready: true,
  },
  'config-api-odd': {
    meaning: 'What answers in the place of the config API is none, or something between us and it changes the answers.',
    since: firstFailure,
    settings: ['config_api.urls'],
    advice: 'Check the addresses, and what proxies there are.',
    unready: true,
  },
  'config-api-set-aside': {
    meaning: 'One of several API servers does not answer and is set aside; the others are asked.',
    since: 'when it was set aside',
    settings: ['config_api.urls'],
    advice: 'Look at that API server. It is tried again by itself, and used again when it answers.',
  },
  'token-not-renewed': {
    meaning: 'Keystone gives no new token, and the one that there is counts on until its end.',
    since: 'the first login that failed',
    settings: ['auth.url', 'auth.username', 'auth.password'],
    advice: 'Look at Keystone and at the account, before the token ends.',
  },
  'file-unusable': {
    meaning:
      'A file with a certificate, a key, a password or a token was replaced by something that cannot be used. What it held before counts on.',
    since: firstSeen,
    advice: 'Put the file right. It is looked at every few seconds.',
  },
  'stream-unreachable': {
    meaning:
      'The change stream is not followed: the broker, or whatever sends it, cannot be reached or does not answer.',
    since: firstFailure,
    settings: ['rabbitmq.hosts', 'rabbitmq.port', 'kafka.brokers', 'config_api.urls'],
    advice:
      'Look whether it runs and can be reached from here. Until then changes are found by full reads only (`timings.resync_interval`).',
    unready: true,
  },
  'stream-refused': {
    meaning: 'The broker of the change stream refuses the login, the virtual host, or what is asked of it.',
    since: firstFailure,
    settings: [
      'rabbitmq.username',
      'rabbitmq.password',
      'rabbitmq.vhost',
      'rabbitmq.exchange',
      'kafka.sasl.username',
      'kafka.sasl.password',
      'kafka.topic',
    ],
    advice: 'Check the account and its permissions: it has to declare and read a queue of its own, and to bind it.',
    unready: true,
  },
  'stream-tls': {
    meaning: 'The TLS connection to the broker of the change stream cannot be made.',
    since: firstFailure,
    settings: ['rabbitmq.tls.enabled', 'rabbitmq.tls.ca_file', 'kafka.tls.enabled', 'kafka.tls.ca_file'],
    advice: 'Check who signed the certificates, for which names and until when, and whether the port speaks TLS.',
    unready: true,
  },
  'queue-taken': {
    meaning:
      'Somebody else consumes from the queue, or the consumer group, that this instance has by its name. Who came first keeps it.',
    since: firstFailure,
    settings: ['rabbitmq.queue_name', 'kafka.instance', 'relay.queue_name'],
    advice:
      'Give each instance a name of its own. If it is the other end of a connection that is gone, the broker ends it within two or three heartbeats, and this ends by itself.',
    unready: true,
  },
  'exchange-missing': {
    meaning: 'The exchange was not there: it was made, and nothing has come through it yet.',
    since: 'when it was made',
    settings: ['rabbitmq.exchange', 'rabbitmq.vhost', 'rabbitmq.hosts'],
    advice:
      'If OpenSDN’s API servers run, this is not the RabbitMQ, the virtual host or the exchange that they publish to. If they start later, it ends with their first message.',
  },
  deaf: {
    meaning:
      'The change stream says that it is connected, and writes of ours do not come back through it: changes of others are not heard either.',
    since: 'when the first write had not come back in time',
    settings: ['rabbitmq.exchange', 'rabbitmq.vhost', 'kafka.topic', 'timings.self_test_interval'],
    advice:
      'Look whether the API servers publish to where this instance listens. It connects anew by itself, and reads everything again; until a change is heard, changes are found by full reads only.',
    unready: true,
  },
  unannounced: {
    meaning: 'Full reads found objects changed, created or deleted of which no notification had come.',
    since: 'the first full read within the last hour that found some',
    settings: ['rabbitmq.exchange', 'rabbitmq.vhost', 'kafka.topic'],
    advice:
      'Messages are lost on their way, or the stream is not that of these API servers. Look at the logs of API servers and broker.',
  },
  'ownership-lost': {
    meaning: 'This instance cannot learn which VIPs it is to act for, and acts for none.',
    since: firstFailure,
    settings: ['kafka.brokers', 'leadership.mode', 'zookeeper.hosts'],
    advice: 'Look whether those who share the VIPs can be reached: Kafka, or ZooKeeper.',
    unready: true,
  },
  'relay-stuck': {
    meaning: 'The relay has taken changes from RabbitMQ, and Kafka does not confirm them.',
    since: 'when the oldest of them was taken',
    settings: ['kafka.brokers', 'kafka.topic'],
    advice: 'Look at the brokers of Kafka, and whether the topic has a leader for each partition.',
    unready: true,
  },
  'gateway-unserved': {
    meaning: 'No API server can be reached through the gateway: it answers its clients with 503.',
    since: firstFailure,
    settings: ['config_api.urls', 'config_api.tls.ca_file'],
    advice: 'Look whether the API servers run and can be reached from here. Each request tries all of them again.',
  },
  failed: {
    meaning: 'The service has failed in a way that no further attempt can mend, and is about to end.',
    since: 'the failure',
    advice: 'The message says what it was. An error with the code `bug` is to be reported.',
    unready: true,
  },
  object: {
    meaning: 'An object of the config API cannot be parsed; it does not count, or as it was before.',
    since: firstSeen,
    advice: 'Correct the object. It is read again when it changes, and at each full read.',
  },
  message: {
    meaning: 'A notification cannot be understood. The last 20 are shown.',
    since: 'when it came',
    advice: 'Look who publishes to the exchange. What the message was about is found by the next full read.',
  },
  failing: {
    meaning: 'The reconcile of a key fails. It is tried again, later and later.',
    since: 'the first of its failures in a row',
    advice: 'The message says what the config API answered.',
  },
  contended: {
    meaning: 'For a key the same is written again and again, and slowed down: somebody else may undo what is written.',
    since: 'when it was slowed down',
    advice: 'Find the other writer, such as a script that puts floating ips in order, and end it.',
  },
  'repaired-again': {
    meaning: 'The same of an object was put right several times within an hour: somebody else goes on undoing it.',
    since: 'the first of these repairs',
    advice: 'Find the other writer, such as a script that puts floating ips in order, and end it.',
  },
} as const satisfies ProblemTypes;

/** One of the names of {@link problemTypes}. */
export type ProblemType = keyof typeof problemTypes;
