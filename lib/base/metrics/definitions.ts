/** What a metric is: its type, what it says, its labels, and for a histogram its buckets. Durations are seconds. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** Buckets for what takes milliseconds to seconds. Seconds. */
export const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** All metrics of the library. The service publishes each as `svc_monitor_<name>`. */
export const metricDefinitions = {
  queue_depth: { type: 'gauge', help: 'Keys that wait to be reconciled, by controller', labels: ['controller'] },
  queue_adds_total: {
    type: 'counter',
    help: 'Keys queued, by controller and by what caused it',
    labels: ['controller', 'priority'],
  },
  queue_wait_seconds: {
    type: 'histogram',
    help: 'Time from queued to taken by a worker',
    labels: ['controller'],
    buckets: latencyBuckets,
  },
  reconciles_total: {
    type: 'counter',
    help: 'Reconciles, by controller and by how they ended',
    labels: ['controller', 'outcome'],
  },
  reconcile_seconds: {
    type: 'histogram',
    help: 'Duration of a reconcile',
    labels: ['controller'],
    buckets: latencyBuckets,
  },
  config_api_requests_total: {
    type: 'counter',
    help: 'Requests to the config API, by operation, kind of object and how they ended',
    labels: ['operation', 'kind', 'outcome'],
  },
  config_api_request_seconds: {
    type: 'histogram',
    help: 'Duration of a request to the config API, retries apart',
    labels: ['operation'],
    buckets: latencyBuckets,
  },
  config_api_retries_total: { type: 'counter', help: 'Requests repeated after a failure', labels: ['operation'] },
  config_api_connections_reused: {
    type: 'gauge',
    help: 'Whether connections to the server are reused: 1, or 0 where each request has one of its own',
    labels: ['server'],
  },
  log_lines_suppressed_total: {
    type: 'counter',
    help: 'Log lines that were not written: repeated, too many of one message, not read, or the file cannot be written',
    labels: ['reason'],
  },
  keys_throttled: {
    type: 'gauge',
    help: 'Keys that are slowed down because the same is written again and again: somebody else may undo the writes',
    labels: ['controller'],
  },
  writes_total: {
    type: 'counter',
    help: 'Writes made, by controller, kind of object and action; none in a dry run',
    labels: ['controller', 'kind', 'action'],
  },
  change_to_write_seconds: {
    type: 'histogram',
    help: 'Time from a change received to what follows from it written',
    labels: ['controller'],
    buckets: latencyBuckets,
  },
  changes_total: {
    type: 'counter',
    help: 'Changes received, by kind of object and operation',
    labels: ['kind', 'operation'],
  },
  changes_ignored_total: {
    type: 'counter',
    help: 'Messages that do not concern us, by reason',
    labels: ['reason'],
  },
  messages_rejected_total: { type: 'counter', help: 'Messages that could not be understood', labels: ['reason'] },
  objects_rejected_total: {
    type: 'counter',
    help: 'Objects read that do not have the shape of their kind',
    labels: ['kind'],
  },
  objects_cached: { type: 'gauge', help: 'Objects in the cache', labels: ['kind'] },
  resyncs_total: { type: 'counter', help: 'Full reads of the config API, by how they ended', labels: ['outcome'] },
  resync_seconds: {
    type: 'histogram',
    help: 'Duration of a full read',
    labels: [],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  },
  resync_repairs_total: {
    type: 'counter',
    help: 'Objects that a full read found changed without a notification, by kind',
    labels: ['kind', 'operation'],
  },
  source_connected: { type: 'gauge', help: '1 while the change stream is followed', labels: ['source'] },
  source_connects_total: {
    type: 'counter',
    help: 'Times that the change stream was (re)connected',
    labels: ['source'],
  },
  relay_messages_total: { type: 'counter', help: 'Changes that the relay has carried to Kafka', labels: [] },
  relay_marks_total: {
    type: 'counter',
    help: 'Times that the relay has told the consumers to read everything anew, by reason',
    labels: ['reason'],
  },
  relay_refused_total: { type: 'counter', help: 'Changes that Kafka refused for good', labels: [] },
  relay_failures_total: {
    type: 'counter',
    help: 'Times that Kafka did not confirm and the relay went on with a new producer',
    labels: [],
  },
  relay_kafka_connected: { type: 'gauge', help: '1 while the relay has a producer', labels: [] },
  relay_send_seconds: {
    type: 'histogram',
    help: 'Time for Kafka to confirm a batch of the relay',
    labels: [],
    buckets: latencyBuckets,
  },
  relay_latency_seconds: {
    type: 'histogram',
    help: 'Time from a change taken from RabbitMQ to confirmed by Kafka',
    labels: [],
    buckets: latencyBuckets,
  },
  relay_backlog: { type: 'gauge', help: 'Changes that wait in the queue of the relay in RabbitMQ', labels: [] },
  relay_unconfirmed: {
    type: 'gauge',
    help: 'Changes that the relay has taken and Kafka has not confirmed',
    labels: [],
  },
  relay_oldest_seconds: { type: 'gauge', help: 'Age of the oldest of those, since it was taken', labels: [] },
  gateway_changed_total: {
    type: 'counter',
    help: 'Answers of Neutron that the gateway has changed, by what they show',
    labels: ['answer'],
  },
  gateway_rules_skipped_total: {
    type: 'counter',
    help: 'Requests of Neutron that the gateway’s rules have let pass though they may be about a VIP, by reason',
    labels: ['reason'],
  },
  gateway_waits_total: {
    type: 'counter',
    help: 'Times that an answer of the gateway waited for the monitor, by what for and how that ended',
    labels: ['for', 'outcome'],
  },
  gateway_wait_seconds: {
    type: 'histogram',
    help: 'How long answers of the gateway waited for the monitor',
    labels: ['for'],
    buckets: latencyBuckets,
  },
  source_lag: {
    type: 'gauge',
    help: 'Messages of the change stream that have not been taken, where the stream can tell (Kafka)',
    labels: ['source'],
  },
  shares_owned: {
    type: 'gauge',
    help: 'Ownership of the VIPs that this monitor acts for, where several share them',
    labels: [],
  },
  leader: {
    type: 'gauge',
    help: '1 while ZooKeeper has this monitor lead, 0 while it stands by; by the path of the election',
    labels: ['path'],
  },
  leader_changes_total: {
    type: 'counter',
    help: 'Times that this monitor has begun to lead, or ceased to',
    labels: [],
  },
  errors_total: { type: 'counter', help: 'Failures, by code', labels: ['code'] },
} as const satisfies Record<string, MetricDefinition>;

/** One of the names of {@link metricDefinitions}. */
export type MetricName = keyof typeof metricDefinitions;
